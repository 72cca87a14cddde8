package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What orgs may use, as it is told; also to OpenFeature. */
final class EntitlementsTest {

  private static RunningApi api;

  @BeforeAll
  static void start() {
    api = new RunningApi().withAcme();
    api.put("/v1/orgs/zeta", "{'name':'Zeta','plan':'team','add_ons':['audit']}");
    api.put("/v1/orgs/zeta/wallets/main", "{}");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  /** What went wrong with one flag names it. */
  private static void assertFailed(Answer answer, String code, String details) {
    assertThat(answer.at("/key")).isEqualTo("sso");
    assertThat(answer.at("/errorCode")).isEqualTo(code);
    assertThat(answer.at("/errorDetails")).contains(details);
  }

  private static Answer flag(String key, String feature, String context) {
    return api.send("POST", "/ofrep/v1/evaluate/flags/" + feature, key, RunningApi.json(context));
  }

  @Test
  void anOrgIsToldWhatItsPlanHas() {
    Answer all = api.get("/v1/orgs/zeta/entitlements");
    assertThat(all.at("/status")).isEqualTo("active");
    assertThat(all.json().get("features")).hasSize(6);
    assertThat(all.at("/fail_mode")).isEqualTo("deny");
    assertThat(all.at("/features/0/fail_mode")).isEqualTo("deny");
    Answer some =
        api.post(
            "/v1/orgs/zeta/entitlements/check",
            "{'features':['seats','region','vision','nothing','export']}");
    assertThat(some.at("/features/0/value")).isEqualTo("20");
    assertThat(some.json().at("/features/0/value").isNumber()).isTrue();
    assertThat(some.at("/features/1/value")).isEqualTo("eu");
    assertThat(some.at("/features/2/entitled")).isEqualTo("false");
    assertThat(some.at("/features/2/detail")).contains("plan team", "vision");
    assertThat(some.json().at("/features/3").has("type")).isFalse();
    assertThat(some.at("/features/4/entitled")).as("by the add-on").isEqualTo("true");
    Answer left = api.post("/v1/orgs/zeta/entitlements/check", "{}");
    assertThat(left.at("/field")).isEqualTo("features");
    assertThat(left.at("/detail")).isEqualTo("is required");
    Answer empty = api.post("/v1/orgs/zeta/entitlements/check", "{'features':[]}");
    assertThat(empty.status()).isEqualTo(400);
    assertThat(empty.at("/detail")).isEqualTo("is empty; at least one feature is expected");
    Answer none = api.get("/v1/orgs/acme/entitlements");
    assertThat(none.at("/status")).isEqualTo("none");
    assertThat(none.json().has("fail_mode")).isFalse();
    assertThat(api.get("/v1/orgs/nobody/entitlements").status()).isEqualTo(404);
  }

  @Test
  void whatItsUseCostsIsToldOnceForAll() {
    Answer prices = api.get("/v1/orgs/zeta/prices");
    assertThat(prices.at("/overage_policy")).isEqualTo("record");
    assertThat(prices.json().at("/credit_types").toString()).isEqualTo("[\"image\",\"platform\"]");
    assertThat(prices.at("/rates/0/rates/input_tokens")).isEqualTo("0.001");
    assertThat(prices.at("/rates/1/tiers/input_tokens/steps/0/up_to")).isEqualTo("10");
    assertThat(prices.json().at("/rates/2/expression").toString())
        .isEqualTo("{\"product\":{\"units\":\"input_tokens\"},\"and\":{\"constant\":\"2\"}}");
    assertThat(
            api.send(
                    "GET",
                    "/v1/orgs/zeta/prices",
                    api.operator,
                    null,
                    "If-None-Match",
                    prices.header("ETag"))
                .status())
        .isEqualTo(304);
    assertThat(api.get("/v1/orgs/nobody/prices").status()).isEqualTo(404);
  }

  @Test
  void aDenialSaysThatThePlanHasItNot() {
    Answer answer =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'zeta'},'feature':'vision','amount':'1','credit_type':'platform'}");
    assertThat(answer.at("/denials/0/code")).isEqualTo("not_entitled");
  }

  @Test
  void whatThePlanAllowsOfAFeatureIsChangedByWhoeverSellsIt() {
    String path = "/v1/orgs/zeta/overrides/more";
    String body =
        RunningApi.json(
            "{'scope':{'type':'org'},'budget':'plan:feature:chat:input_tokens:day','limit':'9','until':'2027-01-01T00:00:00Z','reason':'x'}");
    String admin = api.key(Role.ORG_ADMIN, "zeta");
    assertThat(api.send("PUT", path, admin, body).at("/code")).isEqualTo("forbidden");
    Answer put = api.send("PUT", path, api.operator, body);
    assertThat(put.status()).as(put.body()).isEqualTo(200);
    Answer chat = api.post("/v1/orgs/zeta/entitlements/check", "{'features':['chat']}");
    assertThat(chat.at("/features/0/limit/limit")).isEqualTo("9");
    Answer taken = api.send("DELETE", path, admin, null);
    assertThat(taken.status()).isEqualTo(403);
    assertThat(taken.at("/code")).isEqualTo("forbidden");
    assertThat(api.send("DELETE", path, api.operator, null).status()).isEqualTo(204);
  }

  @Test
  void whatHasNotChangedIsNotToldAgain() {
    Answer first = api.get("/v1/orgs/zeta/entitlements");
    String tag = first.header("ETag");
    assertThat(tag).matches("\"[0-9a-f]{32}\"");
    for (String sent : new String[] {tag, "\"x\", W/" + tag, "*"}) {
      Answer again =
          api.send("GET", "/v1/orgs/zeta/entitlements", api.operator, null, "If-None-Match", sent);
      assertThat(again.status()).as(sent).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      assertThat(again.header("ETag")).isEqualTo(tag);
    }
    assertThat(
            api.send(
                    "GET",
                    "/v1/orgs/zeta/entitlements",
                    api.operator,
                    null,
                    "If-None-Match",
                    "\"x\"")
                .status())
        .isEqualTo(200);
  }

  /** As a request would be denied: a freeze is of everything. */
  @Test
  void anOrgThatIsFrozenMayUseNothing() {
    api.put("/v1/orgs/cold", "{'name':'Cold','plan':'team'}");
    Answer before = api.get("/v1/orgs/cold/entitlements");
    assertThat(before.json().has("frozen")).isFalse();
    api.post("/v1/orgs/cold/freeze", "{'reason':'unpaid','until':'2026-03-05T00:00:00Z'}");
    Answer frozen = api.get("/v1/orgs/cold/entitlements");
    assertThat(frozen.at("/frozen"))
        .isEqualTo("the org is frozen until 2026-03-05T00:00:00Z: unpaid");
    assertThat(frozen.at("/status")).isEqualTo("active");
    assertThat(frozen.json().at("/features"))
        .hasSize(6)
        .allMatch(each -> !each.path("entitled").asBoolean(true));
    assertThat(frozen.json().findValuesAsText("detail"))
        .hasSize(6)
        .contains(frozen.at("/frozen"))
        .anyMatch(detail -> detail.contains("does not include the feature vision"));
    assertThat(frozen.header("ETag")).isNotEqualTo(before.header("ETag"));
    String cold = "{'context':{'targetingKey':'cold'}}";
    assertThat(flag(api.operator, "sso", cold).json().at("/value").asBoolean(true)).isFalse();
    assertThat(flag(api.operator, "seats", cold).json().at("/value").asInt(7)).isZero();
    assertThat(flag(api.operator, "sso", cold).at("/metadata/detail")).contains("unpaid");
    api.post("/v1/orgs/cold/unfreeze", "{}");
    assertThat(api.get("/v1/orgs/cold/entitlements").header("ETag"))
        .isEqualTo(before.header("ETag"));
  }

  @Test
  void theTagChangesWithUseAndWithThePlan() {
    api.put("/v1/orgs/theta", "{'name':'Theta','plan':'team'}");
    api.put("/v1/orgs/theta/wallets/main", "{}");
    api.post(
        "/v1/orgs/theta/wallets/main/grants",
        "{'credit_type':'platform','amount':'100','category':'paid'}");
    String path = "/v1/orgs/theta/entitlements";
    String first = api.get(path).header("ETag");
    String flags =
        flag(api.operator, "chat", "{'context':{'targetingKey':'theta'}}").header("ETag");
    assertThat(
            api.post(
                    "/v1/reservations",
                    "{'subject':{'org':'theta'},'feature':'chat','model':'gpt-5','commit':true,"
                        + "'usage':{'input_tokens':1000}}")
                .at("/decision"))
        .isEqualTo("allow");
    Answer used = api.send("GET", path, api.operator, null, "If-None-Match", first);
    assertThat(used.status()).isEqualTo(200);
    assertThat(used.json().findValue("used").asText()).isEqualTo("1000");
    assertThat(used.header("ETag")).isNotEqualTo(first);
    assertThat(flag(api.operator, "chat", "{'context':{'targetingKey':'theta'}}").header("ETag"))
        .isNotEqualTo(flags);
    api.put("/v1/orgs/theta", "{'name':'Theta','plan':'team','add_ons':['audit']}");
    Answer more = api.send("GET", path, api.operator, null, "If-None-Match", used.header("ETag"));
    assertThat(more.status()).isEqualTo(200);
    assertThat(more.header("ETag")).isNotIn(first, used.header("ETag"));
  }

  @Test
  void aSubscriptionHasItsTimes() {
    Answer put =
        api.put(
            "/v1/orgs/eta",
            "{'name':'Eta','plan':'team','catalog_version':1,'trial_ends_at':'2027-01-01T00:00:00Z',"
                + "'starts_at':'2026-01-01T00:00:00Z','ends_at':'2028-01-01T00:00:00Z'}");
    assertThat(put.at("/trial_ends_at")).isEqualTo("2027-01-01T00:00:00Z");
    assertThat(put.at("/catalog_version")).isEqualTo("1");
    assertThat(api.get("/v1/orgs/eta").body()).isEqualTo(put.body());
    assertThat(api.get("/v1/orgs/eta/prices").at("/catalog_version")).isEqualTo("1");
    assertThat(api.get("/v1/orgs/eta/entitlements").at("/status")).isEqualTo("trial");
    assertThat(api.put("/v1/orgs/eta", "{'name':'Eta','plan':'gold'}").at("/field"))
        .isEqualTo("plan");
    assertThat(api.put("/v1/orgs/eta", "{'name':'Eta','catalog_version':9}").at("/field"))
        .isEqualTo("catalog_version");
    assertThat(
            api.put("/v1/orgs/eta", "{'name':'Eta','ends_at':'2028-01-01T00:00:00Z'}").at("/field"))
        .isEqualTo("ends_at");
    assertThat(
            api.put(
                    "/v1/orgs/eta",
                    "{'name':'Eta','plan':'team','starts_at':'2028-01-01T00:00:00Z',"
                        + "'ends_at':'2028-01-01T00:00:00Z'}")
                .at("/field"))
        .isEqualTo("ends_at");
  }

  @Test
  void featuresAreFlagsOfOpenFeature() {
    String zeta = "{'context':{'targetingKey':'zeta','anything':[1,{}]}}";
    assertThat(flag(api.operator, "sso", zeta).body())
        .isEqualTo(
            "{\"key\":\"sso\",\"reason\":\"TARGETING_MATCH\",\"variant\":\"on\",\"value\":true,\"metadata\":{}}");
    assertThat(flag(api.operator, "seats", zeta).json().at("/value").asInt()).isEqualTo(20);
    assertThat(flag(api.operator, "region", zeta).at("/value")).isEqualTo("eu");
    assertThat(flag(api.operator, "vision", zeta).json().at("/value").asBoolean(true)).isFalse();
    assertThat(flag(api.operator, "chat", zeta).at("/metadata/limit")).isEqualTo("3000");
    Answer unknown = flag(api.operator, "nothing", zeta);
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.at("/errorCode")).isEqualTo("FLAG_NOT_FOUND");

    String own = api.key(Role.ORG_VIEWER, "zeta");
    assertThat(flag(own, "sso", "{}").status()).isEqualTo(200);
    Answer other = flag(own, "sso", "{'context':{'targetingKey':'acme'}}");
    assertThat(other.status()).isEqualTo(404);
    assertFailed(other, "GENERAL", "acme");
    assertFailed(flag(api.operator, "sso", "{}"), "TARGETING_KEY_MISSING", "is required");
    assertFailed(
        flag(api.operator, "sso", "{'context':{'targetingKey':7}}"),
        "INVALID_CONTEXT",
        "context.targetingKey is a number; a string is accepted");
    assertFailed(
        flag(api.operator, "sso", "{'context':[]}"),
        "INVALID_CONTEXT",
        "context is a list; an object is accepted");
    assertFailed(flag(api.operator, "sso", "["), "PARSE_ERROR", "is not a JSON object");
    assertFailed(flag(null, "sso", zeta), "GENERAL", "access key");
    assertThat(flag(null, "sso", zeta).status()).isEqualTo(401);
    Answer ofAll =
        api.send("POST", "/ofrep/v1/evaluate/flags", api.operator, RunningApi.json("{}"));
    assertThat(ofAll.at("/errorCode")).isEqualTo("TARGETING_KEY_MISSING");
    assertThat(ofAll.json().has("key")).isFalse();

    Answer all = api.send("POST", "/ofrep/v1/evaluate/flags", api.operator, RunningApi.json(zeta));
    assertThat(all.json().get("flags")).hasSize(6);
    for (String path : List.of("/ofrep/v1/evaluate/flags", "/ofrep/v1/evaluate/flags/sso")) {
      Answer first = api.send("POST", path, api.operator, RunningApi.json(zeta));
      Answer again =
          api.send(
              "POST",
              path,
              api.operator,
              RunningApi.json(zeta),
              "If-None-Match",
              first.header("ETag"));
      assertThat(again.status()).as(path).isEqualTo(304);
      assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
    }
  }
}
