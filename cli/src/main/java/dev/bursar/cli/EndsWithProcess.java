package dev.bursar.cli;

import dev.bursar.database.EmbeddedDatabase;
import org.jspecify.annotations.Nullable;

/** Stops a database if Ctrl-C ends the process while this is open: its server would go on. */
final class EndsWithProcess implements AutoCloseable {

  private final Thread hook;

  EndsWithProcess(@Nullable EmbeddedDatabase database) {
    hook =
        new Thread(
            () -> {
              if (database != null) {
                database.close();
              }
            },
            "database-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** From now on somebody else sees to it. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ended) {
      // The process is ending, and the hook runs.
    }
  }
}
