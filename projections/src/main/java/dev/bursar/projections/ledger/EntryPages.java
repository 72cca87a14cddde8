package dev.bursar.projections.ledger;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Entries of a wallet, page by page; a page costs the same wherever it is. */
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
    StringBuilder sql =
        new StringBuilder("select ")
            .append(LedgerRow.COLUMNS)
            .append(" from ledger_entry where org = :org and wallet = :wallet")
            .append(" and sequence > :after and sequence <= :through");
    condition(sql, filter.from(), "sequence >= :from");
    condition(sql, filter.to(), "sequence < :to");
    condition(sql, filter.type(), "type = :type");
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
    bind(query, "type", filter.type() == null ? null : filter.type().word());
    bind(query, "user", filter.user());
    bind(query, "team", filter.team());
    bind(query, "feature", filter.feature());
    bind(query, "model", filter.model());
    return query.map((rs, context) -> LedgerRow.entry(rs)).list();
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
