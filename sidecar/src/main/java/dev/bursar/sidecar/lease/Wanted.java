package dev.bursar.sidecar.lease;

import java.util.Map;
import java.util.Set;

/**
 * What was wanted, and is likely to be wanted again.
 *
 * @param key what for; it names what limits count
 * @param meters what limits count besides credits
 * @param amount millionths at a time, above 0
 * @param usage units by meter at a time
 */
public record Wanted(LeaseKey key, Set<String> meters, long amount, Map<String, Long> usage) {

  public Wanted {
    meters = Set.copyOf(meters);
    usage = Map.copyOf(usage);
  }
}
