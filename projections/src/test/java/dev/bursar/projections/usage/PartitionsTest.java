package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** What partitions have from their tables. */
final class PartitionsTest {

  private static List<String> targets(Handle handle, String table) {
    return handle
        .createQuery(
            """
            select attname || ' ' || attstattarget from pg_attribute
            where attrelid = cast(:table as regclass) and attnum > 0 and attstattarget >= 0
            order by attnum
            """)
        .bind("table", table)
        .mapTo(String.class)
        .list();
  }

  @Test
  void aPartitionIsSampledAsItsTableIs() {
    try (Database database = Database.open(TestServer.fresh())) {
      database
          .jdbi()
          .useTransaction(
              handle -> {
                PartitionedTable.Partition partition =
                    PartitionedTable.USAGE_EVENT.at(Instant.parse("2026-01-05T00:00:00Z"));
                Partitions.ensure(handle, List.of(partition));

                assertThat(targets(handle, partition.name()))
                    .isEqualTo(targets(handle, "usage_event"))
                    .contains("metadata 0", "team 30");
              });
    }
  }
}
