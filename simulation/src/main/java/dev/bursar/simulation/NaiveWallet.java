package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
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

  /** A grant, and what is left and held of it. */
  private static final class Pot {
    private final Grant grant;
    private BigInteger left = BigInteger.ZERO;
    private BigInteger held = BigInteger.ZERO;
    private boolean over;

    Pot(Grant grant) {
      this.grant = grant;
    }

    BigInteger free() {
      return left.subtract(held);
    }

    boolean canBeDrawnAt(Instant at) {
      Instant end = grant.expiresAt();
      return !over && (end == null || at.isBefore(end));
    }

    boolean burnsBefore(Pot other) {
      if (grant.priority() != other.grant.priority()) {
        return grant.priority() < other.grant.priority();
      }
      Instant end = grant.expiresAt();
      Instant otherEnd = other.grant.expiresAt();
      return end != null && (otherEnd == null || end.isBefore(otherEnd));
    }
  }

  private final String name;
  private final Watch watch;
  private final Map<String, Pot> pots = new LinkedHashMap<>();
  private final Map<String, Hold> open = new HashMap<>();
  private final Map<String, Hold> lapsed = new HashMap<>();

  /** Every hold as it was made, whatever has become of it. */
  private final Map<String, Hold> made = new HashMap<>();

  final Map<String, Fate> fates = new HashMap<>();
  private final Map<String, Since> endedSince = new HashMap<>();
  final Map<String, BigInteger> charged = new HashMap<>();
  final Map<String, Transaction> charges = new LinkedHashMap<>();
  final Map<String, BigInteger> sent = new HashMap<>();
  final Map<String, BigInteger> taken = new HashMap<>();
  final Map<String, BigInteger> returned = new HashMap<>();

  /** The figures from each moment on, the first before any. */
  private final TreeMap<Long, Figures> past = new TreeMap<>();

  /** What was given back of each charge. */
  private final Map<String, BigInteger> refunded = new HashMap<>();

  private BigInteger debt = BigInteger.ZERO;
  private Instant lastAt = Instant.MIN;

  NaiveWallet(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
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
    Pot pot = pots.get(grant);
    return pot != null && pot.over;
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
    return total.subtract(refunded.getOrDefault(transaction, BigInteger.ZERO));
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expect(holds, invariant, name + ": " + format, values);
  }

  void take(WalletEvent event) {
    expect(!event.at().isBefore(lastAt), "I5", "time goes back to %s in %s", event.at(), event);
    lastAt = event.at();
    switch (event) {
      // It has nothing left until it starts; but it may be voided before.
      case WalletEvent.GrantScheduled it -> pots.put(it.grant().id(), new Pot(it.grant()));
      case WalletEvent.Granted it -> {
        pots.put(it.grant().id(), new Pot(it.grant()));
        entered(it.transaction(), it.grant().amount(), EntryType.GRANT);
        comes(it.transaction());
      }
      case WalletEvent.CreditsHeld it -> hold(it.hold(), it.at());
      case WalletEvent.HoldExtended it -> extended(it);
      case WalletEvent.Committed it -> committed(it);
      case WalletEvent.Charged it -> {
        end(it.reservation(), null, Fate.COMMITTED);
        charged(it.reservation(), it.amount().micros(), it.transaction());
        drawn(it.transaction(), it.at());
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
      case WalletEvent.GrantExpired it -> {
        over(it.grant(), it.at(), true);
        takesWhatIsFree(it.grant(), it.transaction(), EntryType.EXPIRE);
      }
      case WalletEvent.GrantVoided it -> {
        over(it.grant(), it.at(), false);
        takesWhatIsFree(it.grant(), it.transaction(), EntryType.VOID);
      }
      case WalletEvent.Adjusted it -> {
        Grant grant = it.grant();
        if (grant != null) {
          pots.put(grant.id(), new Pot(grant));
          entered(it.transaction(), grant.amount(), EntryType.ADJUST);
          comes(it.transaction());
        }
      }
      case WalletEvent.Refunded it -> {
        refunded.merge(it.corrects(), micros(it.amount().micros()), BigInteger::add);
        expect(
            notRefunded(it.corrects()).signum() >= 0,
            "I1",
            "more is given back of %s than it charged",
            it.corrects());
        BigInteger forgiven = sum(it.transaction(), EntryType.DEBT);
        expect(
            sum(it.transaction(), EntryType.REFUND)
                .subtract(forgiven)
                .equals(micros(it.amount().micros())),
            "I1",
            "%s of %s is given back, and the entries are %s",
            it.amount(),
            it.corrects(),
            it.transaction().postings());
        comes(it.transaction());
        watch.saw(Rarity.REFUNDED);
      }
      case WalletEvent.TransferredOut it -> {
        entered(it.transaction(), it.transfer().amount().negated(), EntryType.TRANSFER_OUT);
        expect(
            sent.put(it.transfer().id(), micros(it.transfer().amount().micros())) == null,
            "I4",
            "%s leaves twice",
            it.transfer().id());
      }
      case WalletEvent.TransferredIn it -> {
        it.transfer().grants().forEach(grant -> pots.put(grant.id(), new Pot(grant)));
        entered(it.transaction(), it.transfer().amount(), EntryType.TRANSFER_IN);
        comes(it.transaction());
        expect(
            taken.put(it.transfer().id(), micros(it.transfer().amount().micros())) == null,
            "I4",
            "%s comes twice",
            it.transfer().id());
        watch.saw(Rarity.TRANSFERRED);
      }
      case WalletEvent.TransferReturned it -> {
        BigInteger back = sum(it.transaction(), EntryType.TRANSFER_IN);
        comes(it.transaction());
        expect(
            back.equals(sent.get(it.transfer())),
            "I1",
            "%s left with %s, and %s goes back",
            sent.get(it.transfer()),
            it.transfer(),
            back);
        expect(
            returned.put(it.transfer(), back) == null,
            "I4",
            "%s goes back twice",
            it.transfer());
        watch.saw(Rarity.TRANSFER_RETURNED);
      }
      case WalletEvent other -> {}
    }
    Transaction transaction = event.transaction();
    if (transaction != null) {
      transaction.postings().forEach(this::post);
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

  private static BigInteger sum(Transaction transaction, EntryType type) {
    return transaction.postings().stream()
        .filter(each -> each.type() == type)
        .map(each -> micros(each.amount().micros()))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** What is done is what is entered. */
  private void entered(Transaction transaction, Credits amount, EntryType type) {
    expect(
        sum(transaction, type).equals(micros(amount.micros())),
        "I1",
        "it is about %s, and the entries of %s are %s",
        amount,
        type,
        transaction.postings());
  }

  /** What comes to grants that have not ended pays what is owed first, as far as it goes. */
  private void comes(Transaction transaction) {
    BigInteger come = BigInteger.ZERO;
    for (Posting posting : transaction.postings()) {
      if (posting.type() != EntryType.DEBT && posting.type() != EntryType.DEBT_REPAID) {
        come = come.add(micros(posting.amount().micros()));
      }
    }
    BigInteger owed = debt.add(sum(transaction, EntryType.DEBT));
    expect(
        sum(transaction, EntryType.DEBT_REPAID).negate().equals(owed.min(come)),
        "I1",
        "%s comes, %s are owed, and the entries are %s",
        come,
        owed,
        transaction.postings());
  }

  Figures figures() {
    BigInteger balance = BigInteger.ZERO;
    BigInteger held = BigInteger.ZERO;
    for (Pot pot : pots.values()) {
      balance = balance.add(pot.left);
    }
    for (Hold hold : open.values()) {
      held = held.add(micros(hold.amount().micros()));
    }
    return new Figures(balance, held, debt);
  }

  private void post(Posting posting) {
    BigInteger amount = micros(posting.amount().micros());
    if (posting.type() == EntryType.DEBT) {
      debt = debt.add(amount);
      return;
    }
    if (posting.type() == EntryType.DEBT_REPAID) {
      debt = debt.add(amount);
      watch.saw(Rarity.DEBT_REPAID);
    }
    Pot pot = posting.grant() == null ? null : pots.get(posting.grant());
    expect(pot != null, "I1", "an entry on %s, which is not known", posting.grant());
    if (pot != null) {
      pot.left = pot.left.add(amount);
      expect(
          pot.left.signum() >= 0 && pot.left.compareTo(pot.held) >= 0,
          "I2",
          "%s has %s left, of which %s is held",
          posting.grant(),
          pot.left,
          pot.held);
    }
  }

  private void hold(Hold hold, Instant at) {
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
    inBurnOrder(hold.draws(), at);
    for (Draw draw : hold.draws()) {
      Pot pot = pots.get(draw.grant());
      if (pot != null) {
        pot.held = pot.held.add(micros(draw.amount().micros()));
        expect(pot.free().signum() >= 0, "I2", "more of %s is held than is left", draw.grant());
      }
    }
    open.put(hold.reservation(), hold);
    made.put(hold.reservation(), hold);
    if (figures().available().signum() == 0) {
      watch.saw(Rarity.CREDITS_MET_EXACTLY);
    }
  }

  /** Whatever burns before a grant that is drawn on is used up. */
  private void inBurnOrder(List<Draw> draws, Instant at) {
    for (Draw draw : draws) {
      Pot drawn = pots.get(draw.grant());
      if (drawn == null) {
        continue;
      }
      expect(drawn.canBeDrawnAt(at), "model", "%s is drawn on at %s", draw.grant(), at);
      for (Pot other : pots.values()) {
        if (other != drawn && other.burnsBefore(drawn) && other.canBeDrawnAt(at)) {
          BigInteger drawnToo =
              draws.stream()
                  .filter(each -> each.grant().equals(other.grant.id()))
                  .map(each -> micros(each.amount().micros()))
                  .reduce(BigInteger.ZERO, BigInteger::add);
          expect(
              other.free().compareTo(drawnToo) <= 0,
              "model",
              "%s is drawn on before %s is used up",
              draw.grant(),
              other.grant.id());
        }
      }
    }
  }

  private void drawn(Transaction transaction, Instant at) {
    List<Draw> draws = new ArrayList<>();
    for (Posting posting : transaction.postings()) {
      String grant = posting.grant();
      boolean isDraw =
          posting.type() == EntryType.CONSUME || posting.type() == EntryType.LATE_USAGE;
      if (isDraw && grant != null) {
        draws.add(new Draw(grant, posting.amount().negated()));
      }
    }
    inBurnOrder(draws, at);
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

  /** Ends a hold, of which there has to be one, or none. */
  private void end(String reservation, @Nullable Fate from, Fate to) {
    Fate before = fates.put(reservation, to);
    endedSince.put(reservation, watch.since());
    expect(before == from, "I12", "%s was %s and becomes %s", reservation, before, to);
    Hold hold = open.remove(reservation);
    if (hold != null) {
      for (Draw draw : hold.draws()) {
        Pot pot = pots.get(draw.grant());
        if (pot != null) {
          pot.held = pot.held.subtract(micros(draw.amount().micros()));
        }
      }
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
    drawn(event.transaction(), event.at());
    comesTo(event.transaction(), reservation, event.amount());
    BigInteger amount = micros(event.amount().micros());
    ReserveRequest work = watch.reports.work(reservation);
    Credits used = work == null ? null : work.amount();
    if (work == null || used == null) {
      watch.violated(
          "I4", "%s: %s is charged, and nobody reported it".formatted(name, reservation));
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
    BigInteger free = BigInteger.ZERO;
    for (Pot pot : pots.values()) {
      free = pot.canBeDrawnAt(at) ? free.add(pot.free()) : free;
    }
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
    }
    end(event.reservation(), Fate.OPEN, to);
  }

  private void over(String grant, Instant at, boolean expired) {
    Pot pot = pots.get(grant);
    if (pot == null) {
      return;
    }
    expect(!pot.over, "model", "%s ends twice", grant);
    pot.over = true;
    Instant end = pot.grant.expiresAt();
    expect(!expired || at.equals(end), "model", "%s expires at %s instead of %s", grant, at, end);
    watch.saw(expired ? Rarity.GRANT_EXPIRED : Rarity.GRANT_VOIDED);
    if (pot.held.signum() > 0) {
      watch.saw(expired ? Rarity.GRANT_EXPIRED_UNDER_A_HOLD : Rarity.GRANT_VOIDED_UNDER_A_HOLD);
    }
  }

  /** What is held of a grant that ends stays good. */
  private void takesWhatIsFree(String grant, Transaction transaction, EntryType type) {
    Pot pot = pots.get(grant);
    expect(
        pot != null && pot.free().equals(sum(transaction, type).negate()),
        "I1",
        "%s ends with %s free, and the entries are %s",
        grant,
        pot == null ? null : pot.free(),
        transaction.postings());
  }
}
