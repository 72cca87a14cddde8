package dev.bursar.projections.usage;

import dev.bursar.projections.usage.PartitionedTable.Partition;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Makes partitions when they are first needed. A new one is attached rather than created in its
 * place, since that stops neither readers nor writers of the table.
 */
final class Partitions {

  /** Any number that nothing else locks. */
  private static final long LOCK = 0x6275_7273_6172_0001L;

  private static final String EXISTING =
      """
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = cast(:table as regclass)
      """;

  private final Set<String> known = new HashSet<>();

  /** Forgets which there are. */
  void forget() {
    known.clear();
  }

  /** Makes those that are missing, in the transaction of the handle. */
  void ensure(Handle handle, Collection<Partition> needed) {
    TreeSet<Partition> missing = new TreeSet<>(needed);
    missing.removeIf(each -> known.contains(each.name()));
    if (missing.isEmpty()) {
      return;
    }
    // Whoever comes second waits here, and then sees what the first has made.
    handle.execute("select pg_advisory_xact_lock(?)", LOCK);
    for (Partition each : missing) {
      if (existing(handle, each.of()).stream().noneMatch(each::equals)) {
        make(handle, each);
      }
      known.add(each.name());
    }
  }

  private static void make(Handle handle, Partition each) {
    PartitionedTable of = each.of();
    handle.execute(
        "create table %s (like %s including all) with (%s)"
            .formatted(each.name(), of.table(), of.options()));
    handle.execute(
        "alter table %s attach partition %s for values from (%s) to (%s)"
            .formatted(of.table(), each.name(), of.bound(each.start()), of.bound(each.end())));
  }

  /** Those that there are of a table. */
  static List<Partition> existing(Handle handle, PartitionedTable of) {
    return handle
        .createQuery(EXISTING)
        .bind("table", of.table())
        .mapTo(String.class)
        .map(of::named)
        .list();
  }
}
