package dev.bursar.domain.ledger;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a transfer, as the ledgers of the two wallets tell it, for good.
 *
 * @param id the transfer's name
 * @param to the wallet that the credits went to
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param transaction the transaction by which they left
 * @param sentAt when they left
 * @param endedAt since when the other wallet has them, or they are back; null while they are on
 *     their way
 * @param returnTransaction the transaction by which they came back, which the other wallet could
 *     not take; null if they did not
 */
public record SentTransfer(
    String id,
    String to,
    String creditType,
    Credits amount,
    String transaction,
    Instant sentAt,
    @Nullable Instant endedAt,
    @Nullable String returnTransaction) {

  /** The credits have left, and are neither in the other wallet nor back. */
  public static final String ON_ITS_WAY = "on_its_way";

  /** The other wallet has them. */
  public static final String COMPLETED = "completed";

  /** The other wallet could not take them, and they are back. */
  public static final String RETURNED = "returned";

  /** One of those three. */
  public String status() {
    return endedAt == null ? ON_ITS_WAY : returnTransaction == null ? COMPLETED : RETURNED;
  }
}
