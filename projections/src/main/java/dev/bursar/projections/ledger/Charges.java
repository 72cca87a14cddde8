package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction charged. Its name is {@code txn_<wallet>_<sequence of its first entry>}, and
 * its entries follow on each other, so the primary key finds them.
 */
final class Charges {

  private record Row(
      String transaction,
      long sequence,
      String type,
      String creditType,
      long amount,
      @Nullable String grant) {}

  private static final Pattern SEQUENCE = Pattern.compile("[1-9][0-9]{0,17}");
  private static final int ROWS_AT_A_TIME = 500;

  private static final String ROWS =
      """
      select transaction_id, sequence, type, credit_type, amount, grant_id from ledger_entry
      where org = :org and wallet = :wallet and sequence >= :first
      order by org, wallet, sequence limit :limit
      """;

  private Charges() {}

  /** The charge of a transaction that the wallet has; of any that it has, if only of nothing. */
  static Optional<Charge> find(Handle handle, String org, String wallet, String transaction) {
    String prefix = "txn_" + wallet + "_";
    Matcher sequence =
        SEQUENCE.matcher(
            transaction.startsWith(prefix) ? transaction.substring(prefix.length()) : "");
    if (!sequence.matches()) {
      return Optional.empty();
    }
    List<Draw> draws = new ArrayList<>();
    Credits debt = Credits.ZERO;
    String creditType = null;
    long next = Long.parseLong(sequence.group());
    // Most have one entry or two; one that empties a thousand grants has a thousand.
    int limit = 2;
    while (true) {
      List<Row> rows = rows(handle, org, wallet, next, limit);
      for (Row row : rows) {
        if (!row.transaction().equals(transaction)) {
          return found(transaction, creditType, draws, debt);
        }
        creditType = row.creditType();
        switch (LedgerRow.type(row.type())) {
          case CONSUME, LATE_USAGE ->
              draws.add(new Draw(grant(row), new Credits(row.amount()).negated()));
          case DEBT -> debt = debt.plus(new Credits(row.amount()).max(Credits.ZERO));
          case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> {}
        }
      }
      if (rows.size() < limit) {
        return found(transaction, creditType, draws, debt);
      }
      next = rows.getLast().sequence() + 1;
      limit = ROWS_AT_A_TIME;
    }
  }

  private static String grant(Row row) {
    String grant = row.grant();
    if (grant == null) {
      throw new IllegalStateException(
          "entry %d of %s draws from no grant".formatted(row.sequence(), row.transaction()));
    }
    return grant;
  }

  private static Optional<Charge> found(
      String transaction, @Nullable String creditType, List<Draw> draws, Credits debt) {
    return creditType == null
        ? Optional.empty()
        : Optional.of(new Charge(transaction, creditType, List.copyOf(draws), debt));
  }

  private static List<Row> rows(Handle handle, String org, String wallet, long first, int limit) {
    return handle
        .createQuery(ROWS)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("first", first)
        .bind("limit", limit)
        .map(
            (rs, context) ->
                new Row(
                    rs.getString(1),
                    rs.getLong(2),
                    rs.getString(3),
                    rs.getString(4),
                    rs.getLong(5),
                    rs.getString(6)))
        .list();
  }
}
