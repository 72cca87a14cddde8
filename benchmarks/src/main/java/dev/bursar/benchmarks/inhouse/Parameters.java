package dev.bursar.benchmarks.inhouse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Fills the parameters of a statement, first to last. */
final class Parameters {

  private final Connection connection;
  private final PreparedStatement statement;
  private int index;

  Parameters(Connection connection, PreparedStatement statement) {
    this.connection = connection;
    this.statement = statement;
  }

  Parameters add(long value) throws SQLException {
    statement.setLong(++index, value);
    return this;
  }

  Parameters add(@Nullable String value) throws SQLException {
    statement.setString(++index, value);
    return this;
  }

  Parameters add(byte[] value) throws SQLException {
    statement.setBytes(++index, value);
    return this;
  }

  Parameters add(Instant value) throws SQLException {
    statement.setObject(++index, Writes.time(value));
    return this;
  }

  <T> Parameters addLongs(List<T> values, ToLongFunction<T> field) throws SQLException {
    Long[] longs = new Long[values.size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = field.applyAsLong(values.get(i));
    }
    statement.setArray(++index, connection.createArrayOf("bigint", longs));
    return this;
  }

  <T> Parameters addArray(String type, List<T> values, Function<T, @Nullable Object> field)
      throws SQLException {
    Object[] objects = new Object[values.size()];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = field.apply(values.get(i));
    }
    statement.setArray(++index, connection.createArrayOf(type, objects));
    return this;
  }
}
