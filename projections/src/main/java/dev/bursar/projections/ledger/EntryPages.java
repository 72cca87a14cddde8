package dev.bursar.projections.ledger;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a wallet, page by page; a page costs the same wherever it is. Those of any type but
 * consumption are found by the index {@code ledger_entry_uncommon}.
 */
final class EntryPages {

  /**
   * Some entries.
   *
   * @param next the sequence after which the next page begins; null if there is nothing after it
   */
  record Found(List<LedgerEntry> entries, @Nullable Long next) {}

  private EntryPages() {}

  /**
   * A page after a sequence. Where an index does not find what passes the filter, it looks through
   * so many entries at once, and is short if that takes long.
   *
   * @param limit how many entries at most, from 1
   * @param atOnce how many are looked through at once, from 1
   * @param looksFor for how long it looks, about
   */
  static Found page(
      Handle handle,
      String org,
      String wallet,
      Filter filter,
      long after,
      int limit,
      int atOnce,
      Duration looksFor) {
    if (!isSearched(filter)) {
      List<LedgerEntry> found = read(handle, org, wallet, filter, after, limit + 1);
      return found.size() > limit ? cut(found, limit) : new Found(found, null);
    }
    long since = System.nanoTime();
    long at =
        filter.from() == null
            ? after
            : Math.max(after, LedgerTimes.firstAt(handle, org, wallet, filter.from()) - 1);
    long last =
        filter.to() == null
            ? LedgerTimes.last(handle, org, wallet)
            : LedgerTimes.firstAt(handle, org, wallet, filter.to()) - 1;
    Filter timeless =
        new Filter(
            null,
            null,
            filter.type(),
            filter.user(),
            filter.team(),
            filter.feature(),
            filter.model());
    List<LedgerEntry> found = new ArrayList<>();
    while (at < last) {
      long through = Math.min(last, at + atOnce);
      found.addAll(read(handle, org, wallet, timeless, at, through, limit + 1 - found.size()));
      if (found.size() > limit) {
        return cut(found, limit);
      }
      at = through;
      if (System.nanoTime() - since > looksFor.toNanos()) {
        break;
      }
    }
    return new Found(found, at < last ? at : null);
  }

  /** Whether what is asked for may be few among many. */
  private static boolean isSearched(Filter filter) {
    return filter.user() != null
        || filter.team() != null
        || filter.feature() != null
        || filter.model() != null;
  }

  private static Found cut(List<LedgerEntry> found, int limit) {
    List<LedgerEntry> some = List.copyOf(found.subList(0, limit));
    return new Found(some, some.getLast().posting().sequence());
  }

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
