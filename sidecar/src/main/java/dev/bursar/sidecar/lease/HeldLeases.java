package dev.bursar.sidecar.lease;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The leases that are not over: each is asked about by one question at a time, is reported on, is
 * looked at when something has changed, and is closed once all that was used of it is on record.
 * Mutable, owned by one thread at a time.
 */
public final class HeldLeases {

  private static final long RETRY_MAX = 8_000_000_000L;

  private final LeaseSettings settings;
  private final Questions questions;
  private final Demands demands;
  private final Map<String, HeldLease> leases = new HashMap<>();
  private final HeldLease none = new HeldLease("", null);
  private final Set<String> forgotten = new HashSet<>();
  private long changes;
  private int prices;

  HeldLeases(LeaseSettings settings, Questions questions, Demands demands) {
    this.settings = settings;
    this.questions = questions;
    this.demands = demands;
  }

  /** All of them. */
  public Collection<HeldLease> all() {
    return leases.values();
  }

  /** A lease by its name; null if it is over. */
  public @Nullable HeldLease find(String id) {
    return leases.get(id);
  }

  /** What is decided by nobody is decided from: no lease, whose name is empty. */
  public HeldLease none() {
    return none;
  }

  /** Whether nothing is to be said of any, or of what was decided by nobody. */
  boolean isEmpty() {
    return leases.isEmpty() && none.open == 0;
  }

  HeldLease add(HeldLease lease) {
    leases.put(lease.id(), lease);
    return lease;
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

  /** So much was spent by so many uses in an earlier life, and is not reported yet. */
  public void unreported(String id, long amount, long uses) {
    HeldLease lease = restored(id);
    lease.unreported += amount;
    lease.unreportedUses += uses;
  }

  // ---- questions

  /** Settles its terms: adds to it, prolongs it, gives some of it back, or only looks at it. */
  void settle(HeldLease lease, long topUp, Map<String, Long> meters, long handBack) {
    lease.granted -= handBack;
    ask(
        lease,
        new Ask.Settle(
            questions.newCall(),
            lease.id(),
            lease.epoch,
            topUp,
            meters,
            handBack,
            settings.ttlSeconds(),
            0));
  }

  /** Adds what is missing of what is wanted: units only of meters of which it has too few. */
  void topUp(Demand demand, HeldLease lease, long now) {
    settle(lease, demand.missing(lease, now), demand.missingUnits(lease, now), 0);
  }

  /** Adds what somebody waits for, and no more. */
  void topUpOnce(Demand demand, HeldLease lease, long now) {
    long amount = Math.max(0, demand.need - lease.left());
    settle(lease, amount, demand.lackingUnits(lease, now), 0);
  }

  private void ask(HeldLease lease, Ask ask) {
    lease.asked = ask;
    questions.ask(ask);
  }

  private Ask.Look lookAt(HeldLease lease) {
    return new Ask.Look(questions.newCall(), lease.id(), isUrgent(lease));
  }

  private Ask.Close closing(HeldLease lease) {
    return new Ask.Close(questions.newCall(), lease.id(), lease.epoch, isUrgent(lease));
  }

  /** Of those of an earlier life there may be very many, of which nothing more is to be said. */
  private static boolean isUrgent(HeldLease lease) {
    return lease.key() != null || lease.open > 0 || lease.unreportedUses > 0;
  }

  /** How it stands, which was refused to be told, is asked again, after a pause that grows. */
  void lookLater(HeldLease lease, long now) {
    askLater(lease, lookAt(lease), now);
  }

  private void askLater(HeldLease lease, Ask ask, long now) {
    lease.asked = ask;
    questions.askLater(ask, now + lease.pause);
    lease.pause = Math.min(2 * lease.pause, RETRY_MAX);
  }

  // ---- the end of one

  /** Nothing more is decided from a lease; it is closed as soon as all is settled. */
  public void revoke(String id) {
    HeldLease lease = leases.get(id);
    if (lease != null) {
      retire(lease);
    }
  }

  /** The same of all of them. */
  void retireAll() {
    List.copyOf(leases.values()).forEach(this::retire);
  }

  /** The version of the catalog by which what is decided is priced; 0 where there is none. */
  int prices() {
    return prices;
  }

  /** It is another from now on: nothing more is decided from those that are charged by others. */
  void prices(int version) {
    prices = version;
    for (HeldLease lease : List.copyOf(leases.values())) {
      if (!lease.retired && !lease.isPricedBy(version)) {
        retire(lease);
      }
    }
  }

  void retire(HeldLease lease) {
    leave(lease);
    closeIfDone(lease);
    keepWhatIsSetAside(lease);
  }

  /** What nothing is decided from any more goes back, but for what is set aside and was used. */
  private void keepWhatIsSetAside(HeldLease lease) {
    if (lease.open > 0 && lease.epoch > 0 && lease.asked == null && lease.left() > 0) {
      settle(lease, -1, Map.of(), lease.left());
    }
  }

  /** Nothing more is decided from it. */
  private void leave(HeldLease lease) {
    lease.retired = true;
    Demand demand = demands.get(lease.key());
    if (demand != null && demand.lease == lease) {
      demand.lease = null;
    }
  }

  /** The server holds nothing for it: it is over as soon as nothing of it is to be reported. */
  void ended(HeldLease lease) {
    leave(lease);
    if (lease.isDone()) {
      leases.remove(lease.id());
    }
  }

  /** To be called when what was set aside has ended. */
  public void closeIfDone(HeldLease lease) {
    if (lease.isDone() && leases.get(lease.id()) == lease) {
      ask(lease, lease.epoch == 0 ? lookAt(lease) : closing(lease));
    }
  }

  /** Those of an earlier life are looked at once, so that it is known how long they last. */
  void lookAtThoseOfBefore() {
    for (HeldLease lease : leases.values()) {
      if (lease.key() == null && lease.epoch == 0 && lease.asked == null) {
        ask(lease, lookAt(lease));
      }
    }
  }

  /** Closes all that are done. */
  void closeDone() {
    List.copyOf(leases.values()).forEach(this::closeIfDone);
  }

  /** Takes in what came of closing one. */
  void closed(Ask.Close ask, Told told, long now) {
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
      askLater(lease, closing(lease), now);
    } else if (lease.isDone()) {
      // Else more was used of it meanwhile: it is closed once that is reported.
      leases.remove(ask.lease());
    }
  }

  /** The server knows nothing of it: what was used is reported otherwise, and none is closed. */
  void unknown(HeldLease lease) {
    if (lease.unreportedUses > 0) {
      forgotten.add(lease.id());
    }
    leases.remove(lease.id());
    leave(lease);
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
  public Ask.@Nullable Settle report(String id, long amount, int uses, long now) {
    HeldLease lease = restored(id);
    // One that was over, and of which more has come late, is not over before that is reported.
    lease.unreported = Math.max(lease.unreported, amount);
    lease.unreportedUses = Math.max(lease.unreportedUses, uses);
    lease.reportWaits = lease.asked != null;
    if (lease.asked != null) {
      return null;
    }
    if (lease.epoch == 0) {
      ask(lease, lookAt(lease));
      return null;
    }
    Demand demand = demands.get(lease.key());
    Demand lacking =
        demand != null && demand.isShort(lease, now) && lease.isPricedBy(prices) ? demand : null;
    long topUp =
        lacking != null
            ? lacking.missing(lease, now)
            : lease.isToBeProlonged(now, settings.ttl()) ? 0 : -1;
    Ask.Settle ask =
        new Ask.Settle(
            questions.newCall(),
            id,
            lease.epoch,
            topUp,
            lacking == null ? Map.of() : lacking.missingUnits(lease, now),
            0,
            settings.ttlSeconds(),
            uses);
    lease.asked = ask;
    lease.reporting = amount;
    lease.reportingUses = uses;
    return ask;
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
      questions.over(ask);
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
    for (Demand demand : demands.all()) {
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
    for (Demand demand : demands.all()) {
      if (demand.lookWanted != 0 && demand.lookWanted <= change) {
        return false;
      }
    }
    return leases.values().stream().noneMatch(lease -> lease.isUnlooked(change));
  }

  void look(HeldLease lease, long change) {
    if (lease.lookWanted == 0) {
      lease.lookWanted = change;
    }
    beginToLook(lease);
  }

  /** Looks at it, if that is wanted and nothing else is asked. */
  void beginToLook(HeldLease lease) {
    if (lease.lookWanted != 0 && lease.asked == null && !lease.retired) {
      settle(lease, -1, Map.of(), 0);
      lease.look = lease.asked;
      lease.lookBegun = lease.lookWanted;
      lease.lookWanted = 0;
    }
  }
}
