package dev.bursar.domain.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries that came about together, in one credit type of one wallet.
 *
 * @param id names the transaction within the wallet, if it has entries: {@code txn_}, the wallet,
 *     {@code _}, and the sequence that its first entry has or would have had
 * @param postedAt when; for what falls due, the time at which it fell due
 * @param creditType the credit type of all its entries
 * @param reservation the reservation that caused it, or null
 * @param corrects the transaction that this one gives back or corrects, or null
 * @param attribution who and what it is for
 * @param previousHash the hash of the entry before the first of these; 32 zero bytes before any
 * @param postings the entries, in order; may be empty
 */
public record Transaction(
    String id,
    Instant postedAt,
    String creditType,
    @Nullable String reservation,
    @Nullable String corrects,
    Attribution attribution,
    byte[] previousHash,
    List<Posting> postings) {

  /** The sequence of the wallet's last entry after these; 0 while there is none. */
  public long lastSequence() {
    // The name ends with the sequence of the first entry, also where there came to be none.
    return postings.isEmpty() ? firstSequence(id) - 1 : postings.getLast().sequence();
  }

  /** The sequence of the first entry of a transaction, by its name. */
  public static long firstSequence(String id) {
    return Long.parseLong(id.substring(id.lastIndexOf('_') + 1));
  }

  /** The hash of the wallet's last entry after these; 32 zero bytes while there is none. */
  public byte[] lastHash() {
    return postings.isEmpty() ? previousHash : postings.getLast().hash();
  }
}
