package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction charged, or took away. Its name is {@code txn_<wallet>_<sequence of its first
 * entry>}, and its entries follow on each other, so the primary key finds them.
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
    List<Row> rows = rows(handle, org, wallet, transaction);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<Draw> draws = new ArrayList<>();
    Credits debt = Credits.ZERO;
    for (Row row : rows) {
      switch (LedgerRow.type(row.type())) {
        case CONSUME, LATE_USAGE -> draws.add(draw(row));
        case DEBT -> debt = debt.plus(new Credits(row.amount()).max(Credits.ZERO));
        case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> {}
      }
    }
    return Optional.of(
        new Charge(transaction, rows.getFirst().creditType(), List.copyOf(draws), debt));
  }

  /** What a transaction that the wallet has took away, and did nothing else; or nothing. */
  static Optional<Taken> taken(Handle handle, String org, String wallet, String transaction) {
    List<Row> rows = rows(handle, org, wallet, transaction);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    EntryType type = LedgerRow.type(rows.getFirst().type());
    boolean all =
        (type == EntryType.ADJUST || type == EntryType.VOID)
            && rows.stream()
                .allMatch(row -> LedgerRow.type(row.type()) == type && row.amount() < 0);
    return Optional.of(
        new Taken(
            transaction,
            rows.getFirst().creditType(),
            type == EntryType.VOID,
            all ? rows.stream().map(Charges::draw).toList() : List.of()));
  }

  /** The entries of a transaction; none if the wallet has none of that name. */
  private static List<Row> rows(Handle handle, String org, String wallet, String transaction) {
    String prefix = "txn_" + wallet + "_";
    Matcher sequence =
        SEQUENCE.matcher(
            transaction.startsWith(prefix) ? transaction.substring(prefix.length()) : "");
    if (!sequence.matches()) {
      return List.of();
    }
    List<Row> found = new ArrayList<>();
    long next = Long.parseLong(sequence.group());
    // Most have one entry or two; one that empties a thousand grants has a thousand.
    int limit = 2;
    while (true) {
      List<Row> rows = rows(handle, org, wallet, next, limit);
      for (Row row : rows) {
        if (!row.transaction().equals(transaction)) {
          return found;
        }
        found.add(row);
      }
      if (rows.size() < limit) {
        return found;
      }
      next = rows.getLast().sequence() + 1;
      limit = ROWS_AT_A_TIME;
    }
  }

  private static Draw draw(Row row) {
    return new Draw(grant(row), new Credits(row.amount()).negated());
  }

  private static String grant(Row row) {
    String grant = row.grant();
    if (grant == null) {
      throw new IllegalStateException(
          "entry %d of %s draws from no grant".formatted(row.sequence(), row.transaction()));
    }
    return grant;
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
