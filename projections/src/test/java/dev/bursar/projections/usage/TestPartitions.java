package dev.bursar.projections.usage;

import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Partitions for rows that a test writes by itself. */
public final class TestPartitions {

  private TestPartitions() {}

  /** Makes those of these tables for a time. */
  public static void make(Handle handle, Instant at, String... tables) {
    handle.useTransaction(
        in ->
            Partitions.ensure(
                in,
                Stream.of(tables)
                    .map(table -> PartitionedTable.valueOf(table.toUpperCase(Locale.ROOT)).at(at))
                    .toList()));
  }
}
