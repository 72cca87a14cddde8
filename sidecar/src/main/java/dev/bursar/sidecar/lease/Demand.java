package dev.bursar.sidecar.lease;

import dev.bursar.domain.budget.Quantities;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much is wanted under one key, as traffic shows, in millionths. It grows while what was leased
 * is spent fast, and halves while it is not; where little is left for others it is a part of that.
 * Mutable, owned by one thread at a time.
 */
final class Demand {

  /** How many requests like the first a first lease is for. */
  private static final long FIRST = 8;

  /** For how many of the largest requests a lease is at least, as long as that is little. */
  private static final long AMPLE = 64;

  /** Which part of what others could still be granted one asks for at most. */
  private static final long SHARE = 4;

  /** What was leased is to last about so long, and half of it where the server is away. */
  static final long HORIZON = 120_000_000_000L;

  /** How many times as much is asked for at most, where it did not last. */
  private static final long GROWTH = 8;

  /** The same, as long as what is leased stays little. */
  private static final long GROWTH_OF_LITTLE = 64;

  /** What is leased is little where others could be granted so many times as much. */
  private static final long PLENTY = 256;

  private static final String METERS = "meters.";
  private static final long MOST = 1_000_000_000_000_000_000L;
  private static final long METER_MOST = 1_000_000_000_000L;
  private static final long TIMES_MOST = 100_000;

  /** What limits count of all that is alike but for what a lease need not name. */
  static final class Kind {
    final Set<LeaseKey.Part> named = EnumSet.noneOf(LeaseKey.Part.class);
    final Set<String> meters = new TreeSet<>();

    boolean isEmpty() {
      return named.isEmpty() && meters.isEmpty();
    }

    /** Whether features count by themselves, so that each is leased for by itself. */
    boolean isByFeature() {
      return named.contains(LeaseKey.Part.FEATURE);
    }

    /** Whether a lease under a key is for just what counts by itself. */
    boolean isOf(LeaseKey lease) {
      return lease.named().equals(named);
    }

    /**
     * Takes in why a lease was refused, so that it is asked for otherwise next.
     *
     * @return whether anything is to be asked for otherwise
     */
    boolean learns(Told.Refused why) {
      String field = why.field();
      if (field != null && field.startsWith(METERS)) {
        meters.add(field.substring(METERS.length()));
        return true;
      }
      return why.code().equals("lease_too_wide") && named.addAll(LeaseKey.named(field));
    }
  }

  final LeaseKey key;
  final Kind kind;
  @Nullable HeldLease lease;
  @Nullable Ask acquiring;

  /** The first change since which what is being granted is to be looked at; 0 for none. */
  long lookWanted;

  /** That whoever waits is to be told only once this lease is back. */
  @Nullable HeldLease givingUp;

  private long size;
  private long grantedAt;
  private long lookedAt;
  private long spent;
  private long last;
  private long largest;

  /** What others could still be granted when that was told last; below 0 if it was not. */
  long remaining = -1;

  /** Whether somebody waits for the first lease. */
  boolean isAwaited;

  /** Whether the server has not answered what was asked last. */
  boolean unanswered;

  long usedAt;
  long notBefore;
  long need;
  private Map<String, Long> needUsage = Map.of();

  Demand(LeaseKey key, Kind kind, long now) {
    this.key = key;
    this.kind = kind;
    this.usedAt = now;
    this.grantedAt = now - HORIZON;
    this.lookedAt = now;
    this.notBefore = now;
  }

  void used(long amount, long now) {
    spent += amount;
    last = amount;
    largest = Math.max(largest, amount);
    usedAt = now;
  }

  /** Whether anything was decided from what was leased. */
  boolean isUsed() {
    return last > 0;
  }

  /**
   * What is needed at a time.
   *
   * @param amount millionths
   * @param usage units by meter
   */
  record Size(long amount, Map<String, Long> usage) {}

  /** What is needed of this at a time. */
  Size usual() {
    return new Size(isUsed() ? last : need, needUsage);
  }

  /** As much as was wanted at a time, as it may be once more. */
  Wanted wantedAgain() {
    return new Wanted(key, kind.meters, Math.max(need, largest), needUsage);
  }

  /** About so much is going to be needed at a time. */
  void expecting(Size usual) {
    need = Math.max(need, usual.amount());
    needUsage = usual.usage();
  }

  /** Others of the same wallet ask for so much at once, and so much was left for others. */
  void beside(Demand other) {
    largest = Math.max(largest, other.largest);
    remaining = Math.max(remaining, other.remaining);
  }

  /** Whether it is for any feature: as long as none counts by itself. */
  boolean isOfAnyFeature() {
    return key.feature() == null && !kind.isByFeature();
  }

  /** Whether what is leased is little, compared with what others could still be granted. */
  boolean isPlenty(HeldLease of) {
    return of.left() < remaining / PLENTY;
  }

  /** Somebody needs so much, and there is not enough. */
  void lacking(Spending spending) {
    need = Math.max(need, spending.amount());
    needUsage = spending.usage();
  }

  /** Whether it is getting short. */
  boolean isLow(HeldLease of) {
    if (of.left() < Math.max(size, ample()) / 2) {
      return true;
    }
    for (HeldLease.Meter meter : of.meters.values()) {
      if (meter.left() < meter.granted / 4) {
        return true;
      }
    }
    return false;
  }

  /**
   * Enough for many requests, also for large ones, where that is little; else what is little, and
   * still is when others have been granted as much.
   */
  private long ample() {
    return Math.min(
        Math.min(Math.max(need, largest), MOST / AMPLE) * AMPLE,
        Math.max(remaining, 0) / (2 * PLENTY));
  }

  /** What to ask for, in all: more of what did not last, the more the shorter it lasted. */
  long wanted(long now) {
    if (size == 0) {
      size = Math.min(Math.max(need, 1), MOST / FIRST) * FIRST;
    }
    long lasted = now - grantedAt;
    HeldLease of = lease;
    boolean isSpent = of != null && of.left() < Math.max(size / 2, need);
    if (isSpent && lasted < HORIZON / 2) {
      long times = Math.clamp(HORIZON / 2 / Math.max(lasted, 1), 2, GROWTH_OF_LITTLE);
      long before = Math.min(size, MOST / GROWTH_OF_LITTLE);
      size = Math.min(before * times, Math.max(before * GROWTH, remaining / PLENTY));
    }
    size = Math.max(size, ample());
    return Math.max(size, need);
  }

  /** How much of that a lease does not have. */
  long missing(HeldLease of, long now) {
    return Math.max(wanted(now) - Math.max(0, of.left()), 0);
  }

  /** Whether somebody has found that there is not enough of its lease, or hardly. */
  boolean isShort(HeldLease of, long now) {
    return need > 0
        && lease == of
        && now - notBefore >= 0
        && now - of.decideUntil < 0
        && (need > of.left() || isLow(of));
  }

  /** How many units of the meters go with so much. */
  Map<String, Long> units(long amount) {
    if (kind.meters.isEmpty()) {
      return Map.of();
    }
    long times = need == 0 ? FIRST : Math.clamp(amount / Math.max(need, 1), 1, TIMES_MOST);
    Map<String, Long> units = new TreeMap<>();
    for (String meter : kind.meters) {
      long each =
          meter.equals(Quantities.REQUESTS) || meter.equals(Quantities.OPEN_RESERVATIONS)
              ? 1
              : Math.max(1, needUsage.getOrDefault(meter, 0L));
      units.put(meter, Math.min(METER_MOST, each > METER_MOST / times ? METER_MOST : each * times));
    }
    return units;
  }

  /**
   * So much was granted.
   *
   * @param remaining what others could still be granted, or below 0 if that is not known
   * @return whether there is so little that requests are better decided one by one
   */
  boolean granted(long remaining, long now) {
    grantedAt = now;
    this.remaining = remaining;
    if (remaining < 0) {
      return false;
    }
    size = Math.min(size, Math.max(remaining / SHARE, 1));
    return remaining / SHARE < 2 * Math.min(need, MOST / 2);
  }

  /** Looks at how fast it is spent; what of a lease is too much for that. */
  long surplus(long now) {
    long elapsed = now - lookedAt;
    if (elapsed < HORIZON / 2) {
      return 0;
    }
    boolean slow = spent < size / 8;
    spent = 0;
    lookedAt = now;
    if (slow) {
      long few = Math.min(Math.max(last, 1), MOST / SHARE) * SHARE;
      size = Math.max(Math.max(size / 2, ample()), few);
    }
    HeldLease of = lease;
    return of == null || of.left() <= 4 * Math.min(size, MOST / 4) ? 0 : of.left() - 2 * size;
  }
}
