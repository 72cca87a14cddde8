package dev.bursar.benchmarks.replay;

import java.util.List;
import java.util.Set;

/**
 * What this run knows to have been charged to one wallet, and which requests may have charged it.
 *
 * @param charges as the commits were answered
 * @param keys idempotency keys of every request of this run for the wallet whose outcome is known
 * @param keyPrefix how the keys of every run with this seed begin
 * @param sessionPrefix how their sessions begin
 */
record SentCharges(List<Charge> charges, Set<String> keys, String keyPrefix, String sessionPrefix) {

  SentCharges {
    charges = List.copyOf(charges);
    keys = Set.copyOf(keys);
  }

  long highestSequence() {
    return charges.stream().mapToLong(Charge::highestSequence).max().orElse(0);
  }

  /** Whether an entry that no charge of this run explains is one of an earlier run's. */
  boolean isOfEarlierRun(LedgerEntry entry) {
    String key = entry.key();
    if (key != null) {
      return key.startsWith(keyPrefix) && !keys.contains(key);
    }
    String session = entry.session();
    return session != null && session.startsWith(sessionPrefix);
  }
}
