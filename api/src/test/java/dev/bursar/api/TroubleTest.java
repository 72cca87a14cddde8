package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.api.health.HealthRoutes.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TroubleTest {

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer[] some() {
    return new Answer[] {
      api.post(
          "/v1/reservations", "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform'}"),
      api.post("/v1/reservations/rsv_acme_main_abc/commit", "{'amount':'1'}"),
      api.get("/v1/reservations/rsv_acme_main_abc/explain"),
      api.get("/v1/orgs/acme"),
      api.get("/v1/orgs/acme/wallets/main"),
      api.delete("/v1/orgs/acme/budgets/b")
    };
  }

  @Test
  void whoHasTooMuchToDoSaysSo() {
    api.node.trouble(dev.bursar.domain.operation.Answer.Busy::new);
    for (Answer answer : some()) {
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.code()).isEqualTo("busy");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void whoDoesNotAnswerMayHaveDoneIt() {
    api.node.trouble(dev.bursar.domain.operation.Answer.Unreachable::new);
    for (Answer answer : some()) {
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.code()).isEqualTo("unreachable");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void aFaultOfOursTellsNothingButItsRequestId() {
    api.node.trouble(
        () -> {
          throw new IllegalStateException("secret details");
        });
    for (Answer answer : some()) {
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.code()).isEqualTo("internal");
      assertThat(answer.body()).doesNotContain("secret", "Exception");
      assertThat(answer.at("/request_id")).isEqualTo(answer.header("X-Request-Id"));
    }
  }

  @Test
  void readinessIsWhatTheProcessSays() {
    assertThat(api.send("GET", "/health/ready", null, null).status()).isEqualTo(200);
    api.readiness = new Readiness("the database");
    Answer waiting = api.send("GET", "/health/ready", null, null);
    assertThat(waiting.status()).isEqualTo(503);
    assertThat(waiting.at("/detail")).isEqualTo("waiting for the database");
    assertThat(api.send("GET", "/health/live", null, null).status()).isEqualTo(200);
  }

  @Test
  void metricsCountRoutesAndDecisions() {
    some();
    String metrics = api.send("GET", "/metrics", null, null).body();
    assertThat(metrics)
        .contains("bursar_decisions_total{decision=\"allow\"} 1.0")
        .contains(
            "bursar_http_requests_seconds_count{method=\"POST\",route=\"/v1/reservations\",status=\"200\"} 1");
  }

  @Test
  void withoutATestClockThereIsNone() {
    try (RunningApi real = new RunningApi(false)) {
      assertThat(real.get("/v1/test_clock").status()).isEqualTo(404);
      assertThat(real.put("/v1/test_clock", "{'now':'2027-01-01T00:00:00Z'}").status())
          .isEqualTo(404);
    }
  }
}
