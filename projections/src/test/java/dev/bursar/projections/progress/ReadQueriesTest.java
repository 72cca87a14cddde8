package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.projections.TestServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReadQueriesTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private static Database database;

  @BeforeAll
  static void open() {
    database = Database.open(TestServer.fresh().withPoolSize(2));
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static int sleep(Handle handle, double seconds) {
    return handle
        .createQuery("select 1 from pg_sleep(:seconds)")
        .bind("seconds", seconds)
        .mapTo(int.class)
        .one();
  }

  private static void assertIsTooMuch(CompletableFuture<?> answer, String within) {
    assertThatThrownBy(() -> answer.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join())
        .cause()
        .isInstanceOfSatisfying(
            Unanswerable.class,
            each -> assertThat(each.reason()).isEqualTo(Unanswerable.Reason.TOO_MUCH))
        .hasMessageContaining("the %s seconds that it may".formatted(within));
  }

  /** That it takes too long is no fault of ours, and asked again it would be the same. */
  @Test
  void whatTheServerGivesUpOnIsToBeAskedOtherwise() {
    Duration timeout = Duration.ofSeconds(1);
    DatabaseTimeouts bounds =
        new DatabaseTimeouts(
            timeout, timeout, Duration.ZERO, Duration.ofSeconds(60), Duration.ofSeconds(4));
    try (Database impatient = Database.open(TestServer.fresh().withTimeouts(bounds));
        ReadQueries queries = new ReadQueries(impatient.jdbi(), LONG, 1, 1)) {
      assertIsTooMuch(queries.run(handle -> sleep(handle, 600)), "60");
    }
  }

  /** No statement is too long by itself, and together they are. */
  @Test
  void theDeadlineIsOfAllStatementsTogether() {
    try (ReadQueries queries = new ReadQueries(database.jdbi(), Duration.ofSeconds(1), 1, 10)) {
      int[] begun = new int[1];
      CountDownLatch left = new CountDownLatch(1);
      assertIsTooMuch(
          queries.run(
              handle -> {
                try {
                  for (int i = 0; i < 1_000; i++) {
                    begun[0]++;
                    sleep(handle, 0.3);
                  }
                  return 0;
                } finally {
                  left.countDown();
                }
              }),
          "1");
      assertThat(left).satisfies(each -> assertThat(each.await(60, TimeUnit.SECONDS)).isTrue());
      assertThat(begun[0]).isLessThan(10);
      // What comes next finds the thread and its connection free.
      assertThat(queries.run(handle -> sleep(handle, 0)).join()).isOne();
    }
  }

  @Test
  void whoseTurnDoesNotComeInTimeIsToAskAgain() {
    try (ReadQueries queries = new ReadQueries(database.jdbi(), LONG, 1, 10)) {
      CompletableFuture<Integer> before = queries.run(handle -> sleep(handle, 1_000));
      assertThatThrownBy(
              () ->
                  queries
                      .run(Deadline.after(Duration.ofMillis(200)), handle -> sleep(handle, 0))
                      .join())
          .hasCauseInstanceOf(RejectedExecutionException.class);
      before.cancel(true);
      assertThat(queries.run(handle -> sleep(handle, 0)).join()).isOne();
    }
  }

  /** Rows that come a few at a time are one statement that ends long after it has begun. */
  @Test
  void whatStreamsIsCutOffToo() {
    try (ReadQueries queries = new ReadQueries(database.jdbi(), Duration.ofSeconds(1), 1, 10)) {
      CountDownLatch left = new CountDownLatch(1);
      assertIsTooMuch(
          queries.run(
              handle ->
                  handle.inTransaction(
                      in -> {
                        try {
                          return in
                              .createQuery("select pg_sleep(0.01) from generate_series(1, 1e6)")
                              .setFetchSize(10)
                              .map((rs, context) -> 1)
                              .stream()
                              .mapToInt(each -> each)
                              .sum();
                        } finally {
                          left.countDown();
                        }
                      })),
          "1");
      assertThat(left).satisfies(each -> assertThat(each.await(60, TimeUnit.SECONDS)).isTrue());
      assertThat(queries.run(handle -> sleep(handle, 0)).join()).isOne();
    }
  }
}
