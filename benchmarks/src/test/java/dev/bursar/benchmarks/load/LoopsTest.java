package dev.bursar.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LoopsTest {

  private static final LoadPlan PLAN =
      new LoadPlan(4, Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(30));

  private static final Operation GET =
      (connection, number) -> connection.call(Request.get("/" + number)).outcome();

  @Test
  void aClosedLoopCountsWhatIsAnswered() throws InterruptedException {
    try (TestServer server = new TestServer(exchange -> TestServer.answer(exchange, 200, "fine"))) {
      LoadResult result = ClosedLoop.run(server.endpoint(), PLAN, GET, elapsed -> {});
      assertThat(result.ok()).isPositive().isEqualTo(result.requests());
      assertThat(result.errors()).isEmpty();
      assertThat(result.errorLine()).isEmpty();
      assertThat(result.seconds()).isEqualTo(0.3);
      assertThat(result.rate()).isEqualTo(result.ok() / 0.3);
      assertThat(result.latency().max()).isGreaterThanOrEqualTo(result.latency().p50());
    }
  }

  @Test
  void anOpenLoopSendsExactlyWhatWasDueEachOnce() throws InterruptedException {
    Set<String> paths = ConcurrentHashMap.newKeySet();
    AtomicInteger requests = new AtomicInteger();
    try (TestServer server =
        new TestServer(
            exchange -> {
              requests.incrementAndGet();
              paths.add(exchange.getRequestURI().getPath());
              TestServer.answer(exchange, 200, "fine");
            })) {
      LoadResult result = OpenLoop.run(server.endpoint(), PLAN, 200, GET, elapsed -> {});
      assertThat(result.ok()).isEqualTo(60);
      assertThat(requests).hasValue(80);
      assertThat(paths).hasSize(80);
    }
  }

  @Test
  void errorsAreToldByKind() throws InterruptedException {
    try (TestServer server =
        new TestServer(
            exchange -> {
              int number = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
              TestServer.answer(exchange, number % 2 == 0 ? 429 : 503, "");
            })) {
      LoadResult result = OpenLoop.run(server.endpoint(), PLAN, 100, GET, elapsed -> {});
      assertThat(result.ok()).isZero();
      assertThat(result.errors())
          .containsEntry(Outcome.OVERLOADED, 15L)
          .containsEntry(Outcome.UNAVAILABLE, 15L);
      assertThat(result.errorLine()).isEqualTo("429: 15, 503: 15");
      assertThat(result.latency()).isEqualTo(Latency.NONE);
    }
  }

  @Test
  void aServerThatResetsIsCountedNotFatal() throws Exception {
    try (RudeServer server = new RudeServer(RudeServer::reset)) {
      LoadResult result = ClosedLoop.run(server.endpoint(), PLAN, GET, elapsed -> {});
      assertThat(result.errors()).containsOnlyKeys(Outcome.RESET);
    }
  }

  @Test
  void aFaultOfTheOperationIsNotHidden() {
    Operation broken =
        (connection, number) -> {
          throw new IllegalArgumentException("a bug");
        };
    assertThatIllegalStateException()
        .isThrownBy(() -> ClosedLoop.run(Endpoint.local(9), PLAN, broken, elapsed -> {}))
        .withMessageContaining("a bug");
  }
}
