package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.wallet.WalletSnapshot.TransferPart;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A wallet: its grants, open holds, totals and the head of its ledger. Mutable, owned by one
 * thread, changed by events alone. The same events always give the same wallet.
 */
public final class Wallet {

  /** What falls due by itself, and when. Of what is due at one instant, grants start first. */
  record Due(Instant at, What what, String id) {
    static final Comparator<Due> ORDER =
        Comparator.comparing(Due::at).thenComparing(Due::what).thenComparing(Due::id);

    enum What {
      GRANT_STARTS,
      GRANT_ENDS,
      HOLD_ENDS
    }
  }

  /** A grant that has yet to take effect. */
  record Scheduled(Grant grant, Attribution attribution) {
    GrantState asState() {
      return new GrantState(grant, attribution);
    }
  }

  /** How a reservation ended; the ordinal is kept in the memory of endings. */
  public enum Ending {
    COMMITTED,
    RELEASED,
    EXPIRED,
    BARRED
  }

  private static final Duration TRANSFER_DONE_WITHIN = Duration.ofMinutes(1);

  private final String org;
  private final String name;
  private final Duration grace;
  private @Nullable WalletOwner owner;
  private Instant lastAt = Instant.EPOCH;
  private long ledgerSequence;
  private byte[] ledgerHead = CanonicalEntry.NO_HASH;
  private final Map<String, Purse> purses = new TreeMap<>();
  private final Map<String, GrantState> grants = new HashMap<>();
  private final GrantLists lists = new GrantLists();

  private final PlanSeries plans = new PlanSeries();
  private final Map<String, Scheduled> scheduled = new HashMap<>();
  private final Map<String, Credits> promised = new HashMap<>();
  private final Map<String, Hold> holds = new HashMap<>();
  private final LinkedHashMap<String, Hold> lapsed = new LinkedHashMap<>();
  private final TreeSet<Due> dues = new TreeSet<>(Due.ORDER);
  private final Corrected corrected = new Corrected();
  private final LinkedHashMap<String, TransferPart> transfers = new LinkedHashMap<>();
  private final TreeSet<String> barredTransfers = new TreeSet<>();
  private final OperationMemory endings;

  /**
   * A wallet that has not been opened.
   *
   * @param grace how long after a hold's expiry a commit is still recorded, and after the work has
   *     run a report is not late
   * @param endings how reservations ended; bounds how long that is known
   */
  public Wallet(String org, String name, Duration grace, OperationMemory endings) {
    this.org = org;
    this.name = name;
    this.grace = grace;
    this.endings = endings;
  }

  public String org() {
    return org;
  }

  public String name() {
    return name;
  }

  /** The owner; null until the wallet is opened. */
  public @Nullable WalletOwner owner() {
    return owner;
  }

  /** When it last changed. */
  public Instant lastAt() {
    return lastAt;
  }

  /** The sequence of the last entry; 0 before any. */
  public long ledgerSequence() {
    return ledgerSequence;
  }

  /** The hash of the last entry. */
  public byte[] ledgerHead() {
    return ledgerHead.clone();
  }

  /** The grants that have taken effect, by name. */
  public Map<String, GrantState> grants() {
    return grants;
  }

  /** The grant of this name, or the interval that the series of this name has come to; or null. */
  @Nullable GrantState lastOf(String series) {
    return grants.get(plans.last(series));
  }

  /** What is known of plans' grants besides. */
  PlanSeries plans() {
    return plans;
  }

  /** A page of grants, after this place, or from the first. */
  WalletReply grantsAfter(@Nullable GrantPlace after, int limit) {
    Scheduled later = after == null ? null : scheduled.get(after.grant());
    GrantState grant = after == null ? null : grants.get(after.grant());
    return lists.page(
        later == null ? grant : later.asState(), after == null ? "" : after.state(), limit);
  }

  /** When the next grant with something left ends; null if none does. */
  @Nullable Instant nextExpiry() {
    return lists.nextExpiry();
  }

  /** The open holds, by reservation. */
  public Map<String, Hold> holds() {
    return holds;
  }

  /** The figures of every credit type. */
  public Collection<Balance> balances() {
    return purses.values().stream().map(Purse::figures).toList();
  }

  /** The last entry that may have corrected a transaction; 0 if none has. */
  long lastCorrection(String transaction) {
    return corrected.last(transaction);
  }

  /** Whether a transfer to this wallet was refused, and has gone back. */
  boolean hasBarred(String transfer) {
    return barredTransfers.contains(transfer);
  }

  /** The transfers to other wallets that are on their way, by name. */
  public Map<String, TransferPart> transfers() {
    return transfers;
  }

  /**
   * When the next thing falls due; null if nothing does. A transfer that is still on its way after
   * a minute wants looking after: whoever carried it may have stopped.
   */
  public @Nullable Instant nextDue() {
    Instant first = dues.isEmpty() ? null : dues.first().at();
    if (transfers.isEmpty()) {
      return first;
    }
    Instant look = lastAt.plus(TRANSFER_DONE_WITHIN);
    return first == null || look.isBefore(first) ? look : first;
  }

  @Nullable Due due(Instant now) {
    return dues.isEmpty() || dues.first().at().isAfter(now) ? null : dues.first();
  }

  Map<String, Scheduled> scheduled() {
    return scheduled;
  }

  /**
   * Sees to it that so much more of a credit type can be counted, together with all that will come
   * by itself or may come back: grants yet to take effect, and transfers on their way. When one of
   * those comes, nobody is there to be refused.
   *
   * @throws ArithmeticException if it can't
   */
  void requireRoom(String creditType, Credits more) {
    Credits expected = promised.getOrDefault(creditType, Credits.ZERO);
    purse(creditType).balance.plus(expected).plus(more);
  }

  /** The grant of this name that is known to be yet to take effect. */
  Scheduled scheduledGrant(String id) {
    Scheduled found = scheduled.get(id);
    if (found == null) {
      throw new IllegalStateException("no scheduled grant " + id);
    }
    return found;
  }

  /** Whether work that ran then counts as late when it is reported now. */
  boolean isLate(Instant happenedAt, Instant reportedAt) {
    return reportedAt.isAfter(happenedAt.plus(grace));
  }

  /** The hold that expired so lately that a commit is still recorded, or null. */
  @Nullable Hold lapsed(String reservation, Instant now) {
    Hold hold = lapsed.get(reservation);
    return hold == null || !now.isBefore(hold.expiresAt().plus(grace)) ? null : hold;
  }

  Map<String, Hold> lapsed() {
    return lapsed;
  }

  /** How the reservation ended, as far as it is remembered; else null. */
  @Nullable Ending ending(String reservation) {
    Long ordinal = endings.fingerprint(reservation);
    return ordinal == null ? null : Ending.values()[ordinal.intValue()];
  }

  /** Where its ending stands in the journal; null if it has not ended or is forgotten. */
  @Nullable Place endingPlace(String reservation) {
    return endings.place(reservation);
  }

  /** How reservations ended, by their names. */
  public OperationMemory endings() {
    return endings;
  }

  /** The purse of a credit type; an empty one that is not kept if there is none. */
  Purse purse(String creditType) {
    Purse purse = purses.get(creditType);
    return purse == null ? new Purse(creditType) : purse;
  }

  GrantState grant(String id) {
    GrantState grant = grants.get(id);
    if (grant == null) {
      throw new IllegalStateException("no grant " + id);
    }
    return grant;
  }

  // ---- changes, by events alone

  void apply(WalletEvent event, Place place) {
    lastAt = event.at();
    switch (event) {
      case WalletEvent.Opened opened -> owner = opened.owner();
      case WalletEvent.GrantScheduled later -> schedule(later);
      case WalletEvent.Granted granted -> start(granted);
      case WalletEvent.GrantExpired expired -> expire(expired);
      case WalletEvent.GrantRenewed renewed -> renew(renewed);
      case WalletEvent.GrantVoided voided -> cancel(voided);
      case WalletEvent.GrantTermsChanged changed -> change(changed);
      case WalletEvent.Refunded refunded -> post(refunded.transaction());
      case WalletEvent.Adjusted adjusted -> adjust(adjusted);
      case WalletEvent.TransferredOut out -> {
        post(out.transaction());
        underWay(new TransferPart(out.transfer(), out.transaction().id()));
      }
      case WalletEvent.TransferredIn in -> receive(in);
      case WalletEvent.TransferBarred barred -> barredTransfers.add(barred.transfer());
      case WalletEvent.TransferSettled settled -> arrived(settled.transfer());
      case WalletEvent.TransferReturned returned -> {
        arrived(returned.transfer());
        post(returned.transaction());
      }
      case WalletEvent.CreditsHeld held -> hold(held.hold());
      case WalletEvent.HoldExtended extended -> extend(extended);
      case WalletEvent.Committed committed -> commit(committed, place);
      case WalletEvent.Charged charged -> {
        post(charged.transaction());
        end(charged.reservation(), Ending.COMMITTED, place, charged.at());
      }
      case WalletEvent.LeaseSettled settled -> settle(settled, place);
      case WalletEvent.LeaseRevoked revoked -> {
        Hold hold = openHold(revoked.lease());
        holds.put(
            revoked.lease(),
            hold.holding(
                hold.draws(), leaseOf(hold).revoking(), hold.expiresAt(), hold.teamHolds()));
      }
      case WalletEvent.UsageCharged charged -> {
        drawFromLease(charged);
        post(charged.transaction());
        end(charged.reservation(), Ending.COMMITTED, place, charged.at());
      }
      case WalletEvent.Released released -> release(released, place);
      case WalletEvent.HoldBarred barred ->
          end(barred.reservation(), Ending.BARRED, place, barred.at());
    }
    forgetLapsed();
    plans.forget(event.at());
  }

  private void schedule(WalletEvent.GrantScheduled event) {
    Grant grant = event.grant();
    Scheduled later = new Scheduled(grant, event.attribution());
    scheduled.put(grant.id(), later);
    lists.schedule(later.asState());
    promise(grant.creditType(), grant.amount());
    dues.add(new Due(grant.effectiveAt(), Due.What.GRANT_STARTS, grant.id()));
  }

  private void start(WalletEvent.Granted event) {
    Grant grant = event.grant();
    Scheduled later = scheduled.remove(grant.id());
    if (later != null) {
      lists.unschedule(later.asState());
      dues.remove(new Due(grant.effectiveAt(), Due.What.GRANT_STARTS, grant.id()));
      promise(grant.creditType(), grant.amount().negated());
    }
    bring(grant, event.transaction().attribution());
    post(event.transaction());
    if (grant.isOfPlan()) {
      plans.given(grant, event.transaction());
    }
  }

  private void bring(Grant grant, Attribution attribution) {
    keep(new GrantState(grant, attribution));
    if (grant.expiresAt() != null) {
      dues.add(new Due(grant.expiresAt(), Due.What.GRANT_ENDS, grant.id()));
    }
  }

  private void keep(GrantState state) {
    grants.put(state.grant.id(), state);
    lists.add(state);
    Recurrence recurrence = state.grant.recurrence();
    if (recurrence != null && state.grant.isOfPlan()) {
      String last = plans.last(recurrence.series());
      plans.cameTo(
          recurrence.series(),
          grants.containsKey(last) ? later(last, state.grant.id()) : state.grant.id());
    }
  }

  private String later(String one, String other) {
    Recurrence first = grant(one).grant.recurrence();
    Recurrence second = grant(other).grant.recurrence();
    return first == null || second == null || first.period() < second.period() ? other : one;
  }

  private void change(WalletEvent.GrantTermsChanged event) {
    Grant grant = event.grant();
    Scheduled later = scheduled.get(grant.id());
    Recurrence recurrence = grant.recurrence();
    plans.changed(recurrence == null ? grant.id() : recurrence.series(), event.number());
    if (event.rest() != null) {
      plans.left(grant, event.rest(), event.at());
    } else if (later == null) {
      plans.endMoved(grant);
    }
    if (later != null) {
      lists.unschedule(later.asState());
      Scheduled changed = new Scheduled(grant, later.attribution());
      scheduled.put(grant.id(), changed);
      lists.schedule(changed.asState());
      post(event.transaction());
      return;
    }
    post(event.transaction());
    GrantState before = grant(grant.id());
    GrantState after = new GrantState(grant, before.attribution);
    if (before.isEnded()) {
      replaceEnded(before, after);
      return;
    }
    Purse purse = keptPurse(grant.creditType());
    Credits remaining = before.remaining;
    Credits held = before.held;
    purse.change(before, remaining.negated(), held.negated());
    grants.put(grant.id(), after);
    purse.change(after, remaining, held);
    lists.replaced(before, after);
    if (before.grant.expiresAt() != null) {
      dues.remove(new Due(before.grant.expiresAt(), Due.What.GRANT_ENDS, grant.id()));
    }
    if (grant.expiresAt() != null) {
      dues.add(new Due(grant.expiresAt(), Due.What.GRANT_ENDS, grant.id()));
    }
  }

  private void expire(WalletEvent.GrantExpired event) {
    plans.expired(grant(event.grant()).grant);
    end(event.grant(), EntryType.EXPIRE, event.transaction());
  }

  private void replaceEnded(GrantState before, GrantState after) {
    after.ended = before.ended;
    after.voidedAt = before.voidedAt;
    after.voidedThrough = before.voidedThrough;
    after.remaining = before.remaining;
    after.held = before.held;
    grants.put(after.grant.id(), after);
    lists.endedReplaced(before, after);
  }

  private void renew(WalletEvent.GrantRenewed event) {
    bring(event.grant(), grant(event.ended()).attribution);
    end(event.ended(), EntryType.EXPIRE, event.transaction());
  }

  private void adjust(WalletEvent.Adjusted event) {
    if (event.grant() != null) {
      bring(event.grant(), event.transaction().attribution());
    }
    if (event.transaction().corrects() != null) {
      reinstate(event.transaction());
    }
    post(event.transaction());
  }

  /** A grant that was voided, and to which something comes back that does not end there at once. */
  private void reinstate(Transaction transaction) {
    Set<String> ended = new HashSet<>();
    for (Posting each : transaction.postings()) {
      String grant = each.grant();
      if (grant != null && (each.type() == EntryType.VOID || each.type() == EntryType.EXPIRE)) {
        ended.add(grant);
      }
    }
    for (Posting each : transaction.postings()) {
      String grant = each.grant();
      if (grant != null
          && each.type() == EntryType.ADJUST
          && grant(grant).isVoided()
          && !ended.contains(grant)) {
        reinstate(grant(grant));
      }
    }
  }

  private void reinstate(GrantState grant) {
    lists.reinstated(grant);
    keptPurse(grant.grant.creditType()).reinstate(grant);
    grant.voidedAt = null;
    grant.voidedThrough = null;
    if (grant.grant.expiresAt() != null) {
      dues.add(new Due(grant.grant.expiresAt(), Due.What.GRANT_ENDS, grant.grant.id()));
    }
  }

  private void receive(WalletEvent.TransferredIn event) {
    for (Grant grant : event.transfer().grants()) {
      if (grant.isOverAt(event.at())) {
        GrantState over = new GrantState(grant, event.transaction().attribution());
        over.ended = EntryType.EXPIRE;
        keep(over);
      } else {
        bring(grant, event.transaction().attribution());
      }
    }
    post(event.transaction());
  }

  private void underWay(TransferPart sent) {
    Transfer transfer = sent.transfer();
    transfers.put(transfer.id(), sent);
    promise(transfer.creditType(), transfer.amount());
  }

  private void arrived(String id) {
    TransferPart sent = transfers.remove(id);
    if (sent != null) {
      promise(sent.transfer().creditType(), sent.transfer().amount().negated());
    }
  }

  private void promise(String creditType, Credits more) {
    promised.merge(creditType, more, Credits::plus);
  }

  private void cancel(WalletEvent.GrantVoided event) {
    if (event.change() != null) {
      plans.changed(series(event.grant()), event.change());
    }
    Scheduled never = scheduled.remove(event.grant());
    if (never != null) {
      dues.remove(new Due(never.grant.effectiveAt(), Due.What.GRANT_STARTS, event.grant()));
      lists.unschedule(never.asState());
      GrantState grant = never.asState();
      grant.ended = EntryType.VOID;
      grant.voidedAt = event.at();
      grant.voidedThrough = ledgerSequence;
      keep(grant);
      promise(never.grant.creditType(), never.grant.amount().negated());
      post(event.transaction());
      return;
    }
    GrantState before = grant(event.grant());
    if (event.rest() != null) {
      plans.left(before.grant, event.rest(), event.at());
    }
    end(event.grant(), EntryType.VOID, event.transaction());
    if (event.change() != null) {
      replaceEnded(before, new GrantState(before.grant.overAt(event.at()), before.attribution));
    }
  }

  private String series(String grant) {
    GrantState known = grants.get(grant);
    Recurrence recurrence = known == null ? null : known.grant.recurrence();
    return recurrence == null ? grant : recurrence.series();
  }

  private void end(String id, EntryType why, Transaction transaction) {
    post(transaction);
    GrantState grant = grant(id);
    Instant end = grant.grant.expiresAt();
    if (end != null) {
      dues.remove(new Due(end, Due.What.GRANT_ENDS, id));
    }
    keptPurse(grant.grant.creditType()).end(grant, why);
    if (grant.isVoided()) {
      grant.voidedAt = transaction.postedAt();
      grant.voidedThrough = ledgerSequence;
    }
    lists.ended(grant);
  }

  private void hold(Hold hold) {
    holds.put(hold.reservation(), hold);
    dues.add(new Due(hold.expiresAt(), Due.What.HOLD_ENDS, hold.reservation()));
    Purse purse = keptPurse(hold.creditType());
    for (Draw draw : hold.draws()) {
      purse.change(grant(draw.grant()), Credits.ZERO, draw.amount());
    }
  }

  private void extend(WalletEvent.HoldExtended event) {
    Hold hold = openHold(event.reservation());
    dues.remove(new Due(hold.expiresAt(), Due.What.HOLD_ENDS, hold.reservation()));
    holds.put(hold.reservation(), hold.expiringAt(event.expiresAt()));
    dues.add(new Due(event.expiresAt(), Due.What.HOLD_ENDS, hold.reservation()));
  }

  private static Lease leaseOf(Hold hold) {
    Lease lease = hold.lease();
    if (lease == null) {
      throw new IllegalStateException(hold.reservation() + " is no lease");
    }
    return lease;
  }

  /** What a lease covers of a charge is held no more. */
  private void drawFromLease(WalletEvent.UsageCharged event) {
    String name = event.drawnFrom();
    Credits covered = event.covered();
    if (name == null || covered == null) {
      return;
    }
    Hold hold = openHold(name);
    List<Draw> used = new ArrayList<>(2);
    List<Draw> left = new ArrayList<>(hold.draws().size());
    Settlement.split(hold.draws(), covered, used, left);
    free(hold.creditType(), used);
    holds.put(
        name,
        hold.holding(left, leaseOf(hold).reporting(covered), hold.expiresAt(), hold.teamHolds()));
  }

  private void settle(WalletEvent.LeaseSettled event, Place place) {
    Hold hold = openHold(event.lease());
    dues.remove(new Due(hold.expiresAt(), Due.What.HOLD_ENDS, hold.reservation()));
    List<Draw> draws = hold.draws();
    if (event.added() != null) {
      Hold more = openHold(event.added());
      holds.remove(event.added());
      dues.remove(new Due(more.expiresAt(), Due.What.HOLD_ENDS, event.added()));
      end(event.added(), Ending.RELEASED, place, event.at());
      draws = Settlement.merged(draws, more.draws());
    }
    List<Draw> left = new ArrayList<>(draws.size());
    List<Draw> back = new ArrayList<>(1);
    Settlement.split(draws, event.terms().left(), left, back);
    free(hold.creditType(), back);
    holds.put(
        event.lease(), hold.holding(left, event.terms(), event.settleBy(), event.teamHolds()));
    dues.add(new Due(event.settleBy(), Due.What.HOLD_ENDS, event.lease()));
    post(event.transaction());
  }

  private void free(String creditType, List<Draw> draws) {
    Purse purse = keptPurse(creditType);
    for (Draw draw : draws) {
      purse.change(grant(draw.grant()), Credits.ZERO, draw.amount().negated());
    }
  }

  private void commit(WalletEvent.Committed event, Place place) {
    if (event.late()) {
      lapsed.remove(event.reservation());
    } else {
      close(event.reservation());
    }
    post(event.transaction());
    end(event.reservation(), Ending.COMMITTED, place, event.at());
  }

  private void release(WalletEvent.Released event, Place place) {
    Hold hold = close(event.reservation());
    post(event.transaction());
    boolean expired = event.cause() == WalletEvent.Cause.EXPIRED;
    if (expired) {
      lapsed.put(hold.reservation(), hold);
    }
    end(hold.reservation(), expired ? Ending.EXPIRED : Ending.RELEASED, place, event.at());
  }

  private void end(String reservation, Ending ending, Place place, Instant at) {
    endings.remember(
        new Operation(reservation, ending.ordinal()),
        place,
        ChronoUnit.MICROS.between(Instant.EPOCH, at));
  }

  private Hold close(String reservation) {
    Hold hold = openHold(reservation);
    holds.remove(reservation);
    dues.remove(new Due(hold.expiresAt(), Due.What.HOLD_ENDS, reservation));
    free(hold.creditType(), hold.draws());
    return hold;
  }

  private void post(Transaction transaction) {
    Purse purse = keptPurse(transaction.creditType());
    for (Posting posting : transaction.postings()) {
      String grant = posting.grant();
      if (grant != null) {
        purse.change(grant(grant), posting.amount(), Credits.ZERO);
        lists.changed(grant(grant));
        plans.post(posting);
      }
      if (posting.type() == EntryType.DEBT_REPAID) {
        purse.repaidThrough = posting.sequence();
      }
      purse.balance = posting.balance();
      purse.debt = posting.debt();
      ledgerSequence = posting.sequence();
      ledgerHead = posting.hash();
    }
    if (transaction.corrects() != null) {
      corrected.add(transaction.corrects(), ledgerSequence);
    }
  }

  private void forgetLapsed() {
    Iterator<Hold> oldest = lapsed.values().iterator();
    while (oldest.hasNext() && !lastAt.isBefore(oldest.next().expiresAt().plus(grace))) {
      oldest.remove();
    }
  }

  /** The open hold of a reservation that is known to have one. */
  Hold openHold(String reservation) {
    Hold hold = holds.get(reservation);
    if (hold == null) {
      throw new IllegalStateException("no open hold " + reservation);
    }
    return hold;
  }

  private Purse keptPurse(String creditType) {
    return purses.computeIfAbsent(creditType, Purse::new);
  }

  // ---- snapshots

  /** All of it as plain data. */
  public WalletSnapshot snapshot() {
    return snapshot(endings.toBytes());
  }

  /** The same without how reservations ended: of that only the outline. */
  public WalletSnapshot outline() {
    return snapshot(endings.outline());
  }

  private WalletSnapshot snapshot(byte[] ofEndings) {
    return new WalletSnapshot(
        owner,
        lastAt,
        ledgerSequence,
        ledgerHead,
        purses.values().stream().map(Purse::figures).toList(),
        grants.values().stream()
            .map(
                g ->
                    new WalletSnapshot.GrantPart(
                        g.grant, g.attribution, g.remaining, g.ended, g.voidedAt, g.voidedThrough))
            .toList(),
        scheduled.values().stream()
            .map(s -> new WalletSnapshot.ScheduledPart(s.grant, s.attribution))
            .toList(),
        holds.values().stream().toList(),
        lapsed.values().stream().toList(),
        List.copyOf(transfers.values()),
        List.copyOf(barredTransfers),
        ofEndings,
        plans.changes(),
        plans.ahead(),
        plans.cutShort());
  }

  /** Takes in a snapshot; the wallet must be new. */
  public void restore(WalletSnapshot from) {
    owner = from.owner();
    lastAt = from.lastAt();
    ledgerSequence = from.ledgerSequence();
    ledgerHead = from.ledgerHead();
    for (WalletSnapshot.ScheduledPart part : from.scheduled()) {
      schedule(new WalletEvent.GrantScheduled(lastAt, part.grant(), part.attribution()));
    }
    for (WalletSnapshot.GrantPart part : from.grants()) {
      GrantState grant = new GrantState(part.grant(), part.attribution());
      grant.ended = part.ended();
      grant.voidedAt = part.voidedAt();
      grant.voidedThrough = part.voidedThrough();
      keep(grant);
      keptPurse(part.grant().creditType()).change(grant, part.remaining(), Credits.ZERO);
      lists.changed(grant);
      Instant end = part.grant().expiresAt();
      if (end != null && part.ended() == null) {
        dues.add(new Due(end, Due.What.GRANT_ENDS, part.grant().id()));
      }
    }
    from.holds().forEach(this::hold);
    from.lapsed().forEach(hold -> lapsed.put(hold.reservation(), hold));
    for (Balance figures : from.balances()) {
      Purse purse = keptPurse(figures.creditType());
      purse.balance = figures.balance();
      purse.debt = figures.debt();
    }
    // Also for what repaid debt by then: everything has to be read up to here.
    corrected.forget(ledgerSequence);
    barredTransfers.addAll(from.barredTransfers());
    from.transfers().forEach(this::underWay);
    endings.restore(from.endings());
    plans.restore(from);
  }
}
