package dev.bursar.api.table;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One column of a table: its name, and what it holds of each row. Where a row has nothing for it,
 * the cell is empty in CSV, null in Parquet, and left out in JSON.
 *
 * @param <T> the rows
 */
public sealed interface Column<T> {

  /** The name, the same in all formats. */
  String name();

  /** A text. Parquet has it as a string. */
  record Text<T>(String name, Function<T, @Nullable String> of) implements Column<T> {}

  /**
   * An exact amount with at most six decimals and 32 digits before them. JSON has it as a decimal
   * string, Parquet as decimal(38, 6).
   */
  record Amount<T>(String name, Function<T, @Nullable BigDecimal> of) implements Column<T> {}

  /** A whole number; Parquet has it as a 64-bit integer. */
  record Count<T>(String name, Function<T, @Nullable Long> of) implements Column<T> {}

  /** A whole number of at most 38 digits; Parquet has it as decimal(38, 0). */
  record Whole<T>(String name, Function<T, @Nullable BigDecimal> of) implements Column<T> {}

  /** True or false. */
  record Flag<T>(String name, Function<T, @Nullable Boolean> of) implements Column<T> {}

  /** A time, exact to a microsecond. Parquet has it as a timestamp in UTC. */
  record Time<T>(String name, Function<T, @Nullable Instant> of) implements Column<T> {}

  /** Texts in order. CSV has them as a JSON array, Parquet as a list of strings. */
  record Texts<T>(String name, Function<T, @Nullable List<String>> of) implements Column<T> {}

  /**
   * Texts by key. CSV and Parquet have them as a JSON object, Parquet with the type that says so.
   */
  record Pairs<T>(String name, Function<T, @Nullable Map<String, String>> of)
      implements Column<T> {}

  /** Whole numbers by key. CSV and Parquet have them as a JSON object, as {@link Pairs} are. */
  record Units<T>(String name, Function<T, @Nullable Map<String, BigDecimal>> of)
      implements Column<T> {}
}
