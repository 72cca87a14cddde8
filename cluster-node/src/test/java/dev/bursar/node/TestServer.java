package dev.bursar.node;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;

/** One quick server for all tests; each takes a fresh, migrated database. */
public final class TestServer {

  private static final EmbeddedDatabase SHARED = EmbeddedDatabase.temporary(false);

  private TestServer() {}

  public static DatabaseSettings fresh() {
    return SHARED.freshMigrated();
  }
}
