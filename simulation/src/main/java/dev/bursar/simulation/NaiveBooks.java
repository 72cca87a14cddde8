package dev.bursar.simulation;

import static dev.bursar.simulation.NaiveWallet.micros;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaivePots.Part;
import dev.bursar.simulation.NaivePots.Pot;
import dev.bursar.simulation.NaivePots.Use;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is entered of one credit type in a wallet, and its debts, as somebody would keep them with
 * pen and paper: which grants an amount is drawn on, and to whom what comes back goes.
 */
final class NaiveBooks {

  /** What one charge has left unpaid, and who has paid how much of it since, in that order. */
  private static final class Debt {
    private BigInteger owed = BigInteger.ZERO;

    /** What was refunded of it while nobody had paid it. */
    private BigInteger forgiven = BigInteger.ZERO;

    private final List<Part> paid = new ArrayList<>();
  }

  /** What has become of what a charge has left unpaid: some is owed yet, or was paid. */
  record Owing(String transaction, BigInteger owed, BigInteger paid, BigInteger forgiven) {
    boolean isOwed() {
      return owed.signum() > 0;
    }

    @Override
    public String toString() {
      return "Owing[transaction=%s, owed=%s, paid=%s, forgiven=%s]"
          .formatted(
              transaction,
              PlainWords.amount(owed),
              PlainWords.amount(paid),
              PlainWords.amount(forgiven));
    }
  }

  private final String name;
  private final Watch watch;
  final NaivePots pots;

  /** By the charge that has left them, the oldest first. */
  private final Map<String, Debt> debts = new LinkedHashMap<>();

  /** What was given back of each charge. */
  private final Map<String, BigInteger> refunded = new HashMap<>();

  /** What has gone back of what each transaction took away. */
  private final Map<String, BigInteger> returned = new HashMap<>();

  /** What was used of a grant that a plan gave no more, for the time until its interval's end. */
  private final Map<String, BigInteger> ahead = new TreeMap<>();

  private final Map<String, Instant> aheadUntil = new HashMap<>();

  private BigInteger debt = BigInteger.ZERO;

  NaiveBooks(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
    this.pots = new NaivePots(name, watch);
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  BigInteger debt() {
    return debt;
  }

  BigInteger refunded(String transaction) {
    return refunded.getOrDefault(transaction, BigInteger.ZERO);
  }

  /** The last charge that has left something unpaid of which not all was refunded; null if none. */
  @Nullable Owing owing() {
    Owing last = null;
    for (Map.Entry<String, Debt> each : debts.entrySet()) {
      Debt of = each.getValue();
      BigInteger paid = of.paid.stream().map(Part::amount).reduce(BigInteger.ZERO, BigInteger::add);
      if (of.owed.add(paid).signum() > 0) {
        last = new Owing(each.getKey(), of.owed, paid, of.forgiven);
      }
    }
    return last;
  }

  /** The grants of no plan that have not ended. */
  List<String> grants() {
    return pots.allOf("").filter(each -> !each.startsWith(Grant.OF_PLANS)).toList();
  }

  BigInteger returned(String transaction) {
    return returned.getOrDefault(transaction, BigInteger.ZERO);
  }

  // ---- what is drawn

  /**
   * It is drawn on the grants that burn first, in that order.
   *
   * @param use what for; null for whatever grants may pay for
   */
  void isBurnt(String what, BigInteger amount, @Nullable Use use, List<Part> told, Instant at) {
    isDrawn(what, pots.burnt(amount, use, at), told);
  }

  void isDrawn(String what, List<Part> wanted, List<Part> told) {
    expect(told.equals(wanted), "model", "%s is drawn on %s, and not on %s", what, told, wanted);
  }

  /**
   * What of these goes back to grants that have ended ends there, the last drawn first; what goes
   * back to others pays what is owed.
   */
  void goesBack(String what, List<Part> unused, Transaction transaction) {
    BigInteger owed = debt.add(sum(transaction, EntryType.DEBT));
    List<Part> ends = new ArrayList<>();
    List<Part> pays = new ArrayList<>();
    for (Part part : unused.reversed()) {
      if (pots.isOver(part.grant())) {
        ends.add(part);
      } else if (owed.signum() > 0) {
        BigInteger paid = owed.min(part.amount());
        owed = owed.subtract(paid);
        pays.add(new Part(part.grant(), paid));
        watch.saw(Rarity.DEBT_REPAID_BY_WHAT_WAS_HELD);
      }
    }
    List<Part> ended = entries(transaction, EntryType.EXPIRE, EntryType.VOID);
    List<Part> paid = entries(transaction, EntryType.DEBT_REPAID);
    expect(ended.equals(ends), "model", "%s has %s end where %s do", what, ended, ends);
    expect(paid.equals(pays), "model", "%s pays %s of the debt and not %s", what, paid, pays);
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
      if (next < postings.size() && makesUp(posting, postings.get(next))) {
        come = come.add(micros(postings.get(next++).amount()));
      }
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

  /** A plan takes a grant back. */
  void takenBack(WalletEvent.GrantVoided event, @Nullable PlanGrantChange change) {
    Pot pot = pots.get(event.grant());
    Recurrence recurrence = pot == null || pot.waits ? null : pot.grant.recurrence();
    if (pot == null || change == null) {
      expect(event.change() == null, "model", "%s, which no plan has decided", event);
      if (event.grant().startsWith(Grant.OF_PLANS)) {
        watch.saw(Rarity.PLAN_GRANT_VOIDED_BY_HAND);
      }
      return;
    }
    BigInteger rest =
        recurrence == null ? null : NaiveRecurrence.rest(recurrence, event.at(), change.at());
    expect(
        Objects.equals(rest, event.rest() == null ? null : micros(event.rest())),
        "model",
        "%s, where %s was decided",
        event,
        change);
    if (recurrence != null && rest != null) {
      left(pot.grant, recurrence, rest, event.at());
    }
    if (!pot.waits && event.at().isBefore(pot.end())) {
      // For its plan it is over by now, and nothing comes after it.
      pots.change(pot, ending(pot.grant, event.at(), event.at()));
    }
  }

  private static boolean makesUp(Posting first, Posting next) {
    return first.type() == EntryType.GRANT
        && next.type() == EntryType.VOID
        && Objects.equals(first.grant(), next.grant());
  }

  /** What a plan gives is so much less as was used ahead of what it gave before. */
  void makesUp(Transaction transaction, Grant grant, Instant at) {
    BigInteger less = sum(transaction, EntryType.VOID).negate();
    List<String> inOrder =
        ahead.keySet().stream()
            .filter(each -> at.isBefore(until(each)))
            .sorted(Comparator.comparing(this::until))
            .toList();
    BigInteger used = inOrder.stream().map(this::ahead).reduce(BigInteger.ZERO, BigInteger::add);
    BigInteger wanted =
        grant.id().startsWith(Grant.OF_PLANS) ? used.min(micros(grant.amount())) : BigInteger.ZERO;
    expect(
        less.equals(wanted),
        "model",
        "%s comes with %s less, and %s were used ahead",
        grant,
        less,
        used);
    if (less.signum() > 0) {
      watch.saw(Rarity.PLAN_GRANT_MADE_UP);
    }
    for (String each : inOrder) {
      BigInteger part = less.min(ahead(each));
      ahead.merge(each, part, BigInteger::subtract);
      less = less.subtract(part);
    }
  }

  private BigInteger ahead(String grant) {
    return ahead.getOrDefault(grant, BigInteger.ZERO);
  }

  private Instant until(String grant) {
    return aheadUntil.getOrDefault(grant, Instant.MIN);
  }

  private void left(Grant grant, Recurrence recurrence, BigInteger rest, Instant at) {
    if (ahead.putIfAbsent(grant.id(), rest) == null) {
      aheadUntil.put(
          grant.id(),
          NaiveRecurrence.end(recurrence.terms().interval(), recurrence.anchor(), null, at));
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
    boolean expired = how == EntryType.EXPIRE;
    expect(
        !expired || (!pot.waits && NaiveRecurrence.isLast(pot.grant)),
        "model",
        "%s expires, and has yet to begin, or to come again",
        grant);
    if (pot.waits) {
      watch.saw(Rarity.GRANT_VOIDED_BEFORE_IT_STARTED);
    }
    pot.over = true;
    if (!expired) {
      pot.isVoidedWith(transaction, at);
    }
    Recurrence recurrence = pot.grant.recurrence();
    if (expired && pot.cutShort && recurrence != null) {
      BigInteger rest = NaiveRecurrence.rest(recurrence, pot.end(), pot.end());
      left(pot.grant, recurrence, rest, pot.end());
      watch.saw(Rarity.PLAN_GRANT_CUT_SHORT);
    }
    expect(
        !expired || at.equals(pot.ends()),
        "model",
        "%s expires at %s instead of %s",
        grant,
        at,
        pot.ends());
    watch.saw(expired ? Rarity.GRANT_EXPIRED : Rarity.GRANT_VOIDED);
    if (pot.held.signum() > 0) {
      watch.saw(expired ? Rarity.GRANT_EXPIRED_UNDER_A_HOLD : Rarity.GRANT_VOIDED_UNDER_A_HOLD);
    }
  }

  /** One interval of a grant ends, and the next begins. */
  void renewed(WalletEvent.GrantRenewed event) {
    Pot old = pots.get(event.ended());
    String fault =
        old == null ? "there is none of that name" : NaiveRecurrence.fault(event, old, debt);
    expect(fault == null, "model", "%s follows %s, and %s", event, event.ended(), fault);
    if (old == null) {
      return;
    }
    watch.saw(Rarity.GRANT_CAME_AGAIN);
    if (NaiveBooks.sum(event.transaction(), EntryType.TRANSFER_IN).signum() > 0) {
      watch.saw(Rarity.GRANT_ROLLED_OVER);
    }
    if (old.held.signum() > 0) {
      watch.saw(Rarity.GRANT_CAME_AGAIN_UNDER_A_HOLD);
    }
    old.over = true;
    pots.add(event.grant(), event.at());
  }

  /**
   * The interval that runs is the last, and what it gives for the time that is left is withdrawn,
   * as far as it is there.
   *
   * @param change what the org decided
   */
  void changed(WalletEvent.GrantTermsChanged event, @Nullable PlanGrantChange change) {
    Grant grant = event.grant();
    Pot old = pots.get(grant.id());
    Recurrence recurrence = old == null ? null : old.grant.recurrence();
    if (old != null && change != null && change.kind() == PlanGrantChange.Kind.MOVE_END) {
      moved(event, old, change);
      return;
    }
    if (old != null && change != null && old.over) {
      // It was voided, by its plan or by hand, and does not come back in force by a reversal.
      expect(
          grant.equals(ending(old.grant, event.at(), event.at()))
              && event.rest() == null
              && event.transaction().postings().isEmpty(),
          "model",
          "%s ends what was voided, and is about %s",
          event,
          old.grant);
      pots.change(old, grant);
      return;
    }
    if (old == null
        || recurrence == null
        || change == null
        || change.kind() == PlanGrantChange.Kind.END) {
      expect(false, "model", "%s changes what does not run", event);
      return;
    }
    BigInteger rest = NaiveRecurrence.rest(recurrence, event.at(), change.at());
    boolean asItShould =
        change.kind() == PlanGrantChange.Kind.LEAVE
            && change.grant().id().equals(recurrence.series())
            && rest.equals(event.rest() == null ? null : micros(event.rest()))
            && sum(event.transaction(), EntryType.VOID).negate().equals(rest.min(old.free()))
            && grant.equals(ending(old.grant, old.grant.expiresAt(), old.grant.expiresAt()));
    expect(asItShould, "model", "%s, where %s was decided of %s", event, change, old.grant);
    pots.change(old, grant);
    left(grant, recurrence, rest, event.at());
  }

  /** It ends at another time; it is drawn on and comes again until then. */
  private void moved(WalletEvent.GrantTermsChanged event, Pot old, PlanGrantChange change) {
    Grant grant = event.grant();
    Recurrence recurrence = old.grant.recurrence();
    Instant until = change.grant().until();
    Instant begun = grant.effectiveAt().isAfter(event.at()) ? grant.effectiveAt() : event.at();
    Instant end = recurrence == null ? until : endOfInterval(recurrence, until, begun);
    expect(
        event.rest() == null
            && event.transaction().postings().isEmpty()
            && change.grant().id().equals(recurrence == null ? grant.id() : recurrence.series())
            && grant.equals(ending(old.grant, until, end)),
        "model",
        "%s, where %s moves the end of %s to %s",
        event,
        change,
        old.grant,
        end);
    Pot moved = pots.change(old, grant);
    moved.movedAt = event.at();
    if (!old.waits) {
      moved.cutShort =
          recurrence != null
              && end != null
              && endOfInterval(recurrence, null, end.minusNanos(1_000)).isAfter(end);
    }
  }

  /**
   * A grant as it was, but for its end.
   *
   * @param until when the last of its intervals ends, if it has any
   * @param end when the one that runs does
   */
  private static Grant ending(Grant of, @Nullable Instant until, @Nullable Instant end) {
    Recurrence recurrence = of.recurrence();
    return new Grant(
        of.id(),
        of.creditType(),
        of.amount(),
        of.category(),
        of.priority(),
        of.effectiveAt(),
        end,
        of.features(),
        of.models(),
        of.costBasis(),
        recurrence == null
            ? null
            : new Recurrence(
                recurrence.terms(),
                recurrence.anchor(),
                until,
                recurrence.amount(),
                recurrence.costBasis(),
                recurrence.series(),
                recurrence.period()),
        of.source(),
        of.createdAt());
  }

  private static Instant endOfInterval(Recurrence recurrence, @Nullable Instant until, Instant at) {
    return NaiveRecurrence.end(recurrence.terms().interval(), recurrence.anchor(), until, at);
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
    boolean taken = posting.type() == EntryType.VOID || posting.type() == EntryType.EXPIRE;
    if (taken && grant != null && ahead.containsKey(grant)) {
      ahead.put(grant, ahead(grant).add(amount).max(BigInteger.ZERO));
    }
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
    if (left.forgiven.signum() > 0 && !fromPaid.isEmpty()) {
      watch.saw(Rarity.DEBT_PAID_BACK_ONCE_SOME_WAS_FORGIVEN);
    }
    left.forgiven = left.forgiven.add(unpaid);
    left.owed = left.owed.subtract(unpaid);
    fromPaid.forEach(part -> takeBack(left.paid, part.amount()));
    comes(transaction, event.at());
  }

  // ---- reversals

  /** What a transaction took away without charging it, in its order: adjusted, or voided. */
  static List<Part> taken(Transaction transaction) {
    return transaction.postings().stream()
        .filter(each -> each.type() == EntryType.ADJUST || each.type() == EntryType.VOID)
        .filter(each -> each.amount().isNegative())
        .map(each -> new Part(Objects.requireNonNull(each.grant()), micros(each.amount()).negate()))
        .toList();
  }

  /**
   * What was taken away goes back as it was taken, the last first. A grant that was voided for it
   * is in force again, unless it would have ended since.
   */
  void reversed(WalletEvent.Adjusted event, Transaction taking) {
    Transaction transaction = event.transaction();
    BigInteger before = returned(taking.id());
    BigInteger amount = sum(transaction, EntryType.ADJUST);
    List<Part> taken = taken(taking);
    returned.merge(taking.id(), amount, BigInteger::add);
    BigInteger total = taken.stream().map(Part::amount).reduce(BigInteger.ZERO, BigInteger::add);
    expect(
        before.add(amount).compareTo(total) <= 0,
        "I1",
        "more goes back than %s took away",
        taking.id());
    List<Part> back = last(taken, before, amount);
    expect(
        entries(transaction, EntryType.ADJUST).equals(back),
        "model",
        "of %s goes back %s, and not %s",
        taking.id(),
        transaction.postings(),
        back);
    for (Part each : back) {
      Pot pot = pots.get(each.grant());
      if (pot != null && pot.isVoidedBy(taking) && event.at().isBefore(pot.end())) {
        pot.inForceAgain();
        watch.saw(Rarity.GRANT_IN_FORCE_AGAIN);
      }
    }
    watch.saw(before.signum() > 0 ? Rarity.REVERSED_IN_PARTS : Rarity.REVERSED);
    comes(transaction, event.at());
  }

  /** The last so much of these, the last first, leaving out so much at the very end. */
  private static List<Part> last(List<Part> parts, BigInteger leftOut, BigInteger amount) {
    List<Part> found = new ArrayList<>();
    BigInteger skip = leftOut;
    BigInteger missing = amount;
    for (Part each : parts.reversed()) {
      BigInteger skipped = each.amount().min(skip);
      BigInteger part = each.amount().subtract(skipped).min(missing);
      skip = skip.subtract(skipped);
      missing = missing.subtract(part);
      if (part.signum() > 0) {
        found.add(new Part(each.grant(), part));
      }
    }
    return found;
  }

  private static void takeBack(List<Part> paid, BigInteger amount) {
    Part last = paid.removeLast();
    if (last.amount().compareTo(amount) > 0) {
      paid.add(new Part(last.grant(), last.amount().subtract(amount)));
    }
  }
}
