package dev.bursar.api.usage;

import dev.bursar.api.table.Column;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Units by meter as columns: one for each meter of the catalog, so that whoever reads them can just
 * sum them up, and one more for what is counted in meters that the catalog no longer has.
 */
final class MeterColumns {

  private MeterColumns() {}

  /**
   * The columns, by name.
   *
   * @param meters those of the catalog
   * @param units a row's units by meter
   */
  static <T> List<Column<T>> of(Set<String> meters, Function<T, Map<String, BigDecimal>> units) {
    List<Column<T>> columns = new ArrayList<>();
    for (String meter : new TreeSet<>(meters)) {
      columns.add(new Column.Whole<>("meter_" + meter, row -> units.apply(row).get(meter)));
    }
    columns.add(new Column.Units<>("other_meters", row -> others(meters, units.apply(row))));
    return columns;
  }

  private static @Nullable Map<String, BigDecimal> others(
      Set<String> meters, Map<String, BigDecimal> units) {
    Map<String, BigDecimal> others = new TreeMap<>(units);
    others.keySet().removeAll(meters);
    return others.isEmpty() ? null : others;
  }
}
