package dev.bursar.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageWatchTest {

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to be").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void tellsOfADatabaseThatIsAwayUntilItIsBack(@TempDir Path directory) {
    EmbeddedDatabase postgres = EmbeddedDatabase.open(directory);
    DatabaseSettings settings = postgres.settings();
    try (StorageWatch watch =
        StorageWatch.start(settings, Duration.ofMillis(20), Duration.ofSeconds(2))) {
      assertThat(watch.away()).isEmpty();
      postgres.close();
      until(() -> watch.away().isPresent());
      assertThat(watch.away())
          .hasValueSatisfying(silence -> assertThat(silence).isGreaterThan(Duration.ofSeconds(2)));
    }
  }
}
