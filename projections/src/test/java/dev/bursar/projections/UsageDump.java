package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All rows of the tables of usage and alerts, as texts. */
record UsageDump(Map<String, List<String>> rows) {

  private static final List<String> TABLES =
      List.of(
          "usage_event",
          "usage_group",
          "usage_hour",
          "usage_hour_meter",
          "usage_user_day",
          "usage_day",
          "usage_day_meter",
          "usage_word",
          "reported_usage",
          "alert");

  static UsageDump of(Database database) {
    Map<String, List<String>> rows = new TreeMap<>();
    for (String table : TABLES) {
      rows.put(
          table,
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("select cast(t as text) from " + table + " t order by 1")
                          .mapTo(String.class)
                          .list()));
    }
    return new UsageDump(rows);
  }

  /** Says what is in one and not in the other. */
  void assertEqualTo(UsageDump other) {
    for (String table : TABLES) {
      List<String> missing = new ArrayList<>(other.rows.getOrDefault(table, List.of()));
      List<String> more = new ArrayList<>(rows.getOrDefault(table, List.of()));
      more.removeAll(missing);
      missing.removeAll(rows.getOrDefault(table, List.of()));
      assertThat(more).as("rows that only this " + table + " has").isEqualTo(List.of());
      assertThat(missing).as("rows that only the other " + table + " has").isEqualTo(List.of());
    }
    assertThat(rows).hasSameSizeAs(other.rows);
  }
}
