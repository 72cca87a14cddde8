package dev.bursar.sidecar.lease;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lease as its holder knows it, in millionths. Mutable, owned by one thread at a time. What is
 * left of it is never more than the server holds for it: what was spent and not yet settled counts,
 * and so does what is set aside here.
 */
public final class HeldLease {

  /** How long what was refused or lost is not asked again, in nanoseconds. */
  static final long RETRY = 500_000_000L;

  private final String id;
  private final @Nullable LeaseKey key;
  long epoch;
  long granted;
  long reported;
  long unreported;
  long unreportedUses;
  long reporting;
  long reportingUses;
  long held;
  int open;
  long decideUntil;
  long settleUntil;
  boolean windowed;

  int version;
  boolean retired;
  @Nullable Ask asked;

  /**
   * Whether a report waits until nothing else is asked: then what is short is asked for with it.
   */
  boolean reportWaits;

  /** How long it is not asked about once that was refused, in nanoseconds. */
  long pause = RETRY;

  /** The first change since which it is to be looked at and was not yet asked about; 0 for none. */
  long lookWanted;

  /** The same, of the question that is under way. */
  long lookBegun;

  @Nullable Ask look;
  final Map<String, Meter> meters = new HashMap<>(4);

  /** What it may use of a meter, and has. */
  static final class Meter {
    long granted;
    long used;

    /** The most that was used at once, and what was used, since it was looked at last. */
    long most;

    long usedBefore;

    void use(long units) {
      used += units;
      most = Math.max(most, used);
    }

    long left() {
      return granted - used;
    }
  }

  /**
   * @param key what it is for; null for one of an earlier life, from which nothing is decided
   */
  HeldLease(String id, @Nullable LeaseKey key) {
    this.id = id;
    this.key = key;
    this.retired = key == null;
  }

  /** Its name. */
  public String id() {
    return id;
  }

  /** What it is for; null if it is of an earlier life. */
  @Nullable LeaseKey key() {
    return key;
  }

  /** Millionths that may yet be spent; below 0 where work came to more than was set aside. */
  public long left() {
    return granted - reported - unreported - held;
  }

  /** The version of the catalog by which it is charged; 0 for whichever counts. */
  public int version() {
    return version;
  }

  /** Whether it is charged by the prices of a version. */
  public boolean isPricedBy(int prices) {
    return version == 0 || prices == 0 || version == prices;
  }

  /** Until when what is decided from it can be settled, on the clock that drives it. */
  public long settleUntil() {
    return settleUntil;
  }

  /** Whether so much can be decided from it now. */
  public boolean fits(Spending spending, long now) {
    if (isOver(now) || left() < spending.amount()) {
      return false;
    }
    if (meters.isEmpty()) {
      return true;
    }
    for (Map.Entry<String, Meter> each : meters.entrySet()) {
      if (each.getValue().left() < spending.units(each.getKey())) {
        return false;
      }
    }
    return true;
  }

  /** Sets so much aside. */
  public void hold(Spending spending) {
    held += spending.amount();
    open++;
    use(spending, 1);
  }

  /** Gives back all that was set aside: it did not run. */
  public void release(Spending spending) {
    held -= spending.amount();
    open--;
    use(spending, -1);
  }

  /** Spends, of what was set aside or beyond it. */
  public void commit(Spending spending, Spending actual) {
    release(spending);
    spend(actual);
  }

  /** Spends at once. */
  public void spend(Spending actual) {
    unreported += actual.amount();
    unreportedUses++;
    use(actual, 1);
    Meter opened = meters.get(Spending.OPEN);
    if (opened != null) {
      opened.used--;
    }
  }

  /** What was spent was not. */
  public void unspend(Spending actual) {
    unreported -= actual.amount();
    unreportedUses--;
    use(actual, -1);
    Meter opened = meters.get(Spending.OPEN);
    if (opened != null) {
      opened.used++;
    }
  }

  private void use(Spending spending, int sign) {
    if (!meters.isEmpty()) {
      meters.forEach((name, meter) -> meter.use(sign * spending.units(name)));
    }
  }

  /**
   * It stands as the server has told. Where the server holds nothing for it, nothing is left of it,
   * though it tells what it had granted.
   *
   * @param told what it has told of it
   */
  void figures(Told.Lease told) {
    epoch = told.epoch();
    granted = told.open() ? told.granted() : told.reported();
    reported = told.reported();
    version = told.version();
    retired |= told.revoked() || !told.open() || told.over();
  }

  /**
   * The same, where it was granted or prolonged. When it ends is told by the server's clock alone:
   * as long after it was first asked for as was asked for, and as long after this answer was as its
   * clock showed.
   *
   * @param first when it was asked for first, and {@code sentAt} when it was asked for this time
   */
  void terms(Told.Lease told, long first, long sentAt, long ttlSeconds, long margin) {
    figures(told);
    long asked = ttlSeconds * 1_000_000_000L;
    long atMost = first + asked - sentAt;
    long lasts = Math.min(atMost, told.lastsNanos());
    windowed = told.lastsNanos() < atMost - margin;
    decideUntil = sentAt + lasts - margin - asked / 500;
    settleUntil = decideUntil + told.settlesNanos() / 2;
  }

  /**
   * One of an earlier life stands so: how much there is of it, and until when what is set aside of
   * it can be settled. Of one that is over it is not told since when.
   */
  void settles(Told.Lease told, long sentAt, long margin) {
    if (key != null || !told.open()) {
      return;
    }
    granted = told.granted();
    reported = told.reported();
    if (told.lastsNanos() > 0) {
      long lasts = told.lastsNanos() - told.lastsNanos() / 500 - margin;
      settleUntil = sentAt + lasts + told.settlesNanos() / 2;
    }
  }

  /**
   * Nothing was added, so it was not prolonged either: whatever the server's clock shows now, which
   * may be another's than the one by which its end was set.
   */
  void endsAtTheLatest(long decided, long settles) {
    decideUntil = Math.min(decideUntil, decided);
    settleUntil = Math.min(settleUntil, settles);
  }

  /** Whether it is over for whoever decides. */
  boolean isOver(long now) {
    return retired || now - decideUntil >= 0;
  }

  /** Whether it could be closed at once: nothing is set aside, and all is on record. */
  boolean isQuiet() {
    return open == 0 && unreportedUses == 0 && asked == null;
  }

  /** Whether some of it is on its way back. */
  boolean isHandingBack() {
    return asked instanceof Ask.Settle settle && settle.handBack() > 0;
  }

  /** Whether half of its time is over, and it could have more. */
  boolean isToBeProlonged(long now, long ttl) {
    long left = decideUntil - now;
    return !retired && !windowed && left > 0 && left < ttl / 2;
  }

  /** Whether all that is not on record was counted by these meters. */
  boolean counts(Set<String> names) {
    return (open == 0 && unreportedUses == 0) || meters.keySet().containsAll(names);
  }

  void grant(Map<String, Long> more) {
    more.forEach((name, units) -> meters.computeIfAbsent(name, m -> new Meter()).granted += units);
  }

  /** What is being reported is on record, or is not: it is not under way any more. */
  void reported(boolean isOnRecord) {
    if (isOnRecord) {
      unreported -= reporting;
      unreportedUses -= reportingUses;
    }
    reporting = 0;
    reportingUses = 0;
  }

  /** Whether something may be decided from it, though it was not looked at since that change. */
  boolean isUnlooked(long change) {
    return !retired
        && ((lookWanted != 0 && lookWanted <= change) || (lookBegun != 0 && lookBegun <= change));
  }

  /**
   * Whether nothing has to be said of it any more but that it is over. What cost nothing is to be
   * said, too: it counts by its meters.
   */
  boolean isDone() {
    return retired && !id.isEmpty() && open == 0 && unreportedUses == 0 && asked == null;
  }
}
