package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.ChargeTrace;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Taken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction charged, or took away, and what has become of that. Its name is {@code
 * txn_<wallet>_<sequence of its first entry>}, and its entries follow on each other, so the primary
 * key finds them; those that correct it, and those that lower a debt, have indexes of their own.
 *
 * <p>All is read in one transaction, or a ledger that is emptied to be made again meanwhile would
 * seem to know of no refunds. Others come while entries are read, so it is looked first how far the
 * ledger goes: what comes later may or may not have been read.
 */
final class Charges {

  private record Row(
      String transaction,
      long sequence,
      EntryType type,
      String creditType,
      Credits amount,
      Credits debt,
      @Nullable String grant,
      @Nullable String corrects,
      Instant postedAt) {}

  private static final Pattern SEQUENCE = Pattern.compile("[1-9][0-9]{0,17}");
  private static final int ROWS_AT_A_TIME = 500;

  private static final String COLUMNS =
      "select transaction_id, sequence, type, credit_type, amount, debt, grant_id, corrects,"
          + " posted_at from ledger_entry where org = :org and wallet = :wallet and ";

  private static final String ROWS =
      COLUMNS + "sequence >= :first order by org, wallet, sequence limit :limit";

  private static final String LOWERING_DEBT =
      COLUMNS
          + """
          credit_type = :creditType and sequence >= :first
          and (type = 'debt_repaid' or type = 'debt' and amount < 0)
          order by org, wallet, credit_type, sequence limit :limit
          """;

  private static final String THROUGH =
      """
      select coalesce(max(sequence), 0) from ledger_entry where org = :org and wallet = :wallet
      """;

  private static final String CORRECTED =
      """
      select
        coalesce(sum(case type when 'refund' then amount when 'debt' then -amount end), 0),
        coalesce(sum(amount) filter (where type = 'adjust'), 0)
      from ledger_entry where org = :org and wallet = :wallet and corrects = :transaction
      """;

  /** How much of a transaction has gone back: of what it charged, and of what it took away. */
  private record Corrections(Credits refunded, Credits returned) {}

  private Charges() {}

  /** The charge of a transaction that the wallet has; of any that it has, if only of nothing. */
  static Optional<Charge> find(Handle handle, String org, String wallet, String transaction) {
    long through = through(handle, org, wallet);
    List<Row> rows = rows(handle, org, wallet, transaction);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    ChargeTrace trace = new ChargeTrace(transaction, rows.getFirst().creditType());
    for (Row row : rows) {
      trace.own(row.type(), row.grant(), row.amount(), row.debt());
    }
    follow(handle, org, wallet, trace, rows.getLast());
    return Optional.of(
        trace.charge(corrections(handle, org, wallet, transaction).refunded(), through));
  }

  /** Follows a debt until it is settled, or as far as there are entries. */
  private static void follow(
      Handle handle, String org, String wallet, ChargeTrace trace, Row last) {
    long next = last.sequence() + 1;
    while (!trace.isSettled()) {
      List<Row> rows =
          handle
              .createQuery(LOWERING_DEBT)
              .bind("org", org)
              .bind("wallet", wallet)
              .bind("creditType", last.creditType())
              .bind("first", next)
              .bind("limit", ROWS_AT_A_TIME)
              .map((rs, context) -> row(rs))
              .list();
      for (Row row : rows) {
        trace.later(row.type(), row.corrects(), row.grant(), row.amount());
      }
      if (rows.size() < ROWS_AT_A_TIME) {
        return;
      }
      next = rows.getLast().sequence() + 1;
    }
  }

  /** What a transaction that the wallet has took away; of any that it has, if only nothing. */
  static Optional<Taken> taken(Handle handle, String org, String wallet, String transaction) {
    long through = through(handle, org, wallet);
    List<Row> rows = rows(handle, org, wallet, transaction);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<Row> taking = rows.stream().filter(row -> Taken.takes(row.type(), row.amount())).toList();
    return Optional.of(
        new Taken(
            transaction,
            rows.getFirst().postedAt(),
            rows.getLast().sequence(),
            rows.getFirst().creditType(),
            taking.stream().anyMatch(row -> row.type() == EntryType.VOID),
            taking.stream().map(Charges::draw).toList(),
            corrections(handle, org, wallet, transaction).returned(),
            through));
  }

  private static long through(Handle handle, String org, String wallet) {
    return handle
        .createQuery(THROUGH)
        .bind("org", org)
        .bind("wallet", wallet)
        .mapTo(Long.class)
        .one();
  }

  private static Corrections corrections(
      Handle handle, String org, String wallet, String transaction) {
    return handle
        .createQuery(CORRECTED)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("transaction", transaction)
        .map(
            (rs, context) ->
                new Corrections(new Credits(rs.getLong(1)), new Credits(rs.getLong(2))))
        .one();
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
    return new Draw(grant(row), row.amount().negated());
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
        .map((rs, context) -> row(rs))
        .list();
  }

  private static Row row(ResultSet rs) throws SQLException {
    return new Row(
        rs.getString(1),
        rs.getLong(2),
        LedgerRow.type(rs.getString(3)),
        rs.getString(4),
        new Credits(rs.getLong(5)),
        new Credits(rs.getLong(6)),
        rs.getString(7),
        rs.getString(8),
        rs.getObject(9, OffsetDateTime.class).toInstant());
  }
}
