package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IdempotencyTest {

  private static RunningApi api;

  @BeforeAll
  static void start() {
    api = new RunningApi().withAcme();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static List<Answer> hundredTimes(String path, String body, String key) {
    List<HttpRequest> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      requests.add(
          api.request("POST", path, api.operator, RunningApi.json(body), "Idempotency-Key", key));
    }
    return api.all(requests);
  }

  private static void sameAnswer(List<Answer> answers) {
    assertThat(answers).extracting(Answer::status).containsOnly(answers.getFirst().status());
    assertThat(answers).extracting(Answer::body).containsOnly(answers.getFirst().body());
    assertThat(answers)
        .filteredOn(answer -> answer.header("Idempotency-Replayed").isEmpty())
        .hasSize(1);
  }

  @Test
  void aHundredTimesTheSameReservationIsOne() {
    List<Answer> answers =
        hundredTimes(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform'}",
            "hundred-1");
    sameAnswer(answers);
    assertThat(answers.getFirst().at("/decision")).isEqualTo("allow");
    sameAnswer(
        hundredTimes(
            "/v1/reservations/" + answers.getFirst().at("/reservation_id") + "/commit",
            "{'amount':'1'}",
            "hundred-1"));
    sameAnswer(
        hundredTimes(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'amount':'2','credit_type':'platform','commit':true}",
            "hundred-2"));
    sameAnswer(
        hundredTimes(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'amount':'9999','credit_type':'platform'}",
            "hundred-3"));
    sameAnswer(
        hundredTimes(
            "/v1/orgs/acme/wallets/main/grants",
            "{'credit_type':'platform','amount':'10','category':'paid'}",
            "hundred-4"));
    assertThat(api.get("/v1/orgs/acme/wallets/main").at("/balances/0/balance")).isEqualTo("507");
    assertThat(api.get("/v1/orgs/acme/wallets/main").at("/balances/0/held")).isEqualTo("0");
  }

  @Test
  void theOrderOfFieldsMakesNoDifferenceAndTheirValuesDo() {
    String path = "/v1/orgs/acme/users/u-1";
    Answer first = api.put(path, "{'name':'Ann','email':'a@acme.example'}", "Idempotency-Key", "k");
    Answer again =
        api.put(path, "{ 'email' : 'a@acme.example',\n'name':'Ann' }", "Idempotency-Key", "k");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.body()).isEqualTo(first.body());
    Answer other = api.put(path, "{'name':'Bob'}", "Idempotency-Key", "k");
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.code()).isEqualTo("idempotency_key_reused");
    assertThat(other.at("/field")).isEqualTo("Idempotency-Key");
    assertThat(
            api.put("/v1/orgs/acme/users/u-2", "{'name':'Bob'}", "Idempotency-Key", "k").status())
        .as("a key counts for the thing that it was used for")
        .isEqualTo(200);
  }

  /** As the clock of a client may be, and nobody could tell later whether it was used. */
  @Test
  void aKeyWhoseTimeIsTooFarAheadIsRefusedAndSaysWhatIsAccepted() {
    String body = "{'subject':{'org':'acme'},'amount':'9999','credit_type':'platform'}";
    Answer soon = api.post("/v1/reservations", body, "Idempotency-Key", uuidOf(5));
    assertThat(soon.at("/decision")).isEqualTo("deny");
    Answer ahead = api.post("/v1/reservations", body, "Idempotency-Key", uuidOf(3_600));
    assertThat(ahead.status()).isEqualTo(400);
    assertThat(ahead.code()).isEqualTo("invalid");
    assertThat(ahead.at("/field")).isEqualTo("Idempotency-Key");
    assertThat(ahead.at("/detail"))
        .startsWith("carries the time ")
        .contains(", in the future; up to ")
        .endsWith(" is accepted");
  }

  /** A UUID of version 7, made so many seconds from now. */
  private static String uuidOf(long seconds) {
    long millis = api.node.instant().plusSeconds(seconds).toEpochMilli();
    return "%08x-%04x-7000-8000-00000000abcd".formatted(millis >>> 16, millis & 0xffff);
  }

  @Test
  void aRetryOfADeletionIsTheDeletion() {
    api.put("/v1/orgs/acme/units/gone", "{'kind':'agent','name':'Gone'}");
    assertThat(api.delete("/v1/orgs/acme/units/gone", "Idempotency-Key", "d").status())
        .isEqualTo(204);
    Answer again = api.delete("/v1/orgs/acme/units/gone", "Idempotency-Key", "d");
    assertThat(again.status()).isEqualTo(204);
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
  }

  @Test
  void aRetryOfAGrantIsTheGrantAlsoWhenItHasEndedMeanwhile() {
    try (RunningApi fresh = new RunningApi().withAcme()) {
      String path = "/v1/orgs/acme/wallets/main/grants";
      String body =
          "{'credit_type':'platform','amount':'10','category':'paid','expires_at':'2026-03-05T00:00:00Z'}";
      Answer first = fresh.post(path, body, "Idempotency-Key", "short");
      assertThat(first.status()).isEqualTo(201);
      fresh.put("/v1/test_clock", "{'now':'2026-03-06T00:00:00Z'}");
      Answer again = fresh.post(path, body, "Idempotency-Key", "short");
      assertThat(again.status()).as(again.body()).isEqualTo(201);
      assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
      assertThat(again.at("/id")).isEqualTo(first.at("/id"));
      Answer late = fresh.post(path, body, "Idempotency-Key", "too late");
      assertThat(late.status()).isEqualTo(400);
      assertThat(late.at("/field")).isEqualTo("expires_at");
    }
  }

  @Test
  void withoutAKeyEveryRequestIsANewOne() {
    String body = "{'subject':{'org':'acme'},'amount':'0','credit_type':'platform'}";
    assertThat(api.post("/v1/reservations", body).at("/reservation_id"))
        .isNotEqualTo(api.post("/v1/reservations", body).at("/reservation_id"));
  }

  @Test
  void twentyAtOnceGetWhatThereIs() {
    try (RunningApi fresh = new RunningApi().withAcme()) {
      List<HttpRequest> requests = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        requests.add(
            fresh.request(
                "POST",
                "/v1/reservations",
                fresh.operator,
                RunningApi.json(
                    "{'subject':{'org':'acme'},'amount':'75','credit_type':'platform'}")));
      }
      assertThat(fresh.all(requests))
          .filteredOn(answer -> answer.at("/decision").equals("allow"))
          .hasSize(6);
    }
  }
}
