package dev.bursar.projections.copy;

import java.util.Collection;
import java.util.function.Function;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows for {@code unnest}: one array for each column. */
public final class ColumnArrays {

  private ColumnArrays() {}

  /**
   * Binds a column of these rows.
   *
   * @param type of the column's values, which may be null
   */
  public static <R, T> void array(
      SqlStatement<?> statement,
      String name,
      Class<T> type,
      Collection<R> rows,
      Function<? super R, ? extends @Nullable T> column) {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    int next = 0;
    for (R row : rows) {
      values[next++] = column.apply(row);
    }
    statement.bindArray(name, type, values);
  }
}
