package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jdbi.v3.core.statement.Update;

/**
 * Changes of sums, each by its key.
 *
 * @param rows in the order of their keys, so that nobody deadlocks; none changes nothing
 * @param <K> the keys
 */
record SumRows<K>(List<Map.Entry<K, Usage>> rows) {

  static <K> SumRows<K> of(SortedMap<K, Usage> changes) {
    return new SumRows<>(
        changes.entrySet().stream().filter(each -> !each.getValue().isNothing()).toList());
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  List<K> keys() {
    return rows.stream().map(Map.Entry::getKey).toList();
  }

  /**
   * Those of which nothing may be left: what was withdrawn has taken a request away. What was
   * denied after it had begun has, too, and has left a denial.
   */
  List<K> perhapsCleared() {
    return rows.stream()
        .filter(row -> row.getValue().requests() < 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Binds by how much credits, requests and denials change. */
  void bindFigures(Update update) {
    array(update, "credits", String.class, rows, row -> row.getValue().credits().toString());
    array(update, "requests", Long.class, rows, row -> row.getValue().requests());
    array(update, "denied", Long.class, rows, row -> row.getValue().denied());
  }
}
