package dev.bursar.api.table;

import dev.bursar.api.csv.CsvRows;
import dev.bursar.api.json.JsonWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row's cells as text. */
final class Cells {

  private Cells() {}

  static <T> void csv(CsvRows csv, Column<T> column, T row) {
    switch (column) {
      case Column.Text<T> c -> csv.text(c.of().apply(row));
      case Column.Amount<T> c -> csv.amount(c.of().apply(row));
      case Column.Count<T> c -> csv.number(c.of().apply(row));
      case Column.Whole<T> c -> csv.amount(c.of().apply(row));
      case Column.Flag<T> c -> csv.flag(c.of().apply(row));
      case Column.Time<T> c -> csv.time(c.of().apply(row));
      case Column.Texts<T> c -> csv.text(array(c.of().apply(row)));
      case Column.Pairs<T> c -> csv.text(object(c.of().apply(row)));
      case Column.Units<T> c -> csv.text(units(c.of().apply(row)));
    }
  }

  static <T> void json(JsonWriter json, Column<T> column, T row) {
    switch (column) {
      case Column.Text<T> c -> json.field(c.name(), c.of().apply(row));
      case Column.Amount<T> c -> json.field(c.name(), plain(c.of().apply(row)));
      case Column.Count<T> c -> {
        Long count = c.of().apply(row);
        if (count != null) {
          json.field(c.name(), count.longValue());
        }
      }
      case Column.Whole<T> c -> json.whole(c.name(), c.of().apply(row));
      case Column.Flag<T> c -> {
        Boolean flag = c.of().apply(row);
        if (flag != null) {
          json.field(c.name(), flag.booleanValue());
        }
      }
      case Column.Time<T> c -> json.field(c.name(), c.of().apply(row));
      case Column.Texts<T> c -> {
        List<String> texts = c.of().apply(row);
        if (texts != null) {
          json.texts(c.name(), texts);
        }
      }
      case Column.Pairs<T> c -> {
        Map<String, String> pairs = c.of().apply(row);
        if (pairs != null) {
          json.pairs(c.name(), pairs);
        }
      }
      case Column.Units<T> c -> {
        Map<String, BigDecimal> units = c.of().apply(row);
        if (units != null) {
          json.object(c.name(), in -> units.forEach(in::whole));
        }
      }
    }
  }

  private static @Nullable String plain(@Nullable BigDecimal amount) {
    return amount == null ? null : amount.stripTrailingZeros().toPlainString();
  }

  static @Nullable String array(@Nullable List<String> texts) {
    return texts == null ? null : JsonWriter.array(texts);
  }

  static @Nullable String units(@Nullable Map<String, BigDecimal> units) {
    return units == null ? null : JsonWriter.text(json -> units.forEach(json::whole));
  }

  static @Nullable String object(@Nullable Map<String, String> pairs) {
    return pairs == null ? null : JsonWriter.text(json -> pairs.forEach(json::field));
  }
}
