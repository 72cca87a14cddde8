package dev.bursar.simulation;

import static dev.bursar.simulation.NaiveWallet.micros;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaivePots.Part;
import dev.bursar.simulation.NaivePots.Use;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is charged in a wallet, how it is drawn, and what is left unpaid: with pen and paper. */
final class NaiveCharges {

  private final String name;
  private final Watch watch;
  private final Function<String, NaiveBooks> all;

  /**
   * @param all the books of each credit type
   */
  NaiveCharges(String name, Watch watch, Function<String, NaiveBooks> all) {
    this.name = name;
    this.watch = watch;
    this.all = all;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  /** What credits are wanted for, by what stands in the entries. */
  static Use use(Attribution attribution) {
    return new Use(attribution.feature(), attribution.model());
  }

  private static List<Part> used(Transaction transaction) {
    return NaiveBooks.entries(transaction, EntryType.CONSUME, EntryType.LATE_USAGE);
  }

  /** A hold and its commit in one. */
  void charged(WalletEvent.Charged event, Use use) {
    all.apply(event.transaction().creditType())
        .isBurnt(
            event.reservation(),
            micros(event.amount()),
            use,
            used(event.transaction()),
            event.at());
    comesTo(event.transaction(), event.reservation(), event.amount());
    watch.saw(Rarity.CHARGED_AT_ONCE);
  }

  void committed(WalletEvent.Committed event, Hold hold) {
    String reservation = event.reservation();
    boolean over = !event.at().isBefore(hold.expiresAt());
    expect(
        over == event.late(),
        "model",
        "%s, which ends at %s, is committed at %s, late: %s",
        reservation,
        hold.expiresAt(),
        event.at(),
        event.late());
    expect(
        event.at().isBefore(hold.expiresAt().plus(World.GRACE)),
        "model",
        "%s is committed after the grace period",
        reservation);
    BigInteger held = micros(hold.amount());
    BigInteger actual = micros(event.amount());
    int more = actual.compareTo(held);
    watch.saw(
        more < 0
            ? Rarity.COMMITTED_FOR_LESS
            : more > 0 ? Rarity.COMMITTED_FOR_MORE : Rarity.COMMITTED_FOR_AS_MUCH);
    BigInteger asked = actual.add(micros(event.uncharged()));
    BigInteger fromHold = event.late() ? BigInteger.ZERO : asked.min(held);
    // Late usage is on record whatever the policy.
    OveragePolicy policy = event.late() ? OveragePolicy.RECORD : hold.overagePolicy();
    expect(
        policy != OveragePolicy.REJECT || asked.compareTo(held) <= 0,
        "model",
        "%s is committed for %s of %s, and its overage policy is reject",
        reservation,
        asked,
        held);
    BigInteger goesBack = event.late() ? BigInteger.ZERO : held.subtract(fromHold);
    expect(
        micros(event.released()).equals(goesBack),
        "model",
        "%s is committed for %s of %s, and gives back %s",
        reservation,
        asked,
        held,
        event.released());
    leaves(
        reservation,
        all.apply(hold.creditType()).pots.free(use(hold.attribution()), event.at()),
        policy,
        actual,
        event.debt(),
        event.uncharged(),
        fromHold);
    drawn(event, hold, fromHold);
    watch.saw(event.late() ? Rarity.COMMITTED_LATE : Rarity.COMMITTED_IN_TIME);
    if (event.debt().isPositive()) {
      watch.saw(Rarity.COMMITTED_INTO_DEBT);
    }
  }

  /**
   * A commit is drawn on its hold first, in burn order, and what exceeds it on whatever else can be
   * drawn; what is left of the hold goes back in the reverse order.
   */
  private void drawn(WalletEvent.Committed event, Hold hold, BigInteger fromHold) {
    List<Part> used = new ArrayList<>();
    List<Part> unused = new ArrayList<>();
    BigInteger left = fromHold;
    for (Part each : event.late() ? List.<Part>of() : Part.of(hold.draws())) {
      BigInteger part = each.amount().min(left);
      left = left.subtract(part);
      add(new Part(each.grant(), part), used);
      add(new Part(each.grant(), each.amount().subtract(part)), unused);
    }
    BigInteger paid = micros(event.amount().minus(event.debt()));
    NaiveBooks books = all.apply(hold.creditType());
    books
        .pots
        .burnt(paid.subtract(fromHold), use(hold.attribution()), event.at())
        .forEach(part -> add(part, used));
    books.isDrawn(event.reservation(), used, used(event.transaction()));
    books.goesBack(event.reservation(), unused, event.transaction());
  }

  /** One entry a grant, even if both the hold and what exceeds it draw on it. */
  private static void add(Part part, List<Part> parts) {
    if (part.amount().signum() == 0) {
      return;
    }
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).grant().equals(part.grant())) {
        parts.set(i, new Part(part.grant(), parts.get(i).amount().add(part.amount())));
        return;
      }
    }
    parts.add(part);
  }

  void comesTo(Transaction transaction, String reservation, Credits charge) {
    BigInteger entries = charged(transaction);
    expect(
        entries.equals(micros(charge)),
        "I1",
        "%s is charged %s, by its entries %s",
        reservation,
        charge,
        entries);
  }

  /** What a transaction charges, by its entries. */
  static BigInteger charged(Transaction transaction) {
    BigInteger entries = BigInteger.ZERO;
    for (Posting posting : transaction.postings()) {
      BigInteger amount = micros(posting.amount());
      entries =
          switch (posting.type()) {
            case DEBT -> entries.add(amount);
            case CONSUME, LATE_USAGE -> entries.subtract(amount);
            default -> entries;
          };
    }
    return entries;
  }

  /**
   * Work that has run is charged with nothing set aside; it is owed only when all is used up.
   *
   * @param lease what was set aside for it; null if nothing was
   * @param late whether it was decided from a lease that was settled before it came; null if it was
   *     decided from none
   */
  void usage(WalletEvent.UsageCharged event, @Nullable Hold lease, @Nullable Boolean late) {
    String reservation = event.reservation();
    Use use = use(event.transaction().attribution());
    NaiveBooks books = all.apply(event.transaction().creditType());
    BigInteger paid = micros(event.amount().minus(event.debt()));
    BigInteger covered =
        lease == null ? BigInteger.ZERO : micros(event.amount()).min(micros(lease.amount()));
    List<Part> drawn = new ArrayList<>();
    BigInteger left = covered;
    for (Part each : lease == null ? List.<Part>of() : Part.of(lease.draws())) {
      BigInteger part = each.amount().min(left);
      left = left.subtract(part);
      add(new Part(each.grant(), part), drawn);
    }
    books.pots.burnt(paid.subtract(covered), use, event.at()).forEach(part -> add(part, drawn));
    books.isDrawn(reservation, drawn, used(event.transaction()));
    expect(
        lease == null || (event.covered() != null && micros(event.covered()).equals(covered)),
        "I9",
        "%s: a lease covers %s, and has covered %s",
        reservation,
        covered,
        event.covered());
    comesTo(event.transaction(), reservation, event.amount());
    BigInteger amount = micros(event.amount());
    ReserveRequest work = watch.reports.work(reservation);
    Credits used = work == null ? null : work.amount();
    if (work == null || used == null) {
      watch.violated("I4", "%s: %s is charged, and nobody reported it", name, reservation);
      return;
    }
    expect(
        amount.add(micros(event.uncharged())).equals(micros(used)),
        "model",
        "%s is charged %s, %s are left uncharged, and %s were used",
        reservation,
        event.amount(),
        event.uncharged(),
        used);
    leaves(
        reservation,
        books.pots.free(use, event.at()),
        work.overagePolicy(),
        amount,
        event.debt(),
        event.uncharged(),
        covered);
    Plan plan = watch.begun(reservation);
    Instant madeAt = plan == null ? null : plan.madeAt();
    expect(
        madeAt != null
            && event.late()
                == (late != null
                    ? late
                    : madeAt.isAfter(event.reported().happenedAt().plus(World.GRACE))),
        "model",
        "%s ran at %s, is reported at %s, from a settled lease: %s, and said to be late: %s",
        reservation,
        event.reported().happenedAt(),
        madeAt,
        late,
        event.late());
    watch.saw(Rarity.REPORTED);
    if (event.late()) {
      watch.saw(Rarity.REPORTED_LATE);
    }
    if (event.debt().isPositive()) {
      watch.saw(Rarity.REPORTED_INTO_DEBT);
    }
  }

  /**
   * What is not paid by a hold is paid by whatever can be drawn; what nothing covers is owed or
   * left uncharged, as the overage policy says.
   *
   * @param free what can be drawn
   * @param amount what is charged, the debt with it
   * @param fromHold what of it the hold pays
   */
  private void leaves(
      String reservation,
      BigInteger free,
      OveragePolicy policy,
      BigInteger amount,
      Credits debt,
      Credits uncharged,
      BigInteger fromHold) {
    BigInteger drawn = amount.subtract(micros(debt)).subtract(fromHold);
    BigInteger missing = micros(debt.plus(uncharged));
    expect(
        missing.signum() == 0 || free.equals(drawn),
        "model",
        "%s leaves %s unpaid, and draws %s of %s",
        reservation,
        missing,
        drawn,
        free);
    boolean asItSays =
        switch (policy) {
          case RECORD -> uncharged.isZero();
          case CAP -> debt.isZero();
          case REJECT -> missing.signum() == 0;
        };
    expect(
        asItSays,
        "model",
        "%s owes %s and leaves %s uncharged, by %s",
        reservation,
        debt,
        uncharged,
        policy);
  }
}
