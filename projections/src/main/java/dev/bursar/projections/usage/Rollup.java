package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import java.math.BigDecimal;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Sums over one length of time: {@code usage_hour} or {@code usage_day}, and its meters. */
enum Rollup {
  HOUR("hour", "timestamptz 'epoch' + at * interval '1 hour'"),
  DAY("day", "date '1970-01-01' + cast(at as integer)");

  private static final String ADD =
      """
      insert into usage_%1$s as u (org, %1$s, group_id, credits, requests, denied)
      select org, %2$s, group_id, credits, requests, denied
      from unnest(cast(:orgs as text[]), :ats, :groups, cast(:credits as numeric[]), :requests,
        :denied) as n (org, at, group_id, credits, requests, denied)
      on conflict (org, %1$s, group_id) do update set
        credits = u.credits + excluded.credits, requests = u.requests + excluded.requests,
        denied = u.denied + excluded.denied
      """;
  private static final String ADD_METERS =
      """
      insert into usage_%1$s_meter as u (org, %1$s, group_id, meter, units)
      select org, %2$s, group_id, meter, units
      from unnest(cast(:orgs as text[]), :ats, :groups, cast(:meters as text[]),
        cast(:units as numeric[])) as n (org, at, group_id, meter, units)
      on conflict (org, %1$s, group_id, meter) do update set units = u.units + excluded.units
      """;

  /** What was withdrawn leaves no row behind. */
  private static final String CLEAR =
      """
      delete from usage_%1$s u
      using unnest(cast(:orgs as text[]), :ats, :groups) as n (org, at, group_id)
      where u.org = n.org and u.%1$s = %2$s and u.group_id = n.group_id
        and u.requests = 0 and u.denied = 0
      """;

  private record Units(Slot slot, String meter, BigDecimal units) {}

  private final String add;
  private final String addMeters;
  private final String clear;

  Rollup(String column, String time) {
    this.add = ADD.formatted(column, time);
    this.addMeters = ADD_METERS.formatted(column, time);
    this.clear = CLEAR.formatted(column, time);
  }

  /**
   * Adds these to the sums.
   *
   * @param changes by slot, sorted, so that nobody deadlocks
   */
  void add(Handle handle, SortedMap<Slot, Usage> changes) {
    SumRows<Slot> rows = SumRows.of(changes);
    if (rows.isEmpty()) {
      return;
    }
    try (Update update = handle.createUpdate(add)) {
      slots(update, rows.keys(), Function.identity());
      rows.bindFigures(update);
      update.execute();
    }
    List<Units> units =
        rows.rows().stream()
            .flatMap(
                row ->
                    new TreeMap<>(row.getValue().meters())
                        .entrySet().stream()
                            .map(each -> new Units(row.getKey(), each.getKey(), each.getValue())))
            .toList();
    if (!units.isEmpty()) {
      try (Update update = handle.createUpdate(addMeters)) {
        slots(update, units, Units::slot);
        array(update, "meters", String.class, units, Units::meter);
        array(update, "units", String.class, units, each -> each.units().toString());
        update.execute();
      }
    }
    List<Slot> less = rows.perhapsCleared();
    if (!less.isEmpty()) {
      try (Update update = handle.createUpdate(clear)) {
        slots(update, less, Function.identity());
        update.execute();
      }
    }
  }

  private static <R> void slots(Update update, List<R> rows, Function<R, Slot> slot) {
    array(update, "orgs", String.class, rows, row -> slot.apply(row).org());
    array(update, "ats", Long.class, rows, row -> slot.apply(row).at());
    array(update, "groups", UUID.class, rows, row -> slot.apply(row).group());
  }
}
