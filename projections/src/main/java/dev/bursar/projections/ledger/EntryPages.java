package dev.bursar.projections.ledger;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a wallet, page by page; a page costs the same wherever it is. Those of any type but
 * consumption are found by the index {@code ledger_entry_uncommon}.
 */
final class EntryPages {

  private EntryPages() {}

  /** Up to so many entries after a sequence. */
  static List<LedgerEntry> read(
      Handle handle, String org, String wallet, Filter filter, long after, int limit) {
    return read(handle, org, wallet, filter, after, Long.MAX_VALUE, limit);
  }

  /** Up to so many entries after a sequence, up to another. */
  static List<LedgerEntry> read(
      Handle handle,
      String org,
      String wallet,
      Filter filter,
      long after,
      long through,
      int limit) {
    return query(handle, "", org, wallet, filter, after, through, limit)
        .map((rs, context) -> LedgerRow.entry(rs))
        .list();
  }

  /**
   * The same, as a query.
   *
   * @param explain what goes before it: nothing, or what asks for its plan
   */
  static Query query(
      Handle handle,
      String explain,
      String org,
      String wallet,
      Filter filter,
      long after,
      long through,
      int limit) {
    StringBuilder sql =
        new StringBuilder(explain)
            .append("select ")
            .append(LedgerRow.COLUMNS)
            .append(" from ledger_entry where org = :org and wallet = :wallet")
            .append(" and sequence > :after and sequence <= :through");
    condition(sql, filter.from(), "sequence >= :from");
    condition(sql, filter.to(), "sequence < :to");
    if (filter.type() != null) {
      // Not bound: a plan that is kept for any type can't know that the index has this one.
      sql.append(" and type = '").append(filter.type().word()).append("'");
    }
    condition(sql, filter.user(), "user_id = :user");
    condition(sql, filter.team(), "team = :team");
    condition(sql, filter.feature(), "feature = :feature");
    condition(sql, filter.model(), "model = :model");
    sql.append(" order by org, wallet, sequence limit :limit");
    Query query =
        handle
            .createQuery(sql.toString())
            .bind("org", org)
            .bind("wallet", wallet)
            .bind("after", after)
            .bind("through", through)
            .bind("limit", limit);
    if (filter.from() != null) {
      query.bind("from", LedgerTimes.firstAt(handle, org, wallet, filter.from()));
    }
    if (filter.to() != null) {
      query.bind("to", LedgerTimes.firstAt(handle, org, wallet, filter.to()));
    }
    bind(query, "user", filter.user());
    bind(query, "team", filter.team());
    bind(query, "feature", filter.feature());
    bind(query, "model", filter.model());
    return query;
  }

  private static void condition(StringBuilder sql, @Nullable Object value, String condition) {
    if (value != null) {
      sql.append(" and ").append(condition);
    }
  }

  private static void bind(Query query, String name, @Nullable String value) {
    if (value != null) {
      query.bind(name, value);
    }
  }
}
