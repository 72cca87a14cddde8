package dev.bursar.simulation;

import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.simulation.NaiveBudgets.Applied;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which parts of a limit have been used so far that somebody wants to know: each is told once in a
 * window, when what has ended reaches it, by the limit as it was when something was last let
 * through.
 */
final class NaiveThresholds {

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  /**
   * What is used where something has ended.
   *
   * @param mayBeForgotten whether nobody may know any more what was used there before
   */
  record Reached(NaiveLimits.Key key, BigInteger used, boolean mayBeForgotten) {}

  private final String name;
  private final Watch watch;
  private final Map<NaiveLimits.Key, Applied> limits = new HashMap<>();
  private final Map<NaiveLimits.Key, Set<Integer>> told = new HashMap<>();

  /** Of what was used there, nobody may know all any more. */
  private final Set<NaiveLimits.Key> forgotten = new HashSet<>();

  NaiveThresholds(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
  }

  void letsThrough(Applied limit) {
    limits.put(limit.key(), limit);
  }

  /** Something has ended, and is said to have reached these. */
  void reached(String reservation, List<Reached> all, List<ThresholdAlert> alerts) {
    int known = 0;
    for (Reached each : all) {
      List<ThresholdAlert> here = alerts.stream().filter(alert -> isAt(alert, each.key)).toList();
      List<Integer> these = here.stream().map(ThresholdAlert::threshold).toList();
      List<Integer> wanted = wanted(each);
      known += here.size();
      boolean right = these.equals(wanted) && here.stream().allMatch(alert -> isTold(alert, each));
      boolean isForgotten = here.isEmpty() && (each.mayBeForgotten || forgotten.contains(each.key));
      if (!right && isForgotten) {
        forgotten.add(each.key);
      }
      watch.expectOf(
          name,
          right || isForgotten,
          "model",
          "%s, with which %s of %s are used, tells the thresholds %s, and reaches %s of %s",
          reservation,
          each.used,
          each.key,
          here,
          wanted,
          limits.get(each.key));
      told.computeIfAbsent(each.key, key -> new HashSet<>()).addAll(these);
      if (!these.isEmpty()) {
        watch.saw(these.size() > 1 ? Rarity.THRESHOLDS_REACHED_AT_ONCE : Rarity.THRESHOLD_REACHED);
      }
    }
    watch.expectOf(
        name,
        known == alerts.size(),
        "model",
        "%s tells the thresholds %s, and does not count there",
        reservation,
        alerts);
  }

  private static boolean isAt(ThresholdAlert alert, NaiveLimits.Key key) {
    return alert.budget().equals(key.budget())
        && alert.member().equals(key.member())
        && alert.windowStart().equals(key.window());
  }

  private boolean isTold(ThresholdAlert alert, Reached reached) {
    Applied limit = limits.get(reached.key);
    return limit != null
        && NaiveWallet.micros(alert.used().micros()).equals(reached.used)
        && NaiveWallet.micros(alert.limit().micros()).equals(limit.limit());
  }

  private List<Integer> wanted(Reached reached) {
    Applied limit = limits.get(reached.key);
    List<Integer> found = new ArrayList<>();
    if (limit == null || reached.used.signum() == 0) {
      return found;
    }
    Set<Integer> before = told.getOrDefault(reached.key, Set.of());
    for (int threshold : limit.of().thresholds()) {
      BigInteger least = limit.limit().multiply(BigInteger.valueOf(threshold));
      if (reached.used.multiply(HUNDRED).compareTo(least) < 0) {
        continue;
      }
      if (before.contains(threshold)) {
        watch.saw(Rarity.THRESHOLD_REACHED_BEFORE);
      } else {
        found.add(threshold);
      }
    }
    return found;
  }
}
