package dev.bursar.sidecar.lease;

import org.jspecify.annotations.Nullable;

/**
 * How many units of a meter are wanted under one key, as traffic shows. What others could still be
 * granted of it nobody tells: that there is no more, it takes from being granted less than it asked
 * for, and then it asks for a quarter. Mutable, owned by one thread at a time.
 */
final class UnitDemand {

  /** For how many requests units are asked for first: few, since there may be no more of them. */
  private static final long FIRST = 2;

  /** How many times as many are asked for at most, where they did not last. */
  private static final long GROWTH = 8;

  /** Which part of what there is one keeps at most. */
  private static final long SHARE = 4;

  /** So many times what was used in a while is more than is needed. */
  private static final long FAR_MORE = 4;

  private static final long MOST = 1_000_000_000_000L;

  /** Whether units come back when what was set aside has ended, so that how many is at once. */
  private final boolean returns;

  private long size;
  private long last;
  private long need;
  private long grantedAt;
  private long scarceUntil;
  private boolean excess;

  UnitDemand(String meter, long now) {
    this.returns = meter.equals(Spending.OPEN);
    this.grantedAt = now - Demand.HORIZON;
    this.scarceUntil = now;
  }

  /** So many were used at a time. */
  void used(long units) {
    last = Math.min(units, MOST);
  }

  /** Somebody waits for so many. */
  void waited(long units) {
    need = Math.max(need, Math.min(units, MOST));
  }

  /** Nobody waits any more. */
  void woken() {
    last = Math.max(last, need);
    need = 0;
  }

  private long each() {
    return Math.max(1, Math.max(last, need));
  }

  private static long left(HeldLease.@Nullable Meter of) {
    return of == null ? 0 : of.left();
  }

  /** Whether somebody waits for more than there is. */
  boolean isLacking(HeldLease.@Nullable Meter of) {
    return left(of) < need;
  }

  /** Whether more should be asked for. */
  boolean isLow(HeldLease.@Nullable Meter of, long now) {
    return isLacking(of) || (now - scarceUntil >= 0 && isShort(of));
  }

  private boolean isShort(HeldLease.@Nullable Meter of) {
    long enough = returns && of != null ? of.granted / SHARE : size / 2;
    return left(of) < Math.max(enough, each());
  }

  /** How many to lease. */
  long wanted() {
    if (size == 0) {
      size = Math.min(each() * FIRST, MOST);
    }
    return Math.max(size, each());
  }

  /** How many to lease for one request. */
  long wantedOnce() {
    return each();
  }

  /** How many somebody waits for that a lease does not have. */
  long lacking(HeldLease.@Nullable Meter of) {
    return Math.max(0, need - left(of));
  }

  /** How many to add to a lease; 0 where what it has does. */
  long missing(HeldLease.@Nullable Meter of, long now) {
    if (!isLow(of, now)) {
      return 0;
    }
    long lasted = now - grantedAt;
    if (returns && of != null) {
      return Math.max(each(), Math.min(of.used, MOST)) - Math.min(0, of.left());
    }
    if (size > 0 && lasted < Demand.HORIZON / 2 && now - scarceUntil >= 0) {
      long times = Math.clamp(Demand.HORIZON / 2 / Math.max(lasted, 1), 2, GROWTH);
      size = Math.min(size * times, MOST);
    }
    return Math.clamp(wanted() - left(of), 1, MOST);
  }

  /**
   * So many were granted of so many that were asked for.
   *
   * @param of what there is of it now
   */
  void granted(long units, long asked, HeldLease.Meter of, long now) {
    grantedAt = now;
    excess = false;
    if (units < asked) {
      // There is no more: others are to have some, too.
      scarce(now);
      keep(of.left() / SHARE, of);
    }
  }

  /** None were to be had. */
  void scarce(long now) {
    scarceUntil = now + Demand.HORIZON / 2;
    size = Math.max(size / SHARE, 1);
  }

  private void keep(long units, HeldLease.Meter of) {
    size = Math.max(units, each());
    excess = of.left() > 2 * size;
  }

  /** Looks at how many were used since this was called last. */
  void look(HeldLease.Meter of) {
    long busy = Math.max(each(), returns ? of.most : of.used - of.usedBefore);
    long spare = returns ? of.granted - of.most : of.left();
    of.most = of.used;
    of.usedBefore = of.used;
    if (spare > FAR_MORE * busy) {
      keep(2 * busy, of);
    }
  }

  /** Whether there are far more than are needed, so that others lack them. */
  boolean isExcessive(HeldLease.Meter of) {
    return excess && of.left() > 2 * Math.max(size, each());
  }
}
