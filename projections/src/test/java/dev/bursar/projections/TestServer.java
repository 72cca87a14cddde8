package dev.bursar.projections;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.util.concurrent.atomic.AtomicInteger;

/** One quick server for all tests; each takes a fresh, migrated database. */
public final class TestServer {

  private static final EmbeddedDatabase SHARED = EmbeddedDatabase.temporary(false);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private TestServer() {}

  public static DatabaseSettings fresh() {
    return SHARED.freshMigrated();
  }

  /** A copy of a database that was fresh once; nobody may be connected to that one. */
  public static DatabaseSettings copyOf(DatabaseSettings original) {
    String url = original.jdbcUrl();
    return SHARED.freshDatabase(
        "test_" + COUNT.incrementAndGet(), url.substring(url.lastIndexOf('/') + 1));
  }

  /** The same database, as a superuser. */
  public static DatabaseSettings asSuperuser(DatabaseSettings settings) {
    return DatabaseSettings.of(settings.jdbcUrl(), "postgres", "");
  }
}
