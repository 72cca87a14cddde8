package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.org.JdbcOrgQueries;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.FreshWaits;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.RangeProgress;
import dev.bursar.projections.progress.ReadQueries;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Reads on a node that projects nothing itself, with a single connection: how new the tables are is
 * asked over the connection that the read holds. Who waited for a second one while it holds one
 * would wait for ever, if all did at once.
 */
class OneConnectionTest {

  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");

  private static Database database;
  private static ActorSystem<Void> system;
  private static ReadQueries queries;
  private static Progress progress;

  @BeforeAll
  static void start() {
    DatabaseSettings settings = TestServer.fresh();
    database = Database.open(settings.withPoolSize(1));
    system = ActorSystem.create(Behaviors.empty(), "one-connection");
    queries = new ReadQueries(database.jdbi(), Duration.ofSeconds(5), 1, 1);
    progress =
        new Progress(
            system,
            database.jdbi(),
            SliceRange.divide(2).stream().map(RangeProgress::new).toList(),
            InstantSource.fixed(NOW),
            Duration.ofSeconds(1),
            new FreshWaits(new SimpleMeterRegistry(), FreshWaits.For.READ_MODELS),
            Runnable::run);
  }

  @AfterAll
  static void close() {
    queries.close();
    system.terminate();
    ReadSide.await(system.getWhenTerminated());
    database.close();
  }

  @Test
  void aReadOfAnOrgTellsHowNewItIs() {
    Instant asOf =
        ReadSide.await(
            new FreshReads(queries, progress)
                .read("acme", handle -> "rows", (rows, freshness) -> freshness.asOf()));
    assertThat(asOf).isEqualTo(NOW);
  }

  @Test
  void aReadOfAllOrgsTellsHowNewItIs() {
    assertThat(ReadSide.await(new JdbcOrgQueries(queries, progress).page(null, 10)).asOf())
        .isEqualTo(NOW);
  }

  @Test
  void whoHoldsNoneTakesTheOne() {
    assertThat(progress.of("acme").asOf()).isEqualTo(NOW);
    assertThat(progress.ofAll().asOf()).isEqualTo(NOW);
  }
}
