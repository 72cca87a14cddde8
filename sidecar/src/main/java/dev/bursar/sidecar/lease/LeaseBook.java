package dev.bursar.sidecar.lease;

import dev.bursar.sidecar.lease.Demand.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is leased of one org, for whom, and what the server is to be asked for. Mutable, owned by
 * one thread at a time; it is told the time, on a clock that only runs forward, in nanoseconds.
 */
public final class LeaseBook {

  private static final long FORGET = 600_000_000_000L;

  /** For so long whoever asks waits until a lease is closed. */
  private static final long RETURNING = 2_000_000_000L;

  /** So many leases that nobody has wanted yet are asked for at once. */
  private static final int AHEAD_MAX = 8;

  private final LeaseSettings settings;
  private final Rooms rooms;
  private final Questions questions;
  private final Demands demands;
  private final HeldLeases held;
  private final Set<LeaseKey> woken = new HashSet<>();
  private final Features features;
  private Predicate<String> entitled = feature -> true;
  private List<Wanted> before = List.of();
  private int acquiring;
  private int acquiringAhead;
  private boolean pricesWanted;

  /**
   * @param name what makes its calls differ from all others', also those of an earlier life
   * @param rooms how much of the heap may be taken, shared with others
   */
  public LeaseBook(String name, LeaseSettings settings, Rooms rooms) {
    this(name, settings, rooms, new Features());
  }

  /**
   * The same.
   *
   * @param features what others want, too
   */
  public LeaseBook(String name, LeaseSettings settings, Rooms rooms, Features features) {
    this.features = features;
    this.settings = settings;
    this.rooms = rooms;
    this.questions = new Questions(name);
    this.demands = new Demands(rooms.leases());
    this.held = new HeldLeases(settings, questions, demands);
  }

  /** How much of the heap may be taken. */
  public Rooms rooms() {
    return rooms;
  }

  /** The leases that are not over. */
  public HeldLeases held() {
    return held;
  }

  /** Whether there is nothing that somebody waits for, or that the server is to be told. */
  public boolean isIdle() {
    return held.isEmpty() && questions.isEmpty() && acquiring == 0;
  }

  /** Nothing of it is needed any more: it takes no room. */
  public void end() {
    demands.end();
  }

  // ---- what is decided

  /**
   * The lease that so much can be decided from.
   *
   * @param key what the request is for, with its user
   * @return null if none does; {@link #lacking} says what then
   */
  public @Nullable HeldLease fitting(LeaseKey key, Spending spending, long now) {
    Demand demand = demands.of(key);
    HeldLease lease = demand == null ? null : demand.lease;
    if (demand == null
        || lease == null
        || !lease.isPricedBy(held.prices())
        || !lease.fits(spending, now)) {
      return null;
    }
    demand.used(spending, now);
    if (demand.isLow(lease, now) && now - demand.notBefore >= 0) {
      demand.lacking(spending);
      if (lease.asked == null && !lease.reportWaits) {
        held.topUp(demand, lease, now);
      }
    }
    return lease;
  }

  /**
   * Asks for a lease, or for more of it, where none does.
   *
   * @return the key to wait for; null if the server should rather decide by itself
   */
  public @Nullable LeaseKey lacking(LeaseKey key, Spending spending, long now) {
    Demand demand = demands.ofNow(key, now);
    if (demand == null) {
      return null;
    }
    demand.usedAt = now;
    if (demand.unanswered) {
      return null;
    }
    if (isReturning(demand, now)) {
      return demand.key;
    }
    HeldLease last = demand.lease;
    boolean asked = demand.acquiring != null || (last != null && last.asked != null);
    boolean pausing = now - demand.notBefore < 0;
    if (!asked && pausing && !isToBeDecidedFrom(demand, spending, now)) {
      return null;
    }
    demand.waiting(spending, now);
    if (last != null && !last.isPricedBy(held.prices())) {
      pricesWanted = true;
    } else if (!asked) {
      HeldLease lease = usable(demand, now);
      if (lease == null) {
        acquire(demand, now, false);
      } else {
        topUp(demand, lease, now);
      }
    }
    return demand.key;
  }

  /** Where there is little, by no more than somebody waits for. */
  private void topUp(Demand demand, HeldLease lease, long now) {
    if (now - demand.notBefore < 0) {
      held.topUpOnce(demand, lease, now);
    } else {
      held.topUp(demand, lease, now);
    }
  }

  /**
   * Whether a request is to be decided here, one by one, though there is little: the server would
   * count the units that the lease holds against it.
   */
  private boolean isToBeDecidedFrom(Demand demand, Spending spending, long now) {
    HeldLease lease = demand.lease;
    return lease != null
        && !lease.meters.isEmpty()
        && !lease.isOver(now)
        && lease.isPricedBy(held.prices())
        && demand.isLessThanFailed(spending);
  }

  /** Whether what is leased is about to be the server's again. */
  private boolean isReturning(Demand demand, long now) {
    HeldLease lease = demand.returning;
    return lease != null
        && now - demand.returningUntil < 0
        && lease.open == 0
        && held.find(lease.id()) == lease;
  }

  /** The whole of it goes back, with its units; whoever asks next waits for that. */
  private void giveBack(Demand demand, HeldLease lease, long now) {
    if (!lease.meters.isEmpty()) {
      demand.returning = lease;
      demand.returningUntil = now + RETURNING;
    }
    held.retire(lease);
  }

  /**
   * What is leased goes back where the server might count it against a request that it does not do
   * for, and that is not to be leased for: it only asks what there is.
   *
   * @return the key to wait for; null if there is nothing that could be given back
   */
  public @Nullable LeaseKey givenBack(LeaseKey key, Spending spending, long now) {
    Demand demand = demands.of(key);
    if (demand == null || demand.unanswered) {
      return null;
    }
    HeldLease lease = demand.lease;
    if (isReturning(demand, now)) {
      return demand.key;
    }
    if (lease == null || lease.isOver(now) || !demand.mayLack(lease, spending)) {
      return null;
    }
    boolean isNothing = lease.left() <= 0 && (lease.meters.isEmpty() || lease.open > 0);
    if (lease.asked == null && isNothing) {
      return null;
    }
    if (lease.asked == null) {
      demand.failed = null;
      giveUp(demand, lease, now);
      // There may be enough for whoever comes next.
      demand.notBefore = now;
    }
    return demand.key;
  }

  private @Nullable HeldLease usable(Demand demand, long now) {
    HeldLease lease = demand.lease;
    if (lease != null && lease.isOver(now)) {
      held.retire(lease);
      return null;
    }
    return lease;
  }

  private void acquire(Demand demand, long now, boolean ahead) {
    long amount = demand.wanted(now);
    Ask.Acquire ask =
        new Ask.Acquire(
            questions.newCall(),
            demand.key,
            amount,
            demand.units(ahead, now),
            settings.ttlSeconds(),
            ahead,
            demand.isOfAnyFeature());
    demand.acquiring = ask;
    acquiring++;
    questions.ask(ask);
  }

  /** Whoever waits for it looks again. */
  private void wake(Demand demand) {
    demand.woken();
    woken.add(demand.key);
  }

  /** The keys for which something has changed since this was asked last. */
  public List<LeaseKey> woken() {
    if (woken.isEmpty()) {
      return List.of();
    }
    List<LeaseKey> all = List.copyOf(woken);
    woken.clear();
    return all;
  }

  /** What was wanted within so many nanoseconds, what was wanted last first. */
  public List<Wanted> wanted(long within, long now) {
    return demands.wanted(now - within);
  }

  /** What an earlier life has wanted is leased again, as far as there is plenty. */
  public void expect(List<Wanted> all, long now) {
    before = all;
    Demand first = all.isEmpty() ? null : demands.again(all.getFirst(), now);
    if (first != null) {
      acquireAhead(first, now);
    }
  }

  /** Which features the org may use, as far as is known here; leased ahead are no others. */
  public void entitled(Predicate<String> may) {
    entitled = may;
  }

  // ---- prices

  /**
   * What is decided is priced by a version of the catalog from now on. A lease that is charged by
   * another is over: another one is taken.
   *
   * @param version 0 where there are none
   */
  public void prices(int version, long now) {
    boolean known = version == held.prices();
    List<Demand> waiting = waitingForPrices();
    held.prices(version);
    for (Demand demand : waiting) {
      if (known && demand.lease == null) {
        // Nodes do not agree yet: the next would be of other prices, too.
        demand.notBefore = now + settings.pause();
      }
      wake(demand);
    }
  }

  /** The prices can't be had now: nobody waits for them. */
  public void pricesLost(long now) {
    for (Demand demand : waitingForPrices()) {
      demand.notBefore = now + settings.pause();
      wake(demand);
    }
  }

  private List<Demand> waitingForPrices() {
    List<Demand> waiting = new ArrayList<>();
    for (Demand demand : demands.all()) {
      if (demand.lease != null && !demand.lease.isPricedBy(held.prices())) {
        waiting.add(demand);
      }
    }
    return waiting;
  }

  /** Whether there is a lease that is charged by other prices than are known; told once. */
  public boolean pricesWanted() {
    boolean wanted = pricesWanted;
    pricesWanted = false;
    return wanted;
  }

  // ---- what the server is asked, and says

  /** What is to be asked now; each is to be answered by {@link #told}. */
  public @Nullable Ask nextAsk() {
    return questions.next();
  }

  /**
   * Takes an answer in.
   *
   * @param sentAt when it was asked
   */
  public void told(Ask ask, Told told, long sentAt, long now) {
    long first = questions.firstSent(ask, sentAt);
    Demand demand = demand(ask);
    if (told instanceof Told.Lost) {
      lost(ask, demand, questions.lost(ask, first), now);
      return;
    }
    questions.over(ask);
    if (demand != null) {
      demand.unanswered = false;
    }
    switch (ask) {
      case Ask.Acquire it -> acquired(it, told, first, sentAt, now);
      case Ask.Settle it -> answered(it.lease(), told, first, sentAt, now, it);
      case Ask.Look it -> answered(it.lease(), told, first, sentAt, now, null);
      case Ask.Close it -> {
        held.closed(it, told, now);
        if (demand != null && demand.returning != null && !isReturning(demand, now)) {
          demand.returning = null;
          wake(demand);
        }
      }
    }
  }

  private @Nullable Demand demand(Ask ask) {
    return switch (ask) {
      case Ask.Acquire it -> demands.get(it.key());
      case Ask.Settle it -> demandOf(it.lease());
      case Ask.Close it -> demandOf(it.lease());
      case Ask.Look it -> demandOf(it.lease());
    };
  }

  private @Nullable Demand demandOf(String id) {
    HeldLease lease = held.find(id);
    return lease == null ? null : demands.get(lease.key());
  }

  /**
   * It is asked again; those who wait do not wait for that. Reports are repeated by who reports.
   */
  private void lost(Ask ask, @Nullable Demand demand, long pause, long now) {
    boolean report = ask instanceof Ask.Settle it && it.uses() > 0;
    if (!report) {
      questions.askLater(ask, now + pause);
    }
    if (demand != null) {
      demand.unanswered = true;
      demand.notBefore = now + settings.pause();
      woken.add(demand.key);
    }
  }

  // ---- what is granted

  private void acquired(Ask.Acquire ask, Told told, long first, long sentAt, long now) {
    acquiring--;
    acquiringAhead -= ask.ahead() ? 1 : 0;
    Demand demand = demands.get(ask.key());
    if (demand == null || demand.acquiring != ask) {
      // Nobody waits for it any more.
      if (told instanceof Told.Lease it) {
        HeldLease lease = held.add(new HeldLease(it.lease(), null));
        lease.terms(it, first, sentAt, ask.ttlSeconds(), settings.margin());
        held.closeIfDone(lease);
      }
      return;
    }
    demand.acquiring = null;
    long change = demand.lookWanted;
    demand.lookWanted = 0;
    switch (told) {
      case Told.Lease it -> {
        HeldLease lease = held.add(new HeldLease(it.lease(), ask.key()));
        lease.grant(it.meters());
        lease.terms(it, first, sentAt, ask.ttlSeconds(), settings.margin());
        if (lease.isOver(now)) {
          // It took too long, or its window is about to end.
          held.retire(lease);
          nothing(demand, now);
        } else {
          demand.lease = lease;
          demand.remaining = it.remaining();
          if (demand.isAwaited) {
            wantedFirst(demand, lease);
          }
          granted(demand, lease, it, ask, now);
          if (change != 0) {
            held.look(lease, change);
          }
        }
      }
      case Told.Refused it -> {
        if (refused(demand, it, now) && ask.ahead() && demand.kind.isOf(demand.key)) {
          acquireAhead(demand, now);
        }
      }
      case Told.Denied it -> {
        demands.expectNothing();
        nothing(demand, now);
      }
      case Told.Lost it -> {}
    }
    acquireAhead(now);
  }

  /** Where there is plenty, what is likely to be asked for next is leased before it is. */
  private void wantedFirst(Demand first, HeldLease lease) {
    if (first.isPlenty(lease)) {
      first.isAwaited = false;
      demands.expectAgain(first, before);
      demands.expect(first, features.lately().stream().filter(entitled).toList());
    }
    before = List.of();
    features.wanted(first.key.feature());
  }

  /** Some at a time: what somebody waits for goes first. */
  private void acquireAhead(long now) {
    for (Demand next = nextAhead(now); next != null; next = nextAhead(now)) {
      acquireAhead(next, now);
    }
  }

  private void acquireAhead(Demand demand, long now) {
    acquiringAhead++;
    acquire(demand, now, true);
  }

  private @Nullable Demand nextAhead(long now) {
    return acquiringAhead < AHEAD_MAX ? demands.nextExpected(now) : null;
  }

  /** Others are to have some, too; and whoever needs more than there is, is decided on with all. */
  private void granted(Demand demand, HeldLease lease, Told.Lease it, Ask.Acquire asked, long now) {
    demand.grantedUnits(lease, asked.meters(), it.meters(), now);
    long left = lease.left();
    boolean isPartial = it.remaining() >= 0 && left < asked.amount();
    long all = left + (isPartial ? 0 : it.remaining());
    long keep = it.remaining() < 0 ? left : Math.min(left, demand.share(all));
    if (demand.granted(it.remaining() < 0 ? -1 : all - keep, now)) {
      demand.notBefore = now + settings.pause();
    }
    boolean isAll = !isPartial && it.meters().equals(asked.meters());
    if (demand.isLacking(lease) && isAll) {
      // Whoever needs so much came meanwhile.
      topUp(demand, lease, now);
    } else if (demand.isLacking(lease)) {
      demand.failed = demand.needed();
      giveUp(demand, lease, now);
    } else if (asked.ahead() && !it.meters().equals(asked.meters())) {
      demands.expectNothing();
      giveBack(demand, lease, now);
    } else if (demand.isExcessive(lease)) {
      // Units can't be given back but with all else. The next is for fewer.
      giveBack(demand, lease, now);
    } else {
      if (left > keep) {
        held.settle(lease, -1, Map.of(), left - keep);
      }
      demand.failed = null;
      wake(demand);
    }
  }

  /**
   * There is not enough: what is left goes back before the server decides, with the units if it can
   * be closed.
   */
  private void giveUp(Demand demand, HeldLease lease, long now) {
    demand.notBefore = now + settings.pause();
    if (!lease.meters.isEmpty() && lease.open == 0) {
      giveBack(demand, lease, now);
    } else if (lease.left() > 0 && lease.asked == null) {
      demand.givingUp = lease;
      held.settle(lease, -1, Map.of(), lease.left());
    } else {
      wake(demand);
    }
  }

  private void nothing(Demand demand, long now) {
    demand.granted(0, now);
    demand.notBefore = now + settings.pause();
    wake(demand);
  }

  /**
   * What the server minds of a lease as it was asked for is asked for otherwise next.
   *
   * @return whether there is anything to be asked for otherwise
   */
  private boolean refused(Demand demand, Told.Refused it, long now) {
    demands.told(it.subjects());
    boolean byFeature = demand.kind.isByFeature();
    boolean learned = demand.kind.learns(it);
    if (demand.kind.isByFeature() && !byFeature) {
      narrow(demand.kind);
    }
    if (!learned) {
      demand.notBefore = now + settings.pause();
    }
    wake(demand);
    return learned;
  }

  /** Features count by themselves by now: what is leased for any of them is given back. */
  private void narrow(Kind kind) {
    demands.expectNothing();
    for (Demand demand : demands.all()) {
      if (demand.kind == kind && demand.key.feature() == null) {
        if (demand.lease != null) {
          held.retire(demand.lease);
        }
        abandon(demand);
      }
    }
  }

  /** What is being asked for is given back when it is granted; who waits looks again. */
  private void abandon(Demand demand) {
    demand.acquiring = null;
    demand.lookWanted = 0;
    wake(demand);
  }

  // ---- how a lease stands

  private void answered(
      String id, Told told, long first, long sentAt, long now, Ask.@Nullable Settle settled) {
    HeldLease lease = held.find(id);
    if (lease == null) {
      return;
    }
    lease.asked = null;
    if (settled != null && lease.look == settled) {
      lease.look = null;
      lease.lookBegun = 0;
    }
    Demand demand = demands.get(lease.key());
    switch (told) {
      case Told.Lease it -> {
        lease.pause = HeldLease.RETRY;
        lease.reported(settled != null);
        if (settled == null) {
          lease.epoch = it.epoch();
          lease.version = it.version();
          lease.settles(it, sentAt, settings.margin());
        } else if (settled.topUp() < 0) {
          lease.figures(it);
        } else {
          long decided = lease.decideUntil;
          long settles = lease.settleUntil;
          lease.terms(it, first, sentAt, settled.ttlSeconds(), settings.margin());
          if (it.remaining() < 0) {
            lease.endsAtTheLatest(decided, settles);
          }
        }
        if (settled != null && settled.topUp() >= 0 && it.remaining() >= 0) {
          // What ran or was set aside before is charged of units, too, and was not counted here.
          lease.retired |= !lease.counts(it.meters().keySet());
          lease.grant(it.meters());
        }
        if (settled == null && !it.open()) {
          held.ended(lease);
        }
        if (lease.retired) {
          held.retire(lease);
        }
        if (demand != null && demand.lease == lease && settled != null) {
          settled(demand, lease, it, settled, now);
        }
      }
      // It is reported in parts, each of which settles the terms.
      case Told.Refused it when isTooLarge(it, settled) -> lease.reported(false);
      case Told.Refused it -> {
        lease.epoch = it.code().equals("lease_epoch_stale") ? 0 : lease.epoch;
        lease.reported(false);
        if (demand != null && demand.lease == lease) {
          refused(demand, it, now);
        }
        if (it.code().equals("lease_not_found")) {
          held.unknown(lease);
          if (demand != null) {
            wake(demand);
          }
          return;
        }
        if (settled == null) {
          held.lookLater(lease, now);
        }
        held.retire(lease);
      }
      case Told.Denied it -> lease.reported(false);
      case Told.Lost it -> {}
    }
    if (demand != null && demand.lease != lease) {
      wake(demand);
    }
    held.beginToLook(lease);
    held.closeIfDone(lease);
  }

  /** Nothing is wrong with a lease of which too much was reported at once. */
  private static boolean isTooLarge(Told.Refused it, Ask.@Nullable Settle settled) {
    return settled != null && settled.uses() > 0 && it.code().equals("too_large");
  }

  private void settled(
      Demand demand, HeldLease lease, Told.Lease it, Ask.Settle settled, long now) {
    if (it.remaining() >= 0) {
      demand.remaining = it.remaining();
    }
    if (demand.givingUp == lease) {
      wake(demand);
    } else if (settled.isToAdd() && it.remaining() < 0) {
      notAdded(demand, lease, settled, now);
    } else if (settled.isToAdd()) {
      demand.grantedUnits(lease, settled.topUpMeters(), it.meters(), now);
      if (settled.topUp() > 0 && demand.granted(it.remaining(), now)) {
        demand.notBefore = now + settings.pause();
      }
      if (!demand.isLacking(lease)) {
        demand.failed = null;
        wake(demand);
      } else if (demand.isAskedFor(lease, settled, now)) {
        demand.failed = demand.needed();
        giveUp(demand, lease, now);
      } else {
        topUp(demand, lease, now);
      }
    } else {
      // What was waited for was not this.
      woken.add(demand.key);
    }
  }

  /** Where units are in the way that nobody waits for, it is asked for the rest without them. */
  private void notAdded(Demand demand, HeldLease lease, Ask.Settle settled, long now) {
    Map<String, Long> units = settled.topUpMeters();
    Map<String, Long> needed = demand.lackingUnits(lease, now);
    demand.scarce(units.keySet(), now);
    boolean isLess = !needed.keySet().containsAll(units.keySet());
    if (isLess && (settled.topUp() > 0 || !needed.isEmpty()) && !lease.isOver(now)) {
      held.settle(lease, settled.topUp(), needed, 0);
    } else if (isLess) {
      wake(demand);
    } else {
      demand.granted(0, now);
      demand.failed = demand.needed();
      giveUp(demand, lease, now);
    }
  }

  // ---- time and the end

  /** Does what is due by now: prolongs, gives back, closes, asks again. */
  public void tick(long now) {
    questions.due(now);
    for (Demand demand : demands.all()) {
      HeldLease lease = usable(demand, now);
      if (lease != null && lease.asked == null) {
        keep(demand, lease, now);
      }
    }
    long forget = rooms.leases().isShort() ? settings.idle() : FORGET;
    demands.forget(
        each -> each.lease == null && each.acquiring == null && now - each.usedAt > forget);
    held.lookAtThoseOfBefore();
    held.closeDone();
  }

  /** Whether it is still needed, for how much longer, and how much of it. */
  private void keep(Demand demand, HeldLease lease, long now) {
    long idle =
        demand.isPlenty(lease) && lease.meters.isEmpty() && !rooms.leases().isShort()
            ? settings.ttl()
            : settings.idle();
    boolean isIdle = now - demand.usedAt > idle && lease.open == 0;
    if (isIdle || (lease.isQuiet() && demand.isExcessive(lease))) {
      giveBack(demand, lease, now);
    } else if (lease.isToBeProlonged(now, settings.ttl())) {
      held.settle(lease, 0, Map.of(), 0);
    } else {
      long surplus = demand.surplus(now);
      if (surplus > 0) {
        held.settle(lease, -1, Map.of(), Math.min(surplus, Math.max(0, lease.left())));
      }
    }
  }

  /** Nothing more is decided from any lease, also from those that are being asked for. */
  public void revokeAll() {
    held.retireAll();
    demands.expectNothing();
    for (Demand demand : demands.all()) {
      if (demand.acquiring != null) {
        abandon(demand);
      }
    }
  }

  /**
   * How many leases are asked for, are on their way back, or are not over though nothing is set
   * aside of them.
   *
   * @param reported only those of which all is on record
   */
  public long closable(boolean reported) {
    return acquiring
        + held.all().stream()
            .filter(
                each ->
                    each.isHandingBack()
                        || (each.open == 0 && (!reported || each.unreportedUses == 0)))
            .count();
  }
}
