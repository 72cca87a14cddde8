package dev.bursar.database;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A process that opens the data directory of its first argument, commits a row, says so, and stays.
 */
final class HoldingNode {

  private HoldingNode() {}

  public static void main(String[] args) throws InterruptedException {
    EmbeddedDatabase embedded = EmbeddedDatabase.open(Path.of(args[0]));
    try (Database database = Database.open(embedded.settings())) {
      database
          .jdbi()
          .useHandle(
              handle -> {
                handle.execute("create table if not exists kept (value int)");
                handle.execute("insert into kept values (42)");
              });
      System.out.println("holding " + embedded.pid());
      new CountDownLatch(1).await();
    }
  }
}
