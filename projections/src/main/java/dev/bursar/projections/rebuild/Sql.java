package dev.bursar.projections.rebuild;

import java.sql.SQLException;
import java.sql.Statement;
import org.jdbi.v3.core.Handle;

/** Statements that are put together from names and definitions. */
final class Sql {

  private Sql() {}

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quoted(String schema, String name) {
    return quoted(schema) + '.' + quoted(name);
  }

  /** Runs a statement as it is: colons and question marks in a definition are no parameters. */
  static void run(Handle handle, String statement) {
    try (Statement plain = handle.getConnection().createStatement()) {
      plain.execute(statement);
    } catch (SQLException e) {
      throw new RebuildFailure(message(statement, e), e);
    }
  }

  private static String message(String statement, SQLException e) {
    String first = statement.lines().findFirst().orElse("");
    String reason = String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    return "PostgreSQL refuses \"%s\": %s".formatted(first, reason);
  }
}
