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

  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

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
      columns.add(new Column.Count<>("meter_" + meter, row -> whole(units.apply(row).get(meter))));
    }
    columns.add(new Column.Pairs<>("other_meters", row -> others(meters, units.apply(row))));
    return columns;
  }

  private static @Nullable Long whole(@Nullable BigDecimal units) {
    return units == null ? null : units.min(MAX).longValue();
  }

  private static @Nullable Map<String, String> others(
      Set<String> meters, Map<String, BigDecimal> units) {
    Map<String, String> others = new TreeMap<>();
    units.forEach(
        (meter, of) -> {
          if (!meters.contains(meter)) {
            others.put(meter, of.toPlainString());
          }
        });
    return others.isEmpty() ? null : others;
  }
}
