package dev.bursar.database;

import java.io.Serial;

/**
 * A database that can't be used: not reachable, not migratable, or its data directory is taken or
 * unfit. The message is one line, made for the person who started the program.
 */
public final class DatabaseUnusable extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  public DatabaseUnusable(String message) {
    super(oneLine(message));
  }

  DatabaseUnusable(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** The message of the innermost cause, which in JDBC is the one that says something. */
  static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    if (message != null && message.contains("targetServerType")) {
      return "it is a standby, or takes no writes; what is there is read and written at its primary";
    }
    return message == null ? root.getClass().getSimpleName() : message;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
