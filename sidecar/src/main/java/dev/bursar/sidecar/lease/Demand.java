package dev.bursar.sidecar.lease;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
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

  /** What is being closed, since the server would count what it holds against whoever asks next. */
  @Nullable HeldLease returning;

  /** How long that is waited for. */
  long returningUntil;

  /** What was not to be had, as long as nothing is asked for but what somebody needs. */
  @Nullable Spending failed;

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
  private final Map<String, UnitDemand> units = new HashMap<>(4);

  Demand(LeaseKey key, Kind kind, long now) {
    this.key = key;
    this.kind = kind;
    this.usedAt = now;
    this.grantedAt = now - HORIZON;
    this.lookedAt = now;
    this.notBefore = now;
  }

  void used(Spending spending, long now) {
    long amount = spending.amount();
    spent += amount;
    last = amount;
    largest = Math.max(largest, amount);
    usedAt = now;
    if (!units.isEmpty()) {
      units.forEach((meter, each) -> each.used(spending.units(meter)));
    }
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
  void expecting(Size usual, long now) {
    Spending each = new Spending(usual.amount(), usual.usage());
    lacking(each);
    kind.meters.forEach(meter -> units(meter, now).used(each.units(meter)));
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

  /** Whether what a lease holds may be just what the server lacks for a request. */
  boolean mayLack(HeldLease of, Spending spending) {
    return !of.meters.isEmpty() || remaining < 2 * Math.min(spending.amount(), MOST / 2);
  }

  /** Whether what is leased is little, compared with what others could still be granted. */
  boolean isPlenty(HeldLease of) {
    return of.left() < remaining / PLENTY;
  }

  /** So much is needed, and there is hardly enough. */
  void lacking(Spending spending) {
    need = Math.max(need, spending.amount());
    needUsage = spending.usage();
  }

  /** Somebody waits for so much. */
  void waiting(Spending spending, long now) {
    lacking(spending);
    for (String meter : kind.meters) {
      units(meter, now).waited(spending.units(meter));
    }
  }

  /** Nobody waits any more. */
  void woken() {
    givingUp = null;
    need = 0;
    units.values().forEach(UnitDemand::woken);
  }

  /** What is waited for. */
  Spending needed() {
    return new Spending(need, needUsage);
  }

  /** Whether it is less than what was not to be had, of anything. */
  boolean isLessThanFailed(Spending spending) {
    Spending tried = failed;
    return tried == null
        || spending.amount() < tried.amount()
        || kind.meters.stream().anyMatch(each -> spending.units(each) < tried.units(each));
  }

  private UnitDemand units(String meter, long now) {
    UnitDemand known = units.get(meter);
    return known != null ? known : units.computeIfAbsent(meter, it -> new UnitDemand(it, now));
  }

  /** Whether it is getting short. */
  boolean isLow(HeldLease of, long now) {
    if (of.left() < Math.max(size, ample()) / 2) {
      return true;
    }
    if (!of.meters.isEmpty()) {
      for (Map.Entry<String, HeldLease.Meter> each : of.meters.entrySet()) {
        if (units(each.getKey(), now).isLow(each.getValue(), now)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether it does not have what is waited for. */
  boolean isLacking(HeldLease of) {
    return need > of.left() || isLackingUnits(of);
  }

  /** Whether all that it does not have was asked for. */
  boolean isAskedFor(HeldLease of, Ask.Settle asked, long now) {
    return (need <= of.left() || asked.topUp() > 0)
        && asked.topUpMeters().keySet().containsAll(lackingUnits(of, now).keySet());
  }

  private boolean isLackingUnits(HeldLease of) {
    for (Map.Entry<String, UnitDemand> each : units.entrySet()) {
      HeldLease.Meter meter = of.meters.get(each.getKey());
      if (meter != null && each.getValue().isLacking(meter)) {
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
      if (remaining >= 0) {
        // Others are to have some, however fast it is spent here.
        size = Math.min(size, Math.max(remaining / SHARE, 1));
      }
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
    return (need > 0 || isLackingUnits(of))
        && lease == of
        && now - notBefore >= 0
        && now - of.decideUntil < 0
        && (need > of.left() || isLow(of, now));
  }

  /**
   * How many units of each meter to lease.
   *
   * @param ahead whether nobody has wanted any yet: then no more than somebody may at a time
   */
  Map<String, Long> units(boolean ahead, long now) {
    return units(
        meter -> {
          UnitDemand each = units(meter, now);
          return ahead ? each.wantedOnce() : each.wanted();
        });
  }

  /** How many to add to a lease, of those of which it has too few. */
  Map<String, Long> missingUnits(HeldLease of, long now) {
    return units(meter -> units(meter, now).missing(of.meters.get(meter), now));
  }

  /** How many somebody waits for that it does not have. */
  Map<String, Long> lackingUnits(HeldLease of, long now) {
    return units(meter -> units(meter, now).lacking(of.meters.get(meter)));
  }

  private Map<String, Long> units(ToLongFunction<String> of) {
    if (kind.meters.isEmpty()) {
      return Map.of();
    }
    Map<String, Long> all = new TreeMap<>();
    for (String meter : kind.meters) {
      long units = of.applyAsLong(meter);
      if (units > 0) {
        all.put(meter, units);
      }
    }
    return all;
  }

  /** So many units were granted of those that were asked for. */
  void grantedUnits(HeldLease of, Map<String, Long> asked, Map<String, Long> granted, long now) {
    asked.forEach(
        (meter, many) -> {
          HeldLease.Meter has = of.meters.get(meter);
          if (has != null) {
            units(meter, now).granted(granted.getOrDefault(meter, 0L), many, has, now);
          }
        });
  }

  /** None of these were to be had. */
  void scarce(Set<String> meters, long now) {
    meters.forEach(meter -> units(meter, now).scarce(now));
  }

  /** Whether others may lack what it has of some meter. */
  boolean isExcessive(HeldLease of) {
    for (Map.Entry<String, UnitDemand> each : units.entrySet()) {
      HeldLease.Meter meter = of.meters.get(each.getKey());
      if (meter != null && each.getValue().isExcessive(meter)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How much of what there is to keep, so that others can have some: a quarter, or what is needed
   * where that is less than two requests.
   *
   * @param all what there is, for whomever
   */
  long share(long all) {
    return isLittle(all) ? need : Math.max(need, all / SHARE);
  }

  private boolean isLittle(long all) {
    return all / SHARE < 2 * Math.min(need, MOST / 2);
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
    return isLittle(remaining);
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
    if (of != null) {
      of.meters.forEach((meter, has) -> units(meter, now).look(has));
    }
    return of == null || of.left() <= 4 * Math.min(size, MOST / 4) ? 0 : of.left() - 2 * size;
  }
}
