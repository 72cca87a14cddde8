package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import dev.bursar.projections.copy.JsonColumns;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Sums by UTC day of what each user used for a team: the table {@code usage_user_day}. */
final class UserDays {

  /**
   * Where something is summed up.
   *
   * @param day the UTC day, counted from 1970
   * @param user the user; empty for work of no user
   * @param id the id of the group
   * @param of a {@link Group} without all that these sums are not kept by
   */
  record Key(String org, long day, String user, UUID id, Group of) implements Comparable<Key> {

    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::org)
            .thenComparingLong(Key::day)
            .thenComparing(Key::user)
            .thenComparing(Key::id);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private static final String DAY = "date '1970-01-01' + cast(n.day as integer)";

  /** Most pages add to a meter that is there, and units of nothing are worth their meter. */
  private static final String ADD =
      """
      insert into usage_user_day as u (
        org, day, user_id, id, team, departments, credit_type, credits, requests, denied, meters)
      select n.org, %s, n.user_id, n.id, n.team,
        array(select jsonb_array_elements_text(cast(n.departments as jsonb))), n.credit_type,
        n.credits, n.requests, n.denied, cast(n.meters as jsonb)
      from unnest(cast(:orgs as text[]), :days, cast(:users as text[]), :ids,
        cast(:teams as text[]), cast(:departments as text[]), cast(:creditTypes as text[]),
        cast(:credits as numeric[]), :requests, :denied, cast(:meters as text[])
      ) as n (org, day, user_id, id, team, departments, credit_type, credits, requests, denied,
        meters)
      on conflict (org, day, user_id, id) do update set
        credits = u.credits + excluded.credits, requests = u.requests + excluded.requests,
        denied = u.denied + excluded.denied,
        meters = case
          when excluded.meters = '{}' then u.meters
          when u.meters = '{}' then excluded.meters
          else (
            select jsonb_object_agg(s.key, s.units) from (
              select m.key, sum(cast(m.value as numeric)) as units from (
                select key, value from jsonb_each_text(u.meters)
                union all select key, value from jsonb_each_text(excluded.meters)) m
              group by m.key) s)
          end
      """
          .formatted(DAY);

  /** What was withdrawn leaves no row behind. */
  private static final String CLEAR =
      """
      delete from usage_user_day u
      using unnest(cast(:orgs as text[]), :days, cast(:users as text[]), :ids)
        as n (org, day, user_id, id)
      where u.org = n.org and u.day = %s and u.user_id = n.user_id and u.id = n.id
        and u.requests = 0 and u.denied = 0
      """
          .formatted(DAY);

  private UserDays() {}

  /** What work of no user is summed up under. */
  static String user(@Nullable String user) {
    return user == null ? "" : user;
  }

  /**
   * Adds these to the sums.
   *
   * @param changes sorted, so that nobody deadlocks
   */
  static void add(Handle handle, SortedMap<Key, Usage> changes) {
    SumRows<Key> rows = SumRows.of(changes);
    if (rows.isEmpty()) {
      return;
    }
    try (Update update = handle.createUpdate(ADD)) {
      keys(update, rows.keys());
      array(update, "teams", String.class, rows.keys(), key -> key.of().team());
      array(
          update,
          "departments",
          String.class,
          rows.keys(),
          key -> JsonColumns.list(key.of().departments()));
      array(update, "creditTypes", String.class, rows.keys(), key -> key.of().creditType());
      rows.bindFigures(update);
      array(
          update,
          "meters",
          String.class,
          rows.rows(),
          row -> JsonColumns.tree(row.getValue().meters()));
      update.execute();
    }
    List<Key> less = rows.perhapsCleared();
    if (!less.isEmpty()) {
      try (Update update = handle.createUpdate(CLEAR)) {
        keys(update, less);
        update.execute();
      }
    }
  }

  private static void keys(Update update, List<Key> keys) {
    array(update, "orgs", String.class, keys, Key::org);
    array(update, "days", Long.class, keys, Key::day);
    array(update, "users", String.class, keys, Key::user);
    array(update, "ids", UUID.class, keys, Key::id);
  }
}
