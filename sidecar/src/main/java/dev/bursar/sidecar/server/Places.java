package dev.bursar.sidecar.server;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Places for what is under way to the server, of many orgs. None has more of them than are left for
 * all others, or than a share. What the server does not answer keeps a place for long: of an org of
 * which it has not answered the last one an eighth is taken at most, and of all of those together a
 * half. Safe for use by many threads.
 */
public final class Places {

  /** Of so many orgs is known that the last one was not answered. */
  private static final int UNANSWERED_MAX = 4_000;

  private final int all;
  private final int share;
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
  public Places(int all) {
    this(all, all);
  }

  /**
   * @param share how many one org has at most; where that is all, no more than are left for others
   */
  Places(int all, int share) {
    this.all = all;
    this.share = share;
  }

  /** Takes one for an org, if there is one for it. */
  public synchronized boolean take(String org) {
    boolean may = isFor(org);
    if (may) {
      taken.merge(org, 1, Integer::sum);
      sum++;
    }
    return may;
  }

  /** Whether there is one for an org. */
  public synchronized boolean isFor(String org) {
    int its = taken.getOrDefault(org, 0);
    return sum < all
        && its < (share < all ? share : all - sum)
        && (!unanswered.contains(org)
            || (its < Math.max(1, all / 8) && ofUnanswered() < Math.max(1, all / 2)));
  }

  private int ofUnanswered() {
    return taken.entrySet().stream()
        .filter(each -> unanswered.contains(each.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** Gives one back. */
  public synchronized void giveBack(String org) {
    taken.computeIfPresent(org, (each, its) -> its == 1 ? null : its - 1);
    sum--;
  }

  /** Gives one back, once it is known whether the server has answered. */
  public synchronized void giveBack(String org, boolean answered) {
    giveBack(org);
    heard(org, answered);
  }

  /** Whether the server has answered the last that it was asked of an org. */
  public synchronized void heard(String org, boolean answered) {
    if (answered) {
      unanswered.remove(org);
    } else {
      unanswered.add(org);
    }
  }

  /** How many are taken. */
  public synchronized int taken() {
    return sum;
  }

  /** Whether the last that the server was asked of an org had no answer. */
  public synchronized boolean isUnanswered(String org) {
    return unanswered.contains(org);
  }
}
