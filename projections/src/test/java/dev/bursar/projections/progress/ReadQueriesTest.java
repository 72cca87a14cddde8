package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.projections.TestServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadQueriesTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final DatabaseTimeouts TIMEOUTS =
      new DatabaseTimeouts(
          TIMEOUT, TIMEOUT, Duration.ZERO, Duration.ofSeconds(60), Duration.ofSeconds(4));

  /** That is no fault of ours, and asked again it would be the same. */
  @Test
  void whatTheServerGivesUpOnIsToBeAskedOtherwise() {
    try (Database database = Database.open(TestServer.fresh().withTimeouts(TIMEOUTS));
        ReadQueries queries = new ReadQueries(database.jdbi(), TIMEOUT, 1, 1)) {
      assertThatThrownBy(
              () ->
                  queries
                      .run(
                          handle ->
                              handle
                                  .createQuery("select 1 from pg_sleep(60)")
                                  .mapTo(int.class)
                                  .one())
                      .toCompletableFuture()
                      .join())
          .cause()
          .isInstanceOfSatisfying(
              Unanswerable.class,
              each -> assertThat(each.reason()).isEqualTo(Unanswerable.Reason.TOO_MUCH))
          .hasMessageContaining("the 1 seconds that it may");
    }
  }
}
