package dev.bursar.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DuckDB, which reads tables as those who are handed them would. */
public final class Duck implements AutoCloseable {

  private final Path directory;
  private final Connection connection;
  private int files;

  public Duck(Path directory) {
    this.directory = directory;
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
      execute("set timezone = 'UTC'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A view on a Parquet file with these bytes. */
  public void parquet(String view, byte[] bytes) {
    execute("create view %s as from read_parquet('%s')".formatted(view, file(bytes, ".parquet")));
  }

  /** A view on a CSV file with this text, all columns texts, empty ones null. */
  public void csv(String view, String text) {
    execute(
        "create view %s as from read_csv('%s', header = true, all_varchar = true)"
            .formatted(view, file(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), ".csv")));
  }

  private Path file(byte[] bytes, String ending) {
    try {
      return Files.write(directory.resolve("table-" + files++ + ending), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The rows, each with its cells as texts. */
  public List<List<@Nullable String>> rows(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rs = statement.executeQuery(sql)) {
      List<List<@Nullable String>> rows = new ArrayList<>();
      while (rs.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
          row.add(rs.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The one cell. */
  public @Nullable String one(String sql) {
    return rows(sql).getFirst().getFirst();
  }

  /** The types of the columns, by name. */
  public List<String> types(String view) {
    return rows("select column_name || ' ' || column_type from (describe %s)".formatted(view))
        .stream()
        .map(List::getFirst)
        .toList();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
