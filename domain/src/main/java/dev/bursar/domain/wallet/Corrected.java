package dev.bursar.domain.wallet;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of a wallet's transactions were corrected lately: who has read in the ledger what became of
 * one must have read that far. Bounded: of those that it has forgotten, it knows that none was
 * corrected later than some entry. Mutable, owned by its wallet, and in no snapshot.
 */
final class Corrected {

  /** With more than so many corrections on their way to the ledger, some are read once more. */
  static final int KEPT_MAX = 1_000;

  private final LinkedHashMap<String, Long> last = new LinkedHashMap<>();
  private long forgottenThrough;

  /** A transaction is corrected by entries, of which this is the last. */
  void add(String transaction, long sequence) {
    last.remove(transaction);
    last.put(transaction, sequence);
    if (last.size() > KEPT_MAX) {
      Map.Entry<String, Long> oldest = last.pollFirstEntry();
      forgottenThrough = oldest.getValue();
    }
  }

  /** Nothing is known of what was corrected by this entry or before. */
  void forget(long through) {
    forgottenThrough = through;
  }

  /** The last entry that may have corrected a transaction; 0 if none has. */
  long last(String transaction) {
    return last.getOrDefault(transaction, forgottenThrough);
  }
}
