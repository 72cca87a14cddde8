package dev.bursar.sidecar.lease;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is likely to be asked for soon: who uses one feature uses others of its team, and who else
 * is of the team uses this one.
 */
final class Foresight {

  /** So much is leased ahead at once, at most. */
  private static final int AHEAD_MAX = 16;

  private Foresight() {}

  /**
   * Leases that are worth asking for before anybody waits for them.
   *
   * @param key what somebody has just leased for the first time
   * @param kinds what is known of which limits count what, by the widest key
   * @param demands all that was asked for of late, by key
   */
  static List<Likely> of(
      LeaseKey key, Map<LeaseKey, Demand.Kind> kinds, Map<LeaseKey, Demand> demands) {
    List<Likely> likely = new ArrayList<>();
    Set<LeaseKey> seen = new HashSet<>(demands.keySet());
    for (Demand other : demands.values()) {
      if (!other.isUsed() || !other.key.isAkinTo(key)) {
        continue;
      }
      for (LeaseKey ahead : List.of(key.of(other.key.feature()), other.key.of(key.feature()))) {
        Demand.Kind kind = kinds.get(ahead.widest());
        if (kind != null
            && ahead.names(kind.named)
            && ahead.equals(ahead.naming(kind.named))
            && seen.add(ahead)) {
          likely.add(new Likely(ahead, kind, other));
          if (likely.size() == AHEAD_MAX) {
            return likely;
          }
        }
      }
    }
    return likely;
  }

  /**
   * One of them.
   *
   * @param like who asks for as much at a time, as far as is known
   */
  record Likely(LeaseKey key, Demand.Kind kind, Demand like) {}
}
