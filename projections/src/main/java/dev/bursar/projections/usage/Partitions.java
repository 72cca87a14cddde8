package dev.bursar.projections.usage;

import dev.bursar.projections.StatisticsTargets;
import dev.bursar.projections.usage.PartitionedTable.Partition;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private static final String NAMES =
      """
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = any(cast(:tables as regclass[]))
      """;

  /** Whoever drops a partition, or removes groups, waits for what holds these, and the reverse. */
  private static final String HOLD =
      Stream.concat(
              Stream.of(PartitionedTable.values()).map(PartitionedTable::table),
              Stream.of("usage_group"))
          .map(table -> "only " + table)
          .collect(Collectors.joining(", ", "lock table ", " in row exclusive mode"));

  private Partitions() {}

  /** Sees to it that nothing is dropped until the transaction of the handle ends. */
  static void hold(Handle handle) {
    handle.execute(HOLD);
  }

  /** Makes those that are missing, in the transaction of the handle, which holds the tables. */
  static void ensure(Handle handle, Collection<Partition> needed) {
    TreeSet<Partition> missing = new TreeSet<>(needed);
    Set<String> there =
        handle
            .createQuery(NAMES)
            .bindArray(
                "tables",
                String.class,
                Stream.of(PartitionedTable.values()).map(PartitionedTable::table).toList())
            .mapTo(String.class)
            .collect(Collectors.toSet());
    missing.removeIf(each -> there.contains(each.name()));
    if (missing.isEmpty()) {
      return;
    }
    // Whoever comes second waits here, and then sees what the first has made.
    handle.execute("select pg_advisory_xact_lock(?)", LOCK);
    for (Partition each : missing) {
      if (existing(handle, each.of()).stream().noneMatch(each::equals)) {
        make(handle, each);
      }
    }
  }

  private static void make(Handle handle, Partition each) {
    PartitionedTable of = each.of();
    handle.execute(
        "create table %s (like %s including all) with (%s)"
            .formatted(each.name(), of.table(), of.options()));
    StatisticsTargets.copy(handle, of.table(), each.name());
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

  /** From when on a table has partitions; empty if it has none. */
  static Optional<Instant> since(Handle handle, PartitionedTable of) {
    return existing(handle, of).stream()
        .map(each -> each.start().atStartOfDay(ZoneOffset.UTC).toInstant())
        .min(Instant::compareTo);
  }
}
