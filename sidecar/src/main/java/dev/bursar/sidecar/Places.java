package dev.bursar.sidecar;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Places for what is under way to the server, of many orgs. None has more of them than are left for
 * all others. What the server does not answer keeps a place for long: of an org of which it has not
 * answered the last one an eighth is taken at most, and of all of those together a half. Safe for
 * use by many threads.
 */
final class Places {

  /** Of so many orgs is known that the last one was not answered. */
  private static final int UNANSWERED_MAX = 4_000;

  private final int all;
  private final Map<String, Integer> taken = new HashMap<>();

  /** The first to be forgotten comes first. */
  private final Set<String> unanswered =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > UNANSWERED_MAX;
            }
          });

  private int sum;

  /**
   * @param all how many there are, above 0
   */
  Places(int all) {
    this.all = all;
  }

  /** Takes one for an org, if there is one for it. */
  synchronized boolean take(String org) {
    boolean may = isFor(org);
    if (may) {
      taken.merge(org, 1, Integer::sum);
      sum++;
    }
    return may;
  }

  /** Whether there is one for an org. */
  synchronized boolean isFor(String org) {
    int its = taken.getOrDefault(org, 0);
    return its < all - sum
        && (!unanswered.contains(org)
            || (its < Math.max(1, all / 8) && ofUnanswered() < Math.max(1, all / 2)));
  }

  private int ofUnanswered() {
    return taken.entrySet().stream()
        .filter(each -> unanswered.contains(each.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /**
   * Gives one back.
   *
   * @param answered whether the server has answered
   */
  synchronized void giveBack(String org, boolean answered) {
    taken.computeIfPresent(org, (each, its) -> its == 1 ? null : its - 1);
    sum--;
    if (answered) {
      unanswered.remove(org);
    } else {
      unanswered.add(org);
    }
  }

  /** How many are taken. */
  synchronized int taken() {
    return sum;
  }

  /** Whether the last that the server was asked of an org had no answer. */
  synchronized boolean isUnanswered(String org) {
    return unanswered.contains(org);
  }
}
