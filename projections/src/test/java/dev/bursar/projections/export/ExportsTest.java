package dev.bursar.projections.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.export.TooManyExports;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.projections.TestServer;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.FreshWaits;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.RangeProgress;
import dev.bursar.projections.progress.ReadQueries;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exports that are under way at once, on a real database. */
class ExportsTest {

  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final int SECONDS_MAX = 60;

  private static Database database;
  private static Database watching;
  private static ActorSystem<Void> system;
  private static Progress progress;

  @BeforeAll
  static void start() {
    DatabaseSettings settings = TestServer.fresh();
    database = Database.open(settings.withPoolSize(2).withApplicationName("exports-of-a-test"));
    watching = Database.open(settings.withPoolSize(1));
    system = ActorSystem.create(Behaviors.empty(), "exports");
    progress =
        new Progress(
            system,
            watching.jdbi(),
            SliceRange.divide(2).stream().map(RangeProgress::new).toList(),
            InstantSource.fixed(Instant.parse("2026-03-02T12:00:00Z")),
            Duration.ofSeconds(1),
            new FreshWaits(new SimpleMeterRegistry(), FreshWaits.For.READ_MODELS),
            Runnable::run);
  }

  @AfterAll
  static void close() {
    system.terminate();
    await(system.getWhenTerminated());
    database.close();
    watching.close();
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(SECONDS_MAX, TimeUnit.SECONDS).join();
  }

  private static Exports exports(ReadQueries queries, Duration idleMax) {
    return new Exports(queries, progress, 2, idleMax);
  }

  private static ReadQueries queries(Duration timeout) {
    return new ReadQueries(database.jdbi(), timeout, 2, 10);
  }

  private static List<String> sleep(Handle handle, double seconds) {
    return handle
        .createQuery("select 'slept' from pg_sleep(:seconds)")
        .bind("seconds", seconds)
        .mapTo(String.class)
        .list();
  }

  /** Parts that take so long each. */
  private static Parts<String> parts(int count, double seconds) {
    AtomicInteger left = new AtomicInteger(count);
    return handle ->
        left.getAndDecrement() > 0 ? Optional.of(sleep(handle, seconds)) : Optional.empty();
  }

  private static long sleeping() {
    return watching
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select count(*) from pg_stat_activity
                        where application_name = 'exports-of-a-test' and state = 'active'
                        """)
                    .mapTo(Long.class)
                    .one());
  }

  private static void untilNobodySleeps() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    while (sleeping() > 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      never.await(10, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void allPartsComeAndThePlaceIsFree() {
    try (ReadQueries queries = queries(FOR_EVER)) {
      Exports exports = exports(queries, FOR_EVER);
      for (int i = 0; i < 5; i++) {
        Export<String> export = await(exports.begin("acme", false, parts(3, 0)));
        assertThat(export.freshness().lagMs()).isZero();
        for (int part = 0; part < 3; part++) {
          assertThat(await(export.next())).contains(List.of("slept"));
        }
        assertThat(exports.underWay()).isOne();
        assertThat(await(export.next())).isEmpty();
        assertThat(exports.underWay()).isZero();
      }
      assertThat(await(await(exports.begin("acme", false, parts(0, 0))).next())).isEmpty();
    }
  }

  @Test
  void oneMoreThanMayBeIsRefused() {
    try (ReadQueries queries = queries(FOR_EVER)) {
      Exports exports = exports(queries, FOR_EVER);
      Export<String> one = await(exports.begin("acme", false, parts(3, 0)));
      Export<String> two = await(exports.begin("other", false, parts(3, 0)));
      assertThatThrownBy(() -> await(exports.begin("third", false, parts(3, 0))))
          .hasCauseInstanceOf(TooManyExports.class);
      one.close();
      one.close();
      Export<String> third = await(exports.begin("third", false, parts(3, 0)));
      assertThatThrownBy(() -> await(one.next())).isNotNull();
      assertThat(await(two.next())).isPresent();
      assertThat(await(third.next())).isPresent();
      assertThat(exports.underWay()).isEqualTo(2);
    }
  }

  /** Somebody who has left before anything was sent can't say so. */
  @Test
  void whoTakesNothingMakesRoom() {
    try (ReadQueries queries = queries(FOR_EVER)) {
      Exports exports = exports(queries, Duration.ZERO);
      Export<String> one = await(exports.begin("acme", false, parts(3, 0)));
      Export<String> two = await(exports.begin("other", false, parts(3, 0)));
      Export<String> third = await(exports.begin("third", false, parts(3, 0)));
      assertThatThrownBy(() -> await(one.next())).isNotNull();
      assertThat(await(two.next())).isPresent();
      assertThat(await(third.next())).isPresent();
    }
  }

  @Test
  void whoReadsIsNotIdle() {
    try (ReadQueries queries = queries(FOR_EVER)) {
      Exports exports = exports(queries, Duration.ZERO);
      AtomicInteger calls = new AtomicInteger();
      Parts<String> slowAtSecond =
          handle -> Optional.of(sleep(handle, calls.getAndIncrement() == 0 ? 0 : SECONDS_MAX));
      Export<String> one = await(exports.begin("acme", false, slowAtSecond));
      await(one.next());
      CompletionStage<?> reading = one.next();
      Export<String> two = await(exports.begin("other", false, parts(3, 0)));
      Export<String> third = await(exports.begin("third", false, parts(3, 0)));
      assertThat(reading.toCompletableFuture()).isNotDone();
      assertThat(await(third.next())).isPresent();
      assertThatThrownBy(() -> await(two.next())).isNotNull();
      one.close();
    }
  }

  @Test
  void whoGoesAwayFreesTheConnectionAtOnce() throws InterruptedException {
    try (ReadQueries queries = queries(FOR_EVER)) {
      Exports exports = exports(queries, FOR_EVER);
      AtomicInteger calls = new AtomicInteger();
      Parts<String> slow =
          handle -> {
            calls.incrementAndGet();
            sleep(handle, calls.get() == 1 ? 0 : 1_000);
            return Optional.of(sleep(handle, calls.get() == 1 ? 0 : 1_000));
          };
      Export<String> export = await(exports.begin("acme", false, slow));
      await(export.next());
      CompletionStage<?> next = export.next();
      export.close();
      assertThatThrownBy(() -> await(next)).isNotNull();
      untilNobodySleeps();
      // The connections are as good as before.
      Export<String> another = await(exports.begin("acme", false, parts(2, 0)));
      assertThat(await(another.next())).isPresent();
    }
  }

  /** The whole may take as long as it has parts. */
  @Test
  void theDeadlineIsOfEachPart() {
    try (ReadQueries queries = queries(Duration.ofSeconds(2))) {
      Exports exports = exports(queries, FOR_EVER);
      Export<String> export = await(exports.begin("acme", false, parts(5, 0.6)));
      long since = System.nanoTime();
      int parts = 0;
      while (await(export.next()).isPresent()) {
        parts++;
      }
      assertThat(parts).isEqualTo(5);
      assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThan(Duration.ofSeconds(2));
      assertThatThrownBy(() -> await(exports.begin("acme", false, parts(1, SECONDS_MAX))))
          .hasCauseInstanceOf(Unanswerable.class);
      assertThat(exports.underWay()).isZero();
    }
  }
}
