package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaiveBooks.Part;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A wallet as somebody would keep it with pen and paper: recounts every event in whole millionths,
 * and says what can't be. It knows nothing of how the wallet itself keeps its figures.
 */
final class NaiveWallet {

  /** What has become of a reservation. */
  enum Fate {
    OPEN,
    COMMITTED,
    RELEASED,
    EXPIRED,
    CANCELLED,
    LATE,
    BARRED
  }

  /** What there was at one time: what could be drawn, and all that is counted. */
  record Figures(BigInteger balance, BigInteger held, BigInteger debt) {
    BigInteger available() {
      return balance.subtract(held);
    }

    /** The same with so much more held. */
    Figures with(BigInteger moreHeld) {
      return new Figures(balance, held.add(moreHeld), debt);
    }

    boolean isLike(Balance told) {
      return balance.equals(micros(told.balance().micros()))
          && held.equals(micros(told.held().micros()))
          && debt.equals(micros(told.debt().micros()));
    }
  }

  private final String name;
  private final Watch watch;
  private final NaiveBooks books;
  final NaiveTransfers transfers;
  private final Map<String, Hold> open = new HashMap<>();
  private final Map<String, Hold> lapsed = new HashMap<>();

  /** Every hold as it was made, whatever has become of it. */
  private final Map<String, Hold> made = new HashMap<>();

  final Map<String, Fate> fates = new HashMap<>();
  private final Map<String, Since> endedSince = new HashMap<>();
  final Map<String, BigInteger> charged = new HashMap<>();
  final Map<String, Transaction> charges = new LinkedHashMap<>();

  /** The figures from each moment on, the first before any. */
  private final TreeMap<Long, Figures> past = new TreeMap<>();

  private Instant lastAt = Instant.MIN;

  NaiveWallet(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
    this.books = new NaiveBooks(name, watch);
    this.transfers = new NaiveTransfers(name, watch, books);
    past.put(0L, new Figures(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO));
  }

  static BigInteger micros(long micros) {
    return BigInteger.valueOf(micros);
  }

  boolean hasOpen() {
    return !open.isEmpty();
  }

  /** Whether a reservation has ended so long ago, in microseconds. */
  boolean hasEndedBy(String reservation, long micros) {
    Since since = endedSince.get(reservation);
    return since != null && since.micros() <= micros;
  }

  /** A hold as it was when it expired; null if it has not. */
  @Nullable Hold lapsed(String reservation) {
    return lapsed.get(reservation);
  }

  /** A hold as it was made; null if there never was one. */
  @Nullable Hold made(String reservation) {
    return made.get(reservation);
  }

  /** All figures that there were from a moment on. */
  List<Figures> since(long moment) {
    return List.copyOf(past.tailMap(past.floorKey(moment), true).values());
  }

  /** Whether a grant has ended, or was voided. */
  boolean isOver(String grant) {
    return books.isOver(grant);
  }

  /** Whether a charge came to nothing at all. */
  boolean chargedNothing(String transaction) {
    Transaction charge = charges.get(transaction);
    return charge != null && charged(charge).signum() == 0;
  }

  /** What is left of a charge, all that was given back taken off. */
  BigInteger notRefunded(String transaction) {
    Transaction charge = charges.get(transaction);
    BigInteger total = charge == null ? BigInteger.ZERO : charged(charge);
    return total.subtract(books.refunded(transaction));
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  void take(WalletEvent event) {
    expect(!event.at().isBefore(lastAt), "I5", "time goes back to %s in %s", event.at(), event);
    lastAt = event.at();
    switch (event) {
      // It has nothing left until it starts; but it may be voided before.
      case WalletEvent.GrantScheduled it -> books.add(it.grant());
      case WalletEvent.Granted it -> {
        books.add(it.grant());
        books.entered(it.transaction(), it.grant().amount(), EntryType.GRANT);
        books.comes(it.transaction(), it.at());
      }
      case WalletEvent.CreditsHeld it -> hold(it.hold(), it.at());
      case WalletEvent.HoldExtended it -> extended(it);
      case WalletEvent.Committed it -> committed(it);
      case WalletEvent.Charged it -> {
        end(it.reservation(), null, Fate.COMMITTED);
        charged(it.reservation(), it.amount().micros(), it.transaction());
        books.isBurnt(
            it.reservation(), micros(it.amount().micros()), used(it.transaction()), it.at());
        comesTo(it.transaction(), it.reservation(), it.amount());
        if (figures().available().equals(micros(it.amount().micros()))) {
          watch.saw(Rarity.CREDITS_MET_EXACTLY);
        }
        watch.saw(Rarity.CHARGED_AT_ONCE);
      }
      case WalletEvent.UsageCharged it -> usage(it);
      case WalletEvent.Released it -> released(it);
      case WalletEvent.HoldBarred it -> {
        end(it.reservation(), null, Fate.BARRED);
        watch.saw(Rarity.HOLD_BARRED_BEFORE_IT_CAME);
      }
      case WalletEvent.GrantExpired it ->
          books.over(it.grant(), it.transaction(), EntryType.EXPIRE, it.at());
      case WalletEvent.GrantVoided it ->
          books.over(it.grant(), it.transaction(), EntryType.VOID, it.at());
      case WalletEvent.Adjusted it -> adjusted(it);
      case WalletEvent.Refunded it -> refunded(it);
      case WalletEvent.TransferredOut it -> transfers.out(it);
      case WalletEvent.TransferredIn it -> transfers.in(it);
      case WalletEvent.TransferReturned it -> transfers.back(it);
      case WalletEvent other -> {}
    }
    Transaction transaction = event.transaction();
    if (transaction != null) {
      books.post(transaction);
    }
    past.put(watch.moment(), figures());
    Balance told = event.balance();
    expect(
        told == null || figures().isLike(told),
        "model",
        "%s tells %s, counted %s",
        event.getClass().getSimpleName(),
        told,
        figures());
  }

  private void adjusted(WalletEvent.Adjusted event) {
    Grant grant = event.grant();
    Transaction transaction = event.transaction();
    if (grant != null) {
      books.add(grant);
      books.entered(transaction, grant.amount(), EntryType.ADJUST);
      books.comes(transaction, event.at());
    } else {
      books.isBurnt(
          transaction.id(),
          NaiveBooks.sum(transaction, EntryType.ADJUST).negate(),
          NaiveBooks.entries(transaction, EntryType.ADJUST),
          event.at());
    }
  }

  private void refunded(WalletEvent.Refunded event) {
    Transaction charge = charges.get(event.corrects());
    expect(charge != null, "I1", "what is given back was never charged: %s", event);
    if (charge != null) {
      books.refund(event, charge, charged(charge));
    }
    watch.saw(Rarity.REFUNDED);
  }

  Figures figures() {
    BigInteger held = BigInteger.ZERO;
    for (Hold hold : open.values()) {
      held = held.add(micros(hold.amount().micros()));
    }
    return new Figures(books.balance(), held, books.debt());
  }

  private void hold(Hold hold, Instant at) {
    isOfThis(hold.reservation());
    BigInteger amount = micros(hold.amount().micros());
    expect(
        figures().available().compareTo(amount) >= 0,
        "I2",
        "%s holds %s of %s",
        hold.reservation(),
        amount,
        figures());
    expect(
        fates.put(hold.reservation(), Fate.OPEN) == null,
        "I12",
        "%s is held a second time",
        hold.reservation());
    expect(hold.expiresAt().isAfter(at), "I12", "%s expires when it is made", hold.reservation());
    books.isBurnt(hold.reservation(), amount, Part.of(hold.draws()), at);
    books.hold(hold.draws(), 1);
    open.put(hold.reservation(), hold);
    made.put(hold.reservation(), hold);
    if (figures().available().signum() == 0) {
      watch.saw(Rarity.CREDITS_MET_EXACTLY);
    }
  }

  private static List<Part> used(Transaction transaction) {
    return NaiveBooks.entries(transaction, EntryType.CONSUME, EntryType.LATE_USAGE);
  }

  private void extended(WalletEvent.HoldExtended event) {
    Hold hold = open.get(event.reservation());
    expect(hold != null, "I12", "%s is extended and not open", event.reservation());
    if (hold != null) {
      expect(
          event.at().isBefore(hold.expiresAt()),
          "model",
          "%s is extended after its end",
          event.reservation());
      open.put(
          event.reservation(),
          new Hold(
              hold.reservation(),
              hold.creditType(),
              hold.amount(),
              hold.draws(),
              hold.price(),
              hold.madeAt(),
              event.expiresAt(),
              hold.overagePolicy(),
              hold.teamHolds(),
              hold.attribution()));
      watch.saw(Rarity.EXTENDED);
    }
  }

  /** A wallet has to do with reservations that name it, and with no others. */
  private void isOfThis(String reservation) {
    ReservationId id = ReservationId.parse(reservation);
    expect(
        id != null && EntityId.wallet(id.org(), id.wallet()).toString().equals(name),
        "I10",
        "%s is of another wallet",
        reservation);
  }

  /** Ends a hold, of which there has to be one, or none. */
  private void end(String reservation, @Nullable Fate from, Fate to) {
    isOfThis(reservation);
    Fate before = fates.put(reservation, to);
    endedSince.put(reservation, watch.since());
    expect(before == from, "I12", "%s was %s and becomes %s", reservation, before, to);
    Hold hold = open.remove(reservation);
    if (hold != null) {
      books.hold(hold.draws(), -1);
      if (to == Fate.EXPIRED) {
        lapsed.put(reservation, hold);
      }
    }
  }

  private void charged(String reservation, long amount, Transaction transaction) {
    expect(
        charged.put(reservation, micros(amount)) == null,
        "I12",
        "%s is charged twice",
        reservation);
    if (!transaction.postings().isEmpty()) {
      // What has no entries is not in the ledger, and its name is that of the next that has.
      charges.put(transaction.id(), transaction);
    }
  }

  private void committed(WalletEvent.Committed event) {
    String reservation = event.reservation();
    Hold hold = event.late() ? lapsed.get(reservation) : open.get(reservation);
    if (hold != null) {
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
      BigInteger held = micros(hold.amount().micros());
      BigInteger actual = micros(event.amount().micros());
      int more = actual.compareTo(held);
      watch.saw(
          more < 0
              ? Rarity.COMMITTED_FOR_LESS
              : more > 0 ? Rarity.COMMITTED_FOR_MORE : Rarity.COMMITTED_FOR_AS_MUCH);
      BigInteger asked = actual.add(micros(event.uncharged().micros()));
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
      leaves(reservation, policy, actual, event.debt(), event.uncharged(), fromHold, event.at());
      drawn(event, hold, fromHold);
    }
    watch.saw(event.late() ? Rarity.COMMITTED_LATE : Rarity.COMMITTED_IN_TIME);
    if (event.debt().isPositive()) {
      watch.saw(Rarity.COMMITTED_INTO_DEBT);
    }
    end(
        reservation,
        event.late() ? Fate.EXPIRED : Fate.OPEN,
        event.late() ? Fate.LATE : Fate.COMMITTED);
    charged(reservation, event.amount().micros(), event.transaction());
    comesTo(event.transaction(), reservation, event.amount());
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
    BigInteger paid = micros(event.amount().minus(event.debt()).micros());
    books.burnt(paid.subtract(fromHold), event.at()).forEach(part -> add(part, used));
    books.isDrawn(event.reservation(), used, used(event.transaction()));
    books.endsWith(event.reservation(), unused, event.transaction());
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

  private void comesTo(Transaction transaction, String reservation, Credits charge) {
    BigInteger entries = charged(transaction);
    expect(
        entries.equals(micros(charge.micros())),
        "I1",
        "%s is charged %s, by its entries %s",
        reservation,
        charge,
        entries);
  }

  /** What a transaction charges, by its entries. */
  private static BigInteger charged(Transaction transaction) {
    BigInteger entries = BigInteger.ZERO;
    for (Posting posting : transaction.postings()) {
      BigInteger amount = micros(posting.amount().micros());
      entries =
          switch (posting.type()) {
            case DEBT -> entries.add(amount);
            case CONSUME, LATE_USAGE -> entries.subtract(amount);
            default -> entries;
          };
    }
    return entries;
  }

  /** Work that has run is charged with nothing set aside; it is owed only when all is used up. */
  private void usage(WalletEvent.UsageCharged event) {
    String reservation = event.reservation();
    end(reservation, null, Fate.COMMITTED);
    charged(reservation, event.amount().micros(), event.transaction());
    books.isBurnt(
        reservation,
        micros(event.amount().minus(event.debt()).micros()),
        used(event.transaction()),
        event.at());
    comesTo(event.transaction(), reservation, event.amount());
    BigInteger amount = micros(event.amount().micros());
    ReserveRequest work = watch.reports.work(reservation);
    Credits used = work == null ? null : work.amount();
    if (work == null || used == null) {
      watch.violated("I4", "%s: %s is charged, and nobody reported it", name, reservation);
      return;
    }
    expect(
        amount.add(micros(event.uncharged().micros())).equals(micros(used.micros())),
        "model",
        "%s is charged %s, %s are left uncharged, and %s were used",
        reservation,
        event.amount(),
        event.uncharged(),
        used);
    leaves(
        reservation,
        work.overagePolicy(),
        amount,
        event.debt(),
        event.uncharged(),
        BigInteger.ZERO,
        event.at());
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
   * @param amount what is charged, the debt with it
   * @param fromHold what of it the hold pays
   */
  private void leaves(
      String reservation,
      OveragePolicy policy,
      BigInteger amount,
      Credits debt,
      Credits uncharged,
      BigInteger fromHold,
      Instant at) {
    BigInteger drawn = amount.subtract(micros(debt.micros())).subtract(fromHold);
    BigInteger missing = micros(debt.plus(uncharged).micros());
    BigInteger free = books.free(at);
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

  private void released(WalletEvent.Released event) {
    Hold hold = open.get(event.reservation());
    Fate to =
        switch (event.cause()) {
          case RELEASED -> Fate.RELEASED;
          case EXPIRED -> Fate.EXPIRED;
          case CANCELLED -> Fate.CANCELLED;
        };
    watch.saw(
        switch (event.cause()) {
          case RELEASED -> Rarity.RELEASED;
          case EXPIRED -> Rarity.EXPIRED;
          case CANCELLED -> Rarity.HOLD_TAKEN_BACK;
        });
    if (hold != null) {
      boolean over = !event.at().isBefore(hold.expiresAt());
      expect(
          event.cause() != WalletEvent.Cause.EXPIRED || event.at().equals(hold.expiresAt()),
          "model",
          "%s ends at %s and expires at %s",
          event.reservation(),
          hold.expiresAt(),
          event.at());
      expect(
          over == (event.cause() == WalletEvent.Cause.EXPIRED),
          "model",
          "%s, which ends at %s, is %s at %s",
          event.reservation(),
          hold.expiresAt(),
          to,
          event.at());
      expect(
          event.released().equals(hold.amount()),
          "I12",
          "%s gives back %s of %s",
          event.reservation(),
          event.released(),
          hold.amount());
      books.endsWith(event.reservation(), Part.of(hold.draws()), event.transaction());
    }
    end(event.reservation(), Fate.OPEN, to);
  }
}
