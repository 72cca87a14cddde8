package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletEvent;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The grants and debts of a wallet as somebody would keep them with pen and paper: which grants an
 * amount is drawn on, and to whom what comes back goes.
 */
final class NaiveBooks {

  /** So much of a grant, in millionths. */
  record Part(String grant, BigInteger amount) {

    static List<Part> of(List<Draw> draws) {
      return draws.stream()
          .map(draw -> new Part(draw.grant(), NaiveWallet.micros(draw.amount().micros())))
          .toList();
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
      return !over && at.isBefore(end());
    }

    Instant end() {
      Instant end = grant.expiresAt();
      return end == null ? Instant.MAX : end;
    }

    /** What was given for nothing burns first, and what was paid for last. */
    int rank() {
      return switch (grant.category()) {
        case PROMOTIONAL -> 1;
        case PLAN -> 2;
        case PAID -> 3;
      };
    }
  }

  private static final Comparator<Pot> BURN_ORDER =
      Comparator.comparingInt((Pot pot) -> pot.grant.priority())
          .thenComparing(Pot::end)
          .thenComparingInt(Pot::rank)
          .thenComparing(pot -> pot.grant.effectiveAt())
          .thenComparing(pot -> pot.grant.createdAt())
          .thenComparing(pot -> pot.grant.id());

  /** What one charge has left unpaid, and who has paid how much of it since, in that order. */
  private static final class Debt {
    private BigInteger owed = BigInteger.ZERO;
    private final List<Part> paid = new ArrayList<>();
  }

  private final String name;
  private final Watch watch;
  private final Map<String, Pot> pots = new LinkedHashMap<>();

  /** By the charge that has left them, the oldest first. */
  private final Map<String, Debt> debts = new LinkedHashMap<>();

  /** What was given back of each charge. */
  private final Map<String, BigInteger> refunded = new HashMap<>();

  private BigInteger debt = BigInteger.ZERO;

  NaiveBooks(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  private static BigInteger micros(Credits credits) {
    return NaiveWallet.micros(credits.micros());
  }

  BigInteger balance() {
    return pots.values().stream().map(pot -> pot.left).reduce(BigInteger.ZERO, BigInteger::add);
  }

  BigInteger debt() {
    return debt;
  }

  /** All that can be drawn. */
  BigInteger free(Instant at) {
    return pots.values().stream()
        .filter(pot -> pot.canBeDrawnAt(at))
        .map(Pot::free)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  void add(Grant grant) {
    pots.put(grant.id(), new Pot(grant));
  }

  /** Whether a grant has ended, or was voided. */
  boolean isOver(String grant) {
    Pot pot = pots.get(grant);
    return pot != null && pot.over;
  }

  BigInteger refunded(String transaction) {
    return refunded.getOrDefault(transaction, BigInteger.ZERO);
  }

  /** So much more of these grants is held, or less. */
  void hold(List<Draw> draws, int sign) {
    for (Draw draw : draws) {
      Pot pot = pots.get(draw.grant());
      if (pot != null) {
        pot.held = pot.held.add(micros(draw.amount()).multiply(BigInteger.valueOf(sign)));
        expect(pot.free().signum() >= 0, "I2", "more of %s is held than is left", draw.grant());
      }
    }
  }

  // ---- what is drawn

  /** What an amount is drawn on: one grant after the other is used up, as far as there are any. */
  List<Part> burnt(BigInteger amount, Instant at) {
    List<Part> drawn = new ArrayList<>();
    BigInteger left = amount;
    for (Pot pot : pots.values().stream().sorted(BURN_ORDER).toList()) {
      BigInteger part = pot.canBeDrawnAt(at) ? pot.free().min(left) : BigInteger.ZERO;
      if (part.signum() > 0) {
        drawn.add(new Part(pot.grant.id(), part));
        left = left.subtract(part);
      }
    }
    return drawn;
  }

  /** It is drawn on the grants that burn first, in that order. */
  void isBurnt(String what, BigInteger amount, List<Part> told, Instant at) {
    isDrawn(what, burnt(amount, at), told);
  }

  void isDrawn(String what, List<Part> wanted, List<Part> told) {
    expect(told.equals(wanted), "model", "%s is drawn on %s, and not on %s", what, told, wanted);
  }

  /** What of these goes back to grants that have ended ends there, the last drawn first. */
  void endsWith(String what, List<Part> unused, Transaction transaction) {
    List<Part> wanted = unused.reversed().stream().filter(part -> isOver(part.grant)).toList();
    List<Part> told = entries(transaction, EntryType.EXPIRE, EntryType.VOID);
    expect(
        told.equals(wanted), "model", "%s has %s end where it goes back to %s", what, told, wanted);
  }

  // ---- entries

  static BigInteger sum(Transaction transaction, EntryType type) {
    return transaction.postings().stream()
        .filter(each -> each.type() == type)
        .map(each -> micros(each.amount()))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** The entries of some types on grants, in their order, whatever their sign. */
  static List<Part> entries(Transaction transaction, EntryType... types) {
    List<Part> found = new ArrayList<>();
    for (Posting posting : transaction.postings()) {
      String grant = posting.grant();
      if (grant != null && Arrays.asList(types).contains(posting.type())) {
        found.add(new Part(grant, micros(posting.amount()).abs()));
      }
    }
    return found;
  }

  /** What is done is what is entered. */
  void entered(Transaction transaction, Credits amount, EntryType type) {
    expect(
        sum(transaction, type).equals(micros(amount)),
        "I1",
        "it is about %s, and the entries of %s are %s",
        amount,
        type,
        transaction.postings());
  }

  /** What comes to a grant ends with it, if that has ended; else it pays what is owed first. */
  void comes(Transaction transaction, Instant at) {
    List<Posting> postings = transaction.postings();
    BigInteger owed = debt.add(sum(transaction, EntryType.DEBT));
    int next = 0;
    while (next < postings.size()) {
      Posting posting = postings.get(next++);
      String grant = posting.grant();
      Pot pot = grant == null ? null : pots.get(grant);
      if (pot == null) {
        continue;
      }
      BigInteger come = micros(posting.amount());
      boolean ends = pot.over || !at.isBefore(pot.end());
      BigInteger follows = ends ? come : owed.min(come);
      if (follows.signum() == 0) {
        continue;
      }
      Posting then = next < postings.size() ? postings.get(next++) : null;
      boolean asItShould =
          then != null
              && pot.grant.id().equals(then.grant())
              && micros(then.amount()).equals(follows.negate())
              && (then.type() == EntryType.DEBT_REPAID) != ends;
      expect(
          asItShould,
          "I1",
          "%s comes to %s, %s are owed, it has ended: %s, and the entries are %s",
          come,
          grant,
          owed,
          ends,
          postings);
      owed = ends ? owed : owed.subtract(follows);
    }
  }

  /** A grant ends: what is held of it stays good, and the rest is gone. */
  void over(String grant, Transaction transaction, EntryType how, Instant at) {
    Pot pot = pots.get(grant);
    expect(
        pot != null && pot.free().equals(sum(transaction, how).negate()),
        "I1",
        "%s ends with %s free, and the entries are %s",
        grant,
        pot == null ? null : pot.free(),
        transaction.postings());
    if (pot == null) {
      return;
    }
    expect(!pot.over, "model", "%s ends twice", grant);
    pot.over = true;
    boolean expired = how == EntryType.EXPIRE;
    expect(
        !expired || at.equals(pot.end()),
        "model",
        "%s expires at %s instead of %s",
        grant,
        at,
        pot.end());
    watch.saw(expired ? Rarity.GRANT_EXPIRED : Rarity.GRANT_VOIDED);
    if (pot.held.signum() > 0) {
      watch.saw(expired ? Rarity.GRANT_EXPIRED_UNDER_A_HOLD : Rarity.GRANT_VOIDED_UNDER_A_HOLD);
    }
  }

  /** Takes in the entries of an event that has been looked at. */
  void post(Transaction transaction) {
    transaction.postings().forEach(posting -> post(posting, transaction.id()));
  }

  private void post(Posting posting, String transaction) {
    BigInteger amount = micros(posting.amount());
    if (posting.type() == EntryType.DEBT) {
      debt = debt.add(amount);
      if (amount.signum() > 0) {
        debts.computeIfAbsent(transaction, t -> new Debt()).owed = amount;
      }
      return;
    }
    String grant = posting.grant();
    if (posting.type() == EntryType.DEBT_REPAID && grant != null) {
      debt = debt.add(amount);
      pay(grant, amount.negate());
      watch.saw(Rarity.DEBT_REPAID);
    }
    Pot pot = grant == null ? null : pots.get(grant);
    expect(pot != null, "I1", "an entry on %s, which is not known", grant);
    if (pot != null) {
      pot.left = pot.left.add(amount);
      expect(
          pot.left.signum() >= 0 && pot.free().signum() >= 0,
          "I2",
          "%s has %s left, of which %s is held",
          grant,
          pot.left,
          pot.held);
    }
  }

  private void pay(String grant, BigInteger amount) {
    BigInteger left = amount;
    for (Debt each : debts.values()) {
      BigInteger part = each.owed.min(left);
      if (part.signum() > 0) {
        each.owed = each.owed.subtract(part);
        each.paid.add(new Part(grant, part));
        left = left.subtract(part);
      }
    }
  }

  // ---- refunds

  /**
   * What is given back of a charge unwinds it: what is still owed for it is owed no longer; then
   * come those that have paid its debt, and those that it was drawn on, the last first.
   */
  void refund(WalletEvent.Refunded event, Transaction charge, BigInteger total) {
    BigInteger before = refunded(event.corrects());
    BigInteger amount = micros(event.amount());
    refunded.merge(event.corrects(), amount, BigInteger::add);
    expect(
        before.add(amount).compareTo(total) <= 0,
        "I1",
        "more is given back of %s than it charged",
        event.corrects());
    Transaction transaction = event.transaction();
    BigInteger forgiven = sum(transaction, EntryType.DEBT).negate();
    expect(
        sum(transaction, EntryType.REFUND).add(forgiven).equals(amount),
        "I1",
        "%s of %s is given back, and the entries are %s",
        event.amount(),
        event.corrects(),
        transaction.postings());
    BigInteger owing = sum(charge, EntryType.DEBT);
    BigInteger ofDebt = owing.subtract(before).max(BigInteger.ZERO).min(amount);
    Debt left = debts.getOrDefault(event.corrects(), new Debt());
    BigInteger unpaid = left.owed.min(ofDebt);
    List<Part> back = new ArrayList<>();
    back.addAll(last(left.paid, BigInteger.ZERO, ofDebt.subtract(unpaid)));
    List<Part> fromPaid = List.copyOf(back);
    back.addAll(
        last(
            entries(charge, EntryType.CONSUME, EntryType.LATE_USAGE),
            before.subtract(owing).max(BigInteger.ZERO),
            amount.subtract(ofDebt)));
    expect(
        forgiven.equals(unpaid) && entries(transaction, EntryType.REFUND).equals(back),
        "model",
        "of %s is given back %s, and not %s, with %s owed no longer",
        event.corrects(),
        transaction.postings(),
        back,
        unpaid);
    left.owed = left.owed.subtract(unpaid);
    fromPaid.forEach(part -> takeBack(left.paid, part.amount));
    comes(transaction, event.at());
  }

  /** The last so much of these, the last first, leaving out so much at the very end. */
  private static List<Part> last(List<Part> parts, BigInteger leftOut, BigInteger amount) {
    List<Part> found = new ArrayList<>();
    BigInteger skip = leftOut;
    BigInteger missing = amount;
    for (Part each : parts.reversed()) {
      BigInteger skipped = each.amount.min(skip);
      BigInteger part = each.amount.subtract(skipped).min(missing);
      skip = skip.subtract(skipped);
      missing = missing.subtract(part);
      if (part.signum() > 0) {
        found.add(new Part(each.grant, part));
      }
    }
    return found;
  }

  private static void takeBack(List<Part> paid, BigInteger amount) {
    Part last = paid.removeLast();
    if (last.amount.compareTo(amount) > 0) {
      paid.add(new Part(last.grant, last.amount.subtract(amount)));
    }
  }
}
