package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.api.health.HealthRoutes.Readiness;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.Unanswerable.Reason;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** The server's own clock would only start when all of the body has come. */
  @Test
  void aLargeBodyIsAnsweredInTimeThoughNobodyReadsIt() {
    try (RunningApi silent = new RunningApi(false, "pekko.http.server.request-timeout = 1s")) {
      silent.keys.fallSilent();
      Answer answer =
          silent.send(
              "POST",
              "/v1/traces",
              silent.operator,
              "{\"resourceSpans\":[" + " ".repeat(3_000_000) + "]}");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
  }

  /** A ledger of millions is read from its first entry on. */
  @Test
  void aWalletMayTakeLongerToVerifyThanOtherRequestsMay() {
    try (RunningApi slow = new RunningApi(false, "pekko.http.server.request-timeout = 1s")) {
      CompletableFuture<Boolean> read = new CompletableFuture<>();
      slow.node.trouble(
          () -> {
            read.join();
            throw new Unanswerable(Reason.TOO_MUCH, "Too many entries.");
          });
      CompletableFuture<Answer> verified =
          CompletableFuture.supplyAsync(() -> slow.get("/v1/orgs/acme/wallets/main/verify"));
      for (int i = 0; i < 2; i++) {
        assertThat(slow.get("/v1/orgs/acme/wallets/main").code()).isEqualTo("timed_out");
      }
      read.complete(true);
      assertThat(verified.join().code()).isEqualTo("too_much");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_KEPT, not_kept, from",
    "TOO_MANY_ROWS, too_many_rows, ''",
    "TOO_MUCH, too_much, ''"
  })
  void whatCanNotBeAnsweredIsAProblemOfTheQuestion(Reason reason, String code, String field) {
    api.node.trouble(
        () -> {
          throw new Unanswerable(reason, "Ask otherwise.");
        });
    Answer answer = api.get("/v1/orgs/acme/usage?group_by=user");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.at("/field")).isEqualTo(field);
    assertThat(answer.at("/detail")).isEqualTo("Ask otherwise.");
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
