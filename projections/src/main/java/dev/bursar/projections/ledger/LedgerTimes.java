package dev.bursar.projections.ledger;

import java.time.Instant;
import java.time.OffsetDateTime;
import org.jdbi.v3.core.Handle;

/**
 * From a time to a place in a wallet's ledger. Sequences have no gaps and times never go back along
 * them, so some twenty looks at single entries find it.
 */
final class LedgerTimes {

  private LedgerTimes() {}

  /** The first entry posted at this time or after it; one after the last if there is none. */
  static long firstAt(Handle handle, String org, String wallet, Instant time) {
    long first = 1;
    long beyond = 1 + last(handle, org, wallet);
    while (first < beyond) {
      long middle = (first + beyond) >>> 1;
      if (postedAt(handle, org, wallet, middle).isBefore(time)) {
        first = middle + 1;
      } else {
        beyond = middle;
      }
    }
    return first;
  }

  /** The sequence of the last entry; 0 if there is none. */
  static long last(Handle handle, String org, String wallet) {
    return handle
        .createQuery(
            """
            select coalesce(max(sequence), 0) from ledger_entry
            where org = :org and wallet = :wallet
            """)
        .bind("org", org)
        .bind("wallet", wallet)
        .mapTo(Long.class)
        .one();
  }

  private static Instant postedAt(Handle handle, String org, String wallet, long sequence) {
    return handle
        .createQuery(
            """
            select posted_at from ledger_entry
            where org = :org and wallet = :wallet and sequence = :sequence
            """)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("sequence", sequence)
        .mapTo(OffsetDateTime.class)
        .one()
        .toInstant();
  }
}
