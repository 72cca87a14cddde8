package dev.bursar.projections.usage;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Groups of which no sums are kept any more. A removal leaves a mark at the table {@code
 * usage_group}, by which whoever remembers groups sees that they may be gone.
 */
final class UnusedGroups {

  /** So many are looked at together: each in every partition, within a statement's timeout. */
  private static final int LOOKED_AT_ONCE = 500;

  private static final UUID FIRST = new UUID(0, 0);

  private static final String UNUSED =
      """
      not exists (select 1 from usage_day d where d.group_id = g.id)
        and not exists (select 1 from usage_hour h where h.group_id = g.id)
      """;
  private static final String PAGE =
      """
      select g.id, %s from (select id from usage_group where id > :after order by id limit :limit) g
      order by g.id
      """
          .formatted(UNUSED);
  private static final String REMOVE =
      "delete from usage_group g where g.id = any(:ids) and " + UNUSED;
  private static final String MARK =
      "select coalesce(obj_description(cast('usage_group' as regclass), 'pg_class'), '')";

  private UnusedGroups() {}

  /** Tells removals apart: another text once there was one. */
  static String mark(Handle handle) {
    return handle.createQuery(MARK).mapTo(String.class).one();
  }

  /**
   * Removes them all, some at a time, and answers how many they were. Blocks; keeps those who write
   * usage waiting for as long as it takes to remove a few.
   *
   * @param lockTimeout the statement that bounds the wait for those who write
   */
  static int remove(Jdbi jdbi, String lockTimeout) {
    int removed = 0;
    UUID after = FIRST;
    while (true) {
      UUID from = after;
      List<Map.Entry<UUID, Boolean>> page =
          jdbi.withHandle(
              handle ->
                  handle
                      .createQuery(PAGE)
                      .bind("after", from)
                      .bind("limit", LOOKED_AT_ONCE)
                      .map(
                          (rs, context) -> Map.entry(rs.getObject(1, UUID.class), rs.getBoolean(2)))
                      .list());
      List<UUID> unused = page.stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
      if (!unused.isEmpty()) {
        removed += jdbi.inTransaction(handle -> remove(handle, unused, lockTimeout));
      }
      if (page.size() < LOOKED_AT_ONCE) {
        return removed;
      }
      after = page.getLast().getKey();
    }
  }

  private static int remove(Handle handle, List<UUID> unused, String lockTimeout) {
    handle.execute(lockTimeout);
    // Nobody who writes usage is between looking a group up and counting in it.
    handle.execute("lock table usage_group in share row exclusive mode");
    int removed = handle.createUpdate(REMOVE).bindArray("ids", UUID.class, unused).execute();
    if (removed > 0) {
      String transaction =
          handle.createQuery("select cast(txid_current() as text)").mapTo(String.class).one();
      handle.execute(
          "comment on table usage_group is 'Groups were removed last in transaction %s.'"
              .formatted(transaction));
    }
    return removed;
  }
}
