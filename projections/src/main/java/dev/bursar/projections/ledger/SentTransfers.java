package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Transfer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What has become of transfers. One is named after the hash of the last entry by which it left, and
 * comes as grants that are named after it; entries of these types have indexes by those. What comes
 * back corrects the transaction by which it left, be it the way back of this one or of a later one
 * that such a grant was sent on by.
 */
final class SentTransfers {

  private static final int HASH_BYTES = 32;

  private static final String LEFT =
      """
      select transaction_id, sequence, credit_type, posted_at, metadata ->> 'to_wallet' from ledger_entry
      where org = :org and wallet = :wallet and type = 'transfer_out' and trigger = 'transfer'
        and hash between :from and :to
      """;

  private static final String WHOLE =
      """
      select coalesce(-sum(amount), 0), max(sequence) from ledger_entry
      where org = :org and wallet = :wallet and sequence between :first and :last + 1
        and transaction_id = :transaction
      """;

  private static final String CAME =
      """
      select posted_at, transaction_id from ledger_entry
      where org = :org and wallet = :wallet and type = 'transfer_in' and grant_id = :grant
        and corrects is null
      """;

  private static final String CAME_BACK =
      """
      select posted_at, transaction_id from ledger_entry
      where org = :org and wallet = :wallet and type = 'transfer_in' and corrects = :transaction limit 1
      """;

  private record Left(String transaction, long last, String creditType, Instant at, String to) {}

  private record Whole(Credits amount, long last) {}

  private record End(Instant at, String transaction) {}

  private SentTransfers() {}

  /** What has become of a transfer that left the wallet; empty if none of that name did. */
  static Optional<SentTransfer> find(Handle handle, String org, String wallet, String id) {
    return Transfer.hashOf(id)
        .flatMap(hash -> left(handle, org, wallet, hash))
        .flatMap(left -> became(handle, org, wallet, id, left));
  }

  private static Optional<Left> left(Handle handle, String org, String wallet, byte[] hash) {
    byte[] to = Arrays.copyOf(hash, HASH_BYTES);
    Arrays.fill(to, hash.length, HASH_BYTES, (byte) 0xff);
    return handle
        .createQuery(LEFT)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("from", hash)
        .bind("to", to)
        .map(
            (rs, context) ->
                new Left(
                    rs.getString(1),
                    rs.getLong(2),
                    rs.getString(3),
                    rs.getObject(4, OffsetDateTime.class).toInstant(),
                    rs.getString(5)))
        .findOne();
  }

  private static Whole whole(Handle handle, String org, String wallet, Left left) {
    return handle
        .createQuery(WHOLE)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("first", Transaction.firstSequence(left.transaction))
        .bind("last", left.last)
        .bind("transaction", left.transaction)
        .map((rs, context) -> new Whole(new Credits(rs.getLong(1)), rs.getLong(2)))
        .one();
  }

  private static Optional<SentTransfer> became(
      Handle handle, String org, String wallet, String id, Left left) {
    Whole whole = whole(handle, org, wallet, left);
    if (whole.last != left.last) {
      // Only the last entry's hash is the name of anything.
      return Optional.empty();
    }
    End back =
        handle
            .createQuery(CAME_BACK)
            .bind("org", org)
            .bind("wallet", wallet)
            .bind("transaction", left.transaction)
            .map((rs, context) -> end(rs))
            .findOne()
            .orElse(null);
    End end = back == null ? came(handle, org, id, left) : back;
    return Optional.of(
        new SentTransfer(
            id,
            left.to,
            left.creditType,
            whole.amount,
            left.transaction,
            left.at,
            end == null ? null : end.at,
            back == null ? null : back.transaction));
  }

  private static @Nullable End came(Handle handle, String org, String id, Left left) {
    return handle
        .createQuery(CAME)
        .bind("org", org)
        .bind("wallet", left.to)
        .bind("grant", Transfer.grantOf(id, 1))
        .map((rs, context) -> end(rs))
        .findOne()
        .orElse(null);
  }

  private static End end(ResultSet rs) throws SQLException {
    return new End(rs.getObject(1, OffsetDateTime.class).toInstant(), rs.getString(2));
  }
}
