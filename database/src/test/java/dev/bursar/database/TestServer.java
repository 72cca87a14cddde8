package dev.bursar.database;

import java.util.concurrent.atomic.AtomicInteger;

/** One quick server for all tests that only want a database; each takes a fresh one. */
final class TestServer {

  static final EmbeddedDatabase SHARED = EmbeddedDatabase.temporary(false);

  private static final AtomicInteger COUNT = new AtomicInteger();

  private TestServer() {}

  static DatabaseSettings fresh() {
    return SHARED.freshDatabase("test_" + COUNT.incrementAndGet());
  }
}
