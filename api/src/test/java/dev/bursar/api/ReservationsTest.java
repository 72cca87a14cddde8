package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReservationsTest {

  private static final String BY_AMOUNT =
      "{'subject':{'org':'acme','team':'analytics','user':'u-17'},'amount':'%s','credit_type':'platform'%s}";

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer reserve(String amount, String more) {
    return api.post("/v1/reservations", BY_AMOUNT.formatted(amount, more));
  }

  private Answer open(String amount) {
    return reserve(amount, "");
  }

  private static String path(Answer reservation, String more) {
    return "/v1/reservations/" + reservation.at("/reservation_id") + more;
  }

  @Test
  void anAllowedReservationTellsBalanceAndLimits() {
    api.put(
        "/v1/orgs/acme/budgets/b-team",
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':400}");
    api.put(
        "/v1/orgs/acme/budgets/b-org",
        "{'scope':{'type':'org'},'measure':'platform','window':'lifetime','limit':'10000'}");
    Answer answer = open("12.5");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.at("/decision")).isEqualTo("allow");
    assertThat(answer.at("/status")).isEqualTo("open");
    assertThat(answer.at("/expires_at")).isEqualTo("2026-03-02T10:05:00Z");
    assertThat(answer.json().at("/balance").toString())
        .isEqualTo(
            "{\"balance\":\"500\",\"held\":\"12.5\",\"available\":\"487.5\",\"debt\":\"0\"}");
    assertThat(answer.at("/limits/0/budget")).isEqualTo("b-team");
    assertThat(answer.at("/limits/0/remaining")).isEqualTo("387.5");
    assertThat(answer.at("/limits/1/budget")).isEqualTo("b-org");
    assertThat(answer.json().at("/limits/1").has("resets_at"))
        .as("lifetime never resets")
        .isFalse();
  }

  @Test
  void aDenialIsAnAnswerAndNamesAllThatStandsInTheWay() {
    api.put(
        "/v1/orgs/acme/budgets/b-user",
        "{'scope':{'type':'user','id':'u-17'},'measure':'platform','window':'day','limit':'10'}");
    Answer answer = open("600");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.at("/decision")).isEqualTo("deny");
    assertThat(answer.at("/denials/0/code")).isEqualTo("budget_exceeded");
    assertThat(answer.at("/denials/0/limit")).isEqualTo("10");
    assertThat(answer.at("/denials/1/code")).isEqualTo("insufficient_credits");
    assertThat(answer.at("/denials/1/available")).isEqualTo("500");
    assertThat(api.get(path(answer, "")).at("/status")).isEqualTo("denied");
    Answer explained = api.get(path(answer, "/explain"));
    assertThat(explained.json().at("/steps").findValuesAsText("step"))
        .containsExactly("price", "org_limits", "team_limits", "credits");
  }

  @Test
  void usageIsPricedByTheCatalog() {
    Answer answer =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'model':'gpt-5','usage':{'input_tokens':1200,'output_tokens':800}}");
    assertThat(answer.at("/amount")).isEqualTo("4.4");
    assertThat(api.post(path(answer, "/commit"), "{'usage':{'input_tokens':100}}").at("/amount"))
        .isEqualTo("0.1");
    Answer unpriced =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'model':'other','usage':{'input_tokens':1}}");
    assertThat(unpriced.at("/denials/0/code")).isEqualTo("no_rate");
  }

  @Test
  void tiersAndFormulasAreExplained() {
    Answer tiered =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'model':'tiered','usage':{'input_tokens':12,'output_tokens':1}}");
    assertThat(tiered.at("/amount")).isEqualTo("6.5");
    Answer explained = api.get(path(tiered, "/explain"));
    assertThat(explained.json().at("/steps/0/rates")).hasToString("{\"output_tokens\":\"1\"}");
    assertThat(explained.json().at("/steps/0/tiers/input_tokens"))
        .hasToString(
            "{\"kind\":\"graduated\",\"steps\":[{\"up_to\":10,\"rate\":\"0.5\"},{\"rate\":\"0.25\"}]}");
    assertThat(api.post(path(tiered, "/commit"), "{'usage':{'input_tokens':2}}").at("/amount"))
        .as("a commit is priced by its own units")
        .isEqualTo("1");
    Answer formula =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'model':'formula','usage':{'input_tokens':3}}");
    assertThat(formula.at("/amount")).isEqualTo("6");
    assertThat(api.get(path(formula, "/explain")).at("/steps/0/formula"))
        .isEqualTo("input_tokens * 2");
  }

  @Test
  void aCommitChargesWhatItCameTo() {
    Answer reserved = open("12.5");
    Answer committed = api.post(path(reserved, "/commit"), "{'amount':'7.25'}");
    assertThat(committed.at("/status")).isEqualTo("committed");
    assertThat(committed.at("/amount")).isEqualTo("7.25");
    assertThat(committed.at("/released")).isEqualTo("5.25");
    assertThat(committed.at("/entries/0/amount")).isEqualTo("-7.25");
    assertThat(api.get(path(reserved, "")).body()).isEqualTo(committed.body());
    Answer again = api.post(path(reserved, "/commit"), "{'amount':'7.25'}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.code()).isEqualTo("reservation_finalized");
  }

  @Test
  void aOneShotIsDecidedAndChargedInOneCall() {
    Answer answer = reserve("12.5", ",'commit':true");
    assertThat(answer.at("/decision")).isEqualTo("allow");
    assertThat(answer.at("/status")).isEqualTo("committed");
    assertThat(answer.at("/released")).isEqualTo("0");
    assertThat(answer.at("/debt")).isEqualTo("0");
    assertThat(answer.at("/entries/0/balance")).isEqualTo("487.5");
  }

  @Test
  void aDryRunChangesNothing() {
    long before = api.node.events();
    assertThat(reserve("12.5", ",'dry_run':true").at("/status")).isEqualTo("dry_run");
    assertThat(reserve("600", ",'dry_run':true").at("/decision")).isEqualTo("deny");
    assertThat(api.node.events()).isEqualTo(before);
  }

  @Test
  void releaseGivesBackAndTakesNoBody() {
    Answer reserved = open("12.5");
    Answer released = api.send("POST", path(reserved, "/release"), null);
    assertThat(released.at("/status")).isEqualTo("released");
    assertThat(released.at("/balance/held")).isEqualTo("0");
    assertThat(api.post(path(open("1"), "/release"), "{}").status()).isEqualTo(200);
  }

  @Test
  void extendProlongs() {
    Answer reserved = open("12.5");
    Answer extended = api.post(path(reserved, "/extend"), "{'ttl_seconds':600}");
    assertThat(extended.at("/expires_at")).isEqualTo("2026-03-02T10:10:00Z");
  }

  @Test
  void anOpenReservationIsExplainedWithTheNumbersOfItsDecision() {
    Answer explained = api.get(path(reserve("12.5", ",'metadata':{'ticket':'T-1'}"), "/explain"));
    assertThat(explained.at("/metadata/ticket")).isEqualTo("T-1");
    assertThat(explained.at("/steps/3/draws/0/grant")).isEqualTo("g-1");
  }

  @Test
  void timeEndsReservations() {
    Answer reserved = open("12.5");
    api.put("/v1/test_clock", "{'now':'2026-03-02T10:30:00Z'}");
    assertThat(api.get(path(reserved, "")).at("/status")).isEqualTo("expired");
    Answer late = api.post(path(reserved, "/commit"), "{'amount':'1'}");
    assertThat(late.at("/late")).isEqualTo("true");
    Answer second = open("2");
    api.put("/v1/test_clock", "{'now':'2026-03-02T20:00:00Z'}");
    Answer gone = api.post(path(second, "/commit"), "{'amount':'1'}");
    assertThat(gone.status()).isEqualTo(410);
    assertThat(gone.code()).isEqualTo("reservation_expired");
  }

  @Test
  void overageIsRejectedWhereThatWasAskedFor() {
    Answer reserved = reserve("5", ",'overage_policy':'reject'");
    Answer over = api.post(path(reserved, "/commit"), "{'amount':'6'}");
    assertThat(over.status()).isEqualTo(409);
    assertThat(over.code()).isEqualTo("overage_rejected");
    assertThat(api.post(path(reserved, "/commit"), "{'amount':'5'}").status()).isEqualTo(200);
  }

  @Test
  void requestIdAndTraceAreCarriedThrough() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Answer answer =
        api.post("/v1/reservations", "{", "X-Request-Id", "my-id.1", "traceparent", trace);
    assertThat(answer.header("X-Request-Id")).isEqualTo("my-id.1");
    assertThat(answer.at("/request_id")).isEqualTo("my-id.1");
    assertThat(answer.header("traceparent")).isEqualTo(trace);
    assertThat(api.post("/v1/reservations", "{", "X-Request-Id", "<script>").at("/request_id"))
        .startsWith("req_");
  }
}
