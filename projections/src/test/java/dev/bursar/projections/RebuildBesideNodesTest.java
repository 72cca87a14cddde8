package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.projections.rebuild.RebuildFailure;
import dev.bursar.projections.rebuild.RebuildReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Read models are made anew while nodes go on, and nobody is stopped by it. */
class RebuildBesideNodesTest {

  private static final int ROUNDS = 20;
  private static final int ROUNDS_AT_THE_END = 5;

  /** Those that run for long keep nobody else from running. */
  private static final Executor OWN_THREAD = task -> Thread.ofPlatform().daemon().start(task);

  private final Rebuilds rebuilds = new Rebuilds();

  @AfterEach
  void close() {
    rebuilds.close();
  }

  @Test
  void goesOnWhileMoreIsProjected() {
    AtomicBoolean done = new AtomicBoolean();
    try (ReadSide readSide = rebuilds.readSide()) {
      List<OrgWorld> orgs = rebuilds.world.orgs(5, 40);
      readSide.caughtUp();
      // Each rebuild follows so much more, and no more: on a machine that makes nothing anew as
      // fast
      // as it is written it would follow for ever.
      Semaphore rounds = new Semaphore(0);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  if (isGiven(rounds)) {
                    orgs.forEach(org -> org.live(3, Duration.ofSeconds(1)));
                    rebuilds.world.journal.flush();
                    readSide.caughtUp();
                  }
                }
              },
              OWN_THREAD);
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(() -> readUntil(done), OWN_THREAD);
      try {
        for (int i = 0; i < 3; i++) {
          long before = rebuilds.oid("ledger_entry");
          rounds.release(ROUNDS);
          AtomicInteger last = new AtomicInteger(ROUNDS_AT_THE_END);
          rebuilds
              .with(
                  progress -> {
                    if (progress.stage().startsWith("taking") && last.getAndDecrement() > 0) {
                      rounds.release();
                    }
                  })
              .run(true);
          assertThat(rebuilds.oid("ledger_entry")).isNotEqualTo(before);
        }
      } finally {
        done.set(true);
        writer.join();
        reader.join();
      }
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      rebuilds.world.assertFold();
    }
  }

  private static boolean isGiven(Semaphore rounds) {
    try {
      return rounds.tryAcquire(10, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Reads of all tables are answered, also by plans that were made for the old ones. */
  private void readUntil(AtomicBoolean done) {
    rebuilds.world.jdbi.useHandle(
        handle -> {
          long rows = 0;
          while (!done.get()) {
            for (String table : rebuilds.tables()) {
              long now =
                  handle.createQuery("select count(*) from " + table).mapTo(Long.class).one();
              if (table.equals("ledger_entry")) {
                assertThat(now).isGreaterThanOrEqualTo(rows);
                rows = now;
              }
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select count(*) from ledger_entry",
        // By which readers hold off an exchange before they read anything.
        "lock table read_gate in access share mode"
      })
  void waitsForALongReaderAndLetsTheOthersGoOn(String reads) throws InterruptedException {
    try (ReadSide readSide = rebuilds.readSide()) {
      List<OrgWorld> orgs = rebuilds.world.orgs(2, 30);
      readSide.caughtUp();
      AtomicReference<String> waiting = new AtomicReference<>();
      CountDownLatch waited = new CountDownLatch(2);
      long before = rebuilds.oid("ledger_entry");
      CompletableFuture<RebuildReport> running;
      // An idle transaction of a node would be ended by its timeouts.
      try (Database patient =
              Database.open(
                  rebuilds
                      .world
                      .settings
                      .withTimeouts(DatabaseTimeouts.LONG_RUNNING)
                      .withPoolSize(1));
          Handle reader = patient.jdbi().open()) {
        reader.begin();
        reader.execute(reads);
        running =
            CompletableFuture.supplyAsync(
                () ->
                    rebuilds
                        .with(
                            progress -> {
                              if (progress.stage().startsWith("waiting")) {
                                waiting.set(progress.stage());
                                waited.countDown();
                              }
                            })
                        .run(false));
        running.whenComplete(
            (report, failure) -> {
              waited.countDown();
              waited.countDown();
            });
        waited.await();
        rebuilds.world.live(orgs, 10);
        readSide.caughtUp();
        assertThat(rebuilds.oid("ledger_entry")).isEqualTo(before);
        reader.commit();
      }
      assertThat(running.join().tries()).isGreaterThan(2);
      assertThat(waiting.get()).contains("somebody reads the old tables: pid ").contains("bursar");
      assertThat(rebuilds.oid("ledger_entry")).isNotEqualTo(before);
      rebuilds.world.live(orgs, 10);
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      rebuilds.world.assertFold();
    }
  }

  @Test
  void aRebuildThatIsKilledChangesNothingAndIsClearedAwayByTheNext() {
    try (ReadSide readSide = rebuilds.readSide()) {
      rebuilds.world.orgs(3, 60);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = rebuilds.contents();
    long oid = rebuilds.oid("ledger_entry");

    assertThatThrownBy(() -> rebuilds.interrupted(this::killRebuild).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageNotContaining("\n");
    assertThat(rebuilds.isCleared()).isFalse();
    assertThat(rebuilds.contents()).isEqualTo(before);
    assertThat(rebuilds.oid("ledger_entry")).isEqualTo(oid);

    rebuilds.with(progress -> {}).run(true);
    assertThat(rebuilds.isCleared()).isTrue();
    assertThat(rebuilds.contents()).isEqualTo(before);
  }

  private void killRebuild() {
    rebuilds.world.jdbi.useHandle(
        handle ->
            handle.execute(
                """
                select pg_terminate_backend(pid, 5000) from pg_stat_activity
                where application_name = 'bursar-rebuild' and datname = current_database()
                """));
  }

  @Test
  void thereIsOneAtATime() {
    rebuilds.world.orgs(1, 5);
    AtomicReference<Throwable> second = new AtomicReference<>();
    rebuilds
        .interrupted(
            () -> {
              try {
                rebuilds.with(other -> {}).run(false);
              } catch (RuntimeException e) {
                second.set(e);
              }
            })
        .run(false);
    assertThat(second.get())
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("Another rebuild works on this database");
  }
}
