package dev.bursar.sidecar.lease;

import dev.bursar.sidecar.lease.Demand.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All leases of one org, and what the server is to be asked for. Mutable, owned by one thread at a
 * time; it is told the time, on a clock that only runs forward, in nanoseconds.
 */
public final class LeaseBook {

  private static final long FORGET = 600_000_000_000L;
  static final long RETRY = 500_000_000L;
  private static final long RETRY_MAX = 8_000_000_000L;

  /** What one takes, about, with its lease. */
  private static final long DEMAND_BYTES = 1_200;

  private static final long KIND_BYTES = 400;

  private record Later(Ask ask, long at) {}

  private final String name;
  private final LeaseSettings settings;
  private final Rooms rooms;
  private final Map<LeaseKey, Kind> kinds = new HashMap<>();
  private final Map<LeaseKey, Demand> demands = new HashMap<>();
  private final Map<String, HeldLease> leases = new HashMap<>();
  private final HeldLease none = new HeldLease("", null);
  private final Map<String, Long> firstSent = new HashMap<>();
  private final Set<String> forgotten = new HashSet<>();
  private final Queue<Ask> asks = new ArrayDeque<>();
  private final List<Later> later = new ArrayList<>();
  private final Set<LeaseKey> woken = new HashSet<>();
  private long calls;
  private int acquiring;
  private long changes;
  private int prices;
  private boolean pricesWanted;

  /**
   * @param name what makes its calls differ from all others', also those of an earlier life
   * @param rooms how much of the heap may be taken, shared with others
   */
  public LeaseBook(String name, LeaseSettings settings, Rooms rooms) {
    this.name = name;
    this.settings = settings;
    this.rooms = rooms;
  }

  /** How much of the heap may be taken. */
  public Rooms rooms() {
    return rooms;
  }

  /** Whether there is nothing that somebody waits for, or that the server is to be told. */
  public boolean isIdle() {
    return leases.isEmpty()
        && asks.isEmpty()
        && later.isEmpty()
        && none.open == 0
        && acquiring == 0;
  }

  /** Nothing of it is needed any more: it takes no room. */
  public void end() {
    rooms.leases().give(DEMAND_BYTES * demands.size() + KIND_BYTES * kinds.size());
    demands.clear();
    kinds.clear();
  }

  private String call() {
    return name + '-' + ++calls;
  }

  // ---- what is decided

  /**
   * The lease that so much can be decided from.
   *
   * @param key what the request is for, with its user
   * @return null if none does; {@link #lacking} says what then
   */
  public @Nullable HeldLease fitting(LeaseKey key, Spending spending, long now) {
    LeaseKey wide = key.widest();
    Kind kind = kinds.get(wide);
    Demand demand =
        kind == null ? null : demands.get(kind.named.isEmpty() ? wide : key.naming(kind.named));
    if (demand == null
        || demand.lease == null
        || !demand.lease.isPricedBy(prices)
        || !demand.lease.fits(spending, now)) {
      return null;
    }
    demand.used(spending.amount(), now);
    if (demand.isLow(demand.lease) && now - demand.notBefore >= 0) {
      demand.lacking(spending);
      if (demand.lease.asked == null) {
        topUp(demand, demand.lease, now);
      }
    }
    return demand.lease;
  }

  /**
   * Asks for a lease, or for more of it, where none does.
   *
   * @return the key to wait for; null if the server should rather decide by itself
   */
  public @Nullable LeaseKey lacking(LeaseKey key, Spending spending, long now) {
    LeaseKey wide = key.widest();
    Kind kind = kinds.get(wide);
    if (kind == null) {
      if (rooms.leases().isFull()) {
        return null;
      }
      kind = new Kind();
      kinds.put(wide, kind);
      rooms.leases().take(KIND_BYTES);
    }
    if (!key.names(kind.named)) {
      return null;
    }
    LeaseKey of = kind.named.isEmpty() ? wide : key.naming(kind.named);
    Demand demand = demands.get(of);
    if (demand == null) {
      if (rooms.leases().isFull()) {
        return null;
      }
      demand = demand(of, kind, now);
      demand.isAwaited = true;
    }
    demand.usedAt = now;
    boolean asked =
        demand.acquiring != null || (demand.lease != null && demand.lease.asked != null);
    if (demand.unanswered || (!asked && now - demand.notBefore < 0)) {
      return null;
    }
    demand.lacking(spending);
    if (demand.lease != null && !demand.lease.isPricedBy(prices)) {
      pricesWanted = true;
    } else if (!asked) {
      HeldLease lease = usable(demand, now);
      if (lease == null) {
        acquire(demand, now);
      } else {
        topUp(demand, lease, now);
      }
    }
    return demand.key;
  }

  private Demand demand(LeaseKey key, Kind kind, long now) {
    Demand demand = new Demand(key, kind, now);
    demands.put(key, demand);
    rooms.leases().take(DEMAND_BYTES);
    return demand;
  }

  /**
   * What is decided is priced by a version of the catalog from now on. A lease that is charged by
   * another is over: another one is taken.
   *
   * @param version 0 where there are none
   */
  public void prices(int version, long now) {
    boolean known = version == prices;
    List<Demand> waiting = new ArrayList<>();
    for (Demand demand : demands.values()) {
      if (demand.lease != null && !demand.lease.isPricedBy(prices)) {
        waiting.add(demand);
      }
    }
    prices = version;
    for (HeldLease lease : List.copyOf(leases.values())) {
      if (!lease.retired && !lease.isPricedBy(version)) {
        retire(lease);
      }
    }
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
    for (Demand demand : demands.values()) {
      if (demand.lease != null && !demand.lease.isPricedBy(prices)) {
        demand.notBefore = now + settings.pause();
        wake(demand);
      }
    }
  }

  /** Whether there is a lease that is charged by other prices than are known; told once. */
  public boolean pricesWanted() {
    boolean wanted = pricesWanted;
    pricesWanted = false;
    return wanted;
  }

  private @Nullable HeldLease usable(Demand demand, long now) {
    HeldLease lease = demand.lease;
    if (lease != null && (lease.retired || now - lease.decideUntil >= 0)) {
      retire(lease);
      return null;
    }
    return lease;
  }

  private void acquire(Demand demand, long now) {
    long amount = demand.wanted(now);
    demand.acquiring =
        new Ask.Acquire(call(), demand.key, amount, demand.units(amount), settings.ttlSeconds());
    acquiring++;
    asks.add(demand.acquiring);
  }

  private void topUp(Demand demand, HeldLease lease, long now) {
    long amount = missing(demand, lease, now);
    settle(lease, amount, demand.units(Math.max(amount, 1)), 0);
  }

  private static long missing(Demand demand, HeldLease lease, long now) {
    return Math.max(demand.wanted(now) - Math.max(0, lease.left()), 0);
  }

  private void settle(HeldLease lease, long topUp, Map<String, Long> meters, long handBack) {
    lease.granted -= handBack;
    ask(
        lease,
        new Ask.Settle(
            call(), lease.id(), lease.epoch, topUp, meters, handBack, settings.ttlSeconds(), 0));
  }

  private void ask(HeldLease lease, Ask ask) {
    lease.asked = ask;
    asks.add(ask);
  }

  private void retire(HeldLease lease) {
    leave(lease);
    closeIfDone(lease);
  }

  /** Nothing more is decided from it. */
  private void leave(HeldLease lease) {
    lease.retired = true;
    Demand demand = lease.key() == null ? null : demands.get(lease.key());
    if (demand != null && demand.lease == lease) {
      demand.lease = null;
    }
  }

  /** To be called when what was set aside has ended. */
  public void closeIfDone(HeldLease lease) {
    if (lease.isDone() && leases.get(lease.id()) == lease) {
      ask(
          lease,
          lease.epoch == 0
              ? new Ask.Look(call(), lease.id())
              : new Ask.Close(call(), lease.id(), lease.epoch));
    }
  }

  // ---- reports

  /**
   * Begins to report so much of a lease. One is asked about at a time: what it is short of is asked
   * for with that, and so is that it is prolonged, lest that has to wait for its turn.
   *
   * @param amount millionths, as they were decided
   * @param uses how many uses these are of
   * @return null while the lease is being settled otherwise
   */
  public Ask.@Nullable Settle report(String lease, long amount, int uses, long now) {
    HeldLease held = restored(lease);
    // One that was over, and of which more has come late, is not over before that is reported.
    held.unreported = Math.max(held.unreported, amount);
    held.unreportedUses = Math.max(held.unreportedUses, uses);
    if (held.asked != null) {
      return null;
    }
    if (held.epoch == 0) {
      ask(held, new Ask.Look(call(), lease));
      return null;
    }
    Demand demand = held.key() == null ? null : demands.get(held.key());
    boolean more = demand != null && isShort(demand, held, now);
    long topUp = demand != null && more ? missing(demand, held, now) : -1;
    Ask.Settle ask =
        new Ask.Settle(
            call(),
            lease,
            held.epoch,
            topUp < 0 && isToBeProlonged(held, now) ? 0 : topUp,
            demand != null && more ? demand.units(Math.max(topUp, 1)) : Map.of(),
            0,
            settings.ttlSeconds(),
            uses);
    held.asked = ask;
    held.reporting = amount;
    held.reportingUses = uses;
    return ask;
  }

  /** Whether somebody has found that there is not enough, or hardly. */
  private boolean isShort(Demand demand, HeldLease lease, long now) {
    return demand.need > 0
        && demand.lease == lease
        && now - demand.notBefore >= 0
        && now - lease.decideUntil < 0
        && lease.isPricedBy(prices)
        && (demand.need > lease.left() || demand.isLow(lease));
  }

  private boolean isToBeProlonged(HeldLease lease, long now) {
    long left = lease.decideUntil - now;
    return !lease.retired && !lease.windowed && left > 0 && left < settings.ttl() / 2;
  }

  /**
   * A report is not repeated as it was. Whether it has happened the lease tells, when it is asked
   * for; until then nothing is decided from it.
   */
  public void forgo(Ask.Settle ask) {
    HeldLease lease = leases.get(ask.lease());
    if (lease != null && lease.asked == ask) {
      lease.asked = null;
      lease.reported(false);
      lease.epoch = 0;
      firstSent.remove(ask.callId());
      retire(lease);
    }
  }

  /**
   * Whether the server knows nothing of a lease that there is something to report of; told once.
   */
  public boolean isForgotten(String lease) {
    return forgotten.remove(lease);
  }

  // ---- what has changed

  /**
   * Something has changed that may take from leases: each is looked at by a report that is begun
   * from now on, and so is what is being granted, as soon as it is.
   *
   * @return what {@link #isLooked} is to be asked about
   */
  public long look() {
    long change = ++changes;
    for (Demand demand : demands.values()) {
      if (demand.acquiring != null && demand.lookWanted == 0) {
        demand.lookWanted = change;
      }
    }
    for (HeldLease lease : leases.values()) {
      look(lease, change);
    }
    return change;
  }

  /** Whether nothing is decided any more from a lease that was not looked at since a change. */
  public boolean isLooked(long change) {
    for (Demand demand : demands.values()) {
      if (demand.lookWanted != 0 && demand.lookWanted <= change) {
        return false;
      }
    }
    return leases.values().stream().noneMatch(lease -> lease.isUnlooked(change));
  }

  private void look(HeldLease lease, long change) {
    if (lease.lookWanted == 0) {
      lease.lookWanted = change;
    }
    beginToLook(lease);
  }

  private void beginToLook(HeldLease lease) {
    if (lease.lookWanted != 0 && lease.asked == null && !lease.retired) {
      settle(lease, -1, Map.of(), 0);
      lease.look = lease.asked;
      lease.lookBegun = lease.lookWanted;
      lease.lookWanted = 0;
    }
  }

  // ---- what the server says

  /**
   * Takes an answer in.
   *
   * @param sentAt when it was asked
   */
  public void told(Ask ask, Told told, long sentAt, long now) {
    long first = firstSent.getOrDefault(ask.callId(), sentAt);
    if (told instanceof Told.Lost) {
      firstSent.put(ask.callId(), first);
      lost(ask, now);
      return;
    }
    firstSent.remove(ask.callId());
    Demand demand = demand(ask);
    if (demand != null) {
      demand.unanswered = false;
    }
    switch (ask) {
      case Ask.Acquire it -> acquired(it, told, first, sentAt, now);
      case Ask.Settle it -> answered(it.lease(), told, first, sentAt, now, it);
      case Ask.Look it -> answered(it.lease(), told, first, sentAt, now, null);
      case Ask.Close it -> closed(it, told, now);
    }
  }

  /**
   * It is asked again; those who wait do not wait for that. Reports are repeated by who reports.
   */
  private void lost(Ask ask, long now) {
    boolean report = ask instanceof Ask.Settle it && it.uses() > 0;
    if (!report) {
      later.add(new Later(ask, now + RETRY));
    }
    Demand demand = demand(ask);
    if (demand != null) {
      demand.unanswered = true;
      demand.notBefore = now + settings.pause();
      woken.add(demand.key);
    }
  }

  /** What was refused is asked again, after a pause that grows. */
  private void askLater(HeldLease lease, Ask ask, long now) {
    lease.asked = ask;
    later.add(new Later(ask, now + lease.pause));
    lease.pause = Math.min(2 * lease.pause, RETRY_MAX);
  }

  private static String lease(Ask ask) {
    return switch (ask) {
      case Ask.Acquire it -> "";
      case Ask.Settle it -> it.lease();
      case Ask.Close it -> it.lease();
      case Ask.Look it -> it.lease();
    };
  }

  private @Nullable Demand demand(Ask ask) {
    if (ask instanceof Ask.Acquire it) {
      return demands.get(it.key());
    }
    HeldLease lease = leases.get(lease(ask));
    return lease == null || lease.key() == null ? null : demands.get(lease.key());
  }

  private void acquired(Ask.Acquire ask, Told told, long first, long sentAt, long now) {
    acquiring--;
    Demand demand = demands.get(ask.key());
    if (demand == null || demand.acquiring != ask) {
      // Nobody waits for it any more.
      if (told instanceof Told.Lease it) {
        HeldLease lease = new HeldLease(it.lease(), null);
        leases.put(lease.id(), lease);
        terms(lease, it, first, sentAt, ask.ttlSeconds());
        closeIfDone(lease);
      }
      return;
    }
    demand.acquiring = null;
    long change = demand.lookWanted;
    demand.lookWanted = 0;
    switch (told) {
      case Told.Lease it -> {
        HeldLease lease = new HeldLease(it.lease(), ask.key());
        leases.put(lease.id(), lease);
        lease.grant(it.meters());
        terms(lease, it, first, sentAt, ask.ttlSeconds());
        if (lease.retired || now - lease.decideUntil >= 0) {
          // It took too long, or its window is about to end.
          retire(lease);
          short_(demand, now);
        } else {
          demand.lease = lease;
          granted(demand, lease, it, ask.amount(), now);
          if (demand.isAwaited && demand.isPlenty(lease)) {
            leaseAhead(demand, now);
          }
          if (change != 0) {
            look(lease, change);
          }
        }
      }
      case Told.Refused it -> refused(demand, it, now);
      case Told.Denied it -> short_(demand, now);
      case Told.Lost it -> {}
    }
  }

  /** Where there is plenty, what is likely to be asked for next is leased before it is. */
  private void leaseAhead(Demand first, long now) {
    first.isAwaited = false;
    if (rooms.leases().isShort()) {
      return;
    }
    for (Foresight.Likely each : Foresight.of(first.key, kinds, demands)) {
      Demand demand = demand(each.key(), each.kind(), now);
      demand.like(each.like());
      acquire(demand, now);
    }
  }

  /** Others are to have some, too; and whoever needs more than there is, is decided on with all. */
  private void granted(Demand demand, HeldLease lease, Told.Lease it, long asked, long now) {
    boolean partial = it.remaining() >= 0 && lease.granted < asked;
    boolean little = demand.granted(partial ? 0 : it.remaining(), now);
    if (little) {
      demand.notBefore = now + settings.pause();
    }
    long left = lease.left();
    if (demand.need > left) {
      giveUp(demand, lease, now);
      return;
    }
    if (partial) {
      long keep = Math.max(demand.need, left / 4);
      if (left > keep) {
        settle(lease, -1, Map.of(), left - keep);
      }
    }
    wake(demand);
  }

  /** There is not enough: what is left goes back before the server decides. */
  private void giveUp(Demand demand, HeldLease lease, long now) {
    demand.notBefore = now + settings.pause();
    if (lease.left() > 0 && lease.asked == null) {
      demand.givingUp = lease;
      settle(lease, -1, Map.of(), lease.left());
    } else {
      wake(demand);
    }
  }

  private void short_(Demand demand, long now) {
    demand.granted(0, now);
    demand.notBefore = now + settings.pause();
    wake(demand);
  }

  private void wake(Demand demand) {
    demand.givingUp = null;
    demand.need = 0;
    woken.add(demand.key);
  }

  /** What the server minds of a lease as it was asked for is asked for otherwise next. */
  private void refused(Demand demand, Told.Refused it, long now) {
    String field = it.field();
    if (field != null && field.startsWith("meters.")) {
      demand.kind.meters.add(field.substring("meters.".length()));
    } else if (!it.code().equals("lease_too_wide") || !demand.kind.named.addAll(named(field))) {
      demand.notBefore = now + settings.pause();
    }
    wake(demand);
  }

  /** What a lease has to name; where the server does not say it is the user. */
  private static Set<LeaseKey.Part> named(@Nullable String field) {
    return switch (field == null ? "subject" : field) {
      case "subject", "subject.user" -> EnumSet.of(LeaseKey.Part.USER);
      case "subject.product" -> EnumSet.of(LeaseKey.Part.PRODUCT);
      case "subject.cost_center" -> EnumSet.of(LeaseKey.Part.COST_CENTER);
      case "subject.agent" -> EnumSet.of(LeaseKey.Part.AGENT);
      default -> EnumSet.noneOf(LeaseKey.Part.class);
    };
  }

  /**
   * When it ends is told by the server's clock alone: as long after it was first asked for as was
   * asked for, and as long after this answer was as its clock showed.
   */
  private void terms(HeldLease lease, Told.Lease it, long first, long sentAt, long ttlSeconds) {
    figures(lease, it);
    long asked = ttlSeconds * 1_000_000_000L;
    long atMost = first + asked - sentAt;
    long lasts = Math.min(atMost, it.lastsNanos());
    lease.windowed = it.lastsNanos() < atMost - settings.margin();
    lease.decideUntil = sentAt + lasts - settings.margin() - asked / 500;
    lease.settleUntil = lease.decideUntil + it.settlesNanos() / 2;
  }

  private static void figures(HeldLease lease, Told.Lease it) {
    lease.epoch = it.epoch();
    lease.granted = it.granted();
    lease.reported = it.reported();
    lease.version = it.version();
    if (it.revoked() || !it.open() || it.over()) {
      lease.retired = true;
    }
  }

  private void answered(
      String id, Told told, long first, long sentAt, long now, Ask.@Nullable Settle settled) {
    HeldLease lease = leases.get(id);
    if (lease == null) {
      return;
    }
    lease.asked = null;
    if (settled != null && lease.look == settled) {
      lease.look = null;
      lease.lookBegun = 0;
    }
    Demand demand = lease.key() == null ? null : demands.get(lease.key());
    switch (told) {
      case Told.Lease it -> {
        lease.pause = RETRY;
        lease.reported(settled != null);
        if (settled == null) {
          lease.epoch = it.epoch();
          lease.version = it.version();
        } else if (settled.topUp() < 0) {
          figures(lease, it);
        } else {
          terms(lease, it, first, sentAt, settled.ttlSeconds());
        }
        if (settled != null && settled.topUp() > 0) {
          lease.grant(it.meters());
        }
        if (lease.retired) {
          retire(lease);
        }
        if (demand != null && demand.lease == lease && settled != null) {
          settled(demand, lease, it, settled, now);
        }
      }
      case Told.Refused it -> {
        lease.epoch = it.code().equals("lease_epoch_stale") ? 0 : lease.epoch;
        lease.reported(false);
        if (demand != null && demand.lease == lease) {
          refused(demand, it, now);
        }
        if (it.code().equals("lease_not_found")) {
          if (lease.unreportedUses > 0) {
            forgotten.add(id);
          }
          // What was used of it is reported otherwise; there is nothing to close.
          leases.remove(id);
          leave(lease);
          return;
        }
        if (settled == null) {
          askLater(lease, new Ask.Look(call(), id), now);
        }
        retire(lease);
      }
      case Told.Denied it -> lease.reported(false);
      case Told.Lost it -> {}
    }
    if (demand != null && demand.lease != lease) {
      wake(demand);
    }
    beginToLook(lease);
    closeIfDone(lease);
  }

  private void settled(
      Demand demand, HeldLease lease, Told.Lease it, Ask.Settle settled, long now) {
    if (it.remaining() >= 0) {
      demand.remaining = it.remaining();
    }
    if (demand.givingUp == lease) {
      wake(demand);
    } else if (settled.topUp() > 0 && it.remaining() < 0) {
      demand.granted(0, now);
      giveUp(demand, lease, now);
    } else if (settled.topUp() > 0) {
      if (demand.granted(it.remaining(), now)) {
        demand.notBefore = now + settings.pause();
      }
      if (demand.need > lease.left()) {
        giveUp(demand, lease, now);
      } else {
        wake(demand);
      }
    } else {
      // What was waited for was not this.
      woken.add(demand.key);
    }
  }

  private void closed(Ask.Close ask, Told told, long now) {
    HeldLease lease = leases.get(ask.lease());
    if (lease == null) {
      return;
    }
    lease.asked = null;
    if (told instanceof Told.Refused it && it.code().equals("lease_epoch_stale")) {
      lease.epoch = 0;
      closeIfDone(lease);
    } else if (lease.isDone()
        && told instanceof Told.Refused it
        && !it.code().equals("lease_not_found")) {
      askLater(lease, new Ask.Close(call(), lease.id(), lease.epoch), now);
    } else if (lease.isDone()) {
      // Else more was used of it meanwhile: it is closed once that is reported.
      leases.remove(ask.lease());
    }
  }

  // ---- time and restarts

  /** Does what is due by now: prolongs, gives back, closes, asks again. */
  public void tick(long now) {
    later.removeIf(
        each -> {
          if (now - each.at() >= 0) {
            asks.add(each.ask());
            return true;
          }
          return false;
        });
    for (Iterator<Demand> it = demands.values().iterator(); it.hasNext(); ) {
      Demand demand = it.next();
      HeldLease lease = usable(demand, now);
      if (lease == null) {
        long forget = rooms.leases().isShort() ? settings.idle() : FORGET;
        if (demand.acquiring == null && now - demand.usedAt > forget) {
          it.remove();
          rooms.leases().give(DEMAND_BYTES);
          if (demand.kind.named.isEmpty()
              && demand.kind.meters.isEmpty()
              && kinds.remove(demand.key) != null) {
            rooms.leases().give(KIND_BYTES);
          }
        }
      } else if (lease.asked == null) {
        long idle =
            demand.isPlenty(lease) && !rooms.leases().isShort() ? settings.ttl() : settings.idle();
        if (now - demand.usedAt > idle && lease.open == 0) {
          retire(lease);
        } else if (isToBeProlonged(lease, now)) {
          settle(lease, 0, Map.of(), 0);
        } else {
          long surplus = demand.surplus(now);
          if (surplus > 0) {
            settle(lease, -1, Map.of(), Math.min(surplus, Math.max(0, lease.left())));
          }
        }
      }
    }
    if (demands.isEmpty() && !kinds.isEmpty()) {
      rooms.leases().give(KIND_BYTES * kinds.size());
      kinds.clear();
    }
    for (HeldLease lease : List.copyOf(leases.values())) {
      closeIfDone(lease);
    }
  }

  /**
   * A lease of an earlier life: nothing is decided from it, and it is closed when all is settled.
   */
  public HeldLease restored(String id) {
    return id.isEmpty() ? none : leases.computeIfAbsent(id, name -> new HeldLease(name, null));
  }

  /** The same, where it is known by which version of the catalog it is charged. */
  public HeldLease restored(String id, int version) {
    HeldLease lease = restored(id);
    if (lease != none) {
      lease.version = version;
    }
    return lease;
  }

  /** What is decided by nobody is decided from: no lease, whose name is empty. */
  public HeldLease none() {
    return none;
  }

  /** A lease by its name; null if it is over. */
  public @Nullable HeldLease find(String id) {
    return leases.get(id);
  }

  /** So much was spent by so many uses in an earlier life, and is not reported yet. */
  public void unreported(String id, long amount, long uses) {
    HeldLease lease = restored(id);
    lease.unreported += amount;
    lease.unreportedUses += uses;
  }

  /** Nothing more is decided from a lease; it is closed as soon as all is settled. */
  public void revoke(String id) {
    HeldLease lease = leases.get(id);
    if (lease != null) {
      retire(lease);
    }
  }

  /** The same for all of them, also for those that are being asked for. */
  public void revokeAll() {
    List.copyOf(leases.values()).forEach(this::retire);
    for (Demand demand : demands.values()) {
      if (demand.acquiring != null) {
        demand.acquiring = null;
        demand.lookWanted = 0;
        wake(demand);
      }
    }
  }

  /** How many leases are asked for, or are not over though nothing is set aside of them. */
  public long closable() {
    return acquiring + leases.values().stream().filter(each -> each.open == 0).count();
  }

  /** All that are not over. */
  public Collection<HeldLease> leases() {
    return leases.values();
  }

  /** What is to be asked now; each is to be answered by {@link #told}. */
  public @Nullable Ask nextAsk() {
    return asks.poll();
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
}
