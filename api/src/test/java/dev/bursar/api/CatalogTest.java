package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code /v1/catalog}, against the contract. */
final class CatalogTest {

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer draft(String text, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Content-Type", "application/yaml"));
    return api.send(
        api.request(
            "POST", "/v1/catalog/versions", api.operator, text, all.toArray(String[]::new)));
  }

  @Test
  void aVersionGoesFromDraftToPublishedAndBack() {
    Answer drafted = draft("pages");
    assertThat(drafted.status()).isEqualTo(201);
    assertThat(drafted.at("/version")).isEqualTo("2");
    assertThat(drafted.at("/status")).isEqualTo("draft");
    assertThat(drafted.at("/digest")).startsWith("sha256:");
    assertThat(api.get("/v1/catalog/versions/2").at("/document")).isEqualTo("pages");

    Answer diff = api.get("/v1/catalog/versions/2/diff");
    assertThat(diff.at("/changes/0/section")).isEqualTo("meters");
    assertThat(diff.at("/changes/0/id")).isEqualTo("pages");
    assertThat(diff.at("/orgs")).isEqualTo("3");
    assertThat(api.get("/v1/catalog/versions/2/diff?against=2").json().get("changes")).isEmpty();

    assertThat(api.post("/v1/catalog/versions/2/stage", "{'percent':10}").at("/percent"))
        .isEqualTo("10");
    assertThat(api.get("/v1/catalog/versions/2").at("/status")).isEqualTo("staged");
    api.put("/v1/orgs/acme", "{'name':'A','timezone':'UTC'}");
    Answer typo = api.post("/v1/catalog/versions/2/stage", "{'orgs':['acme','beta']}");
    assertThat(typo.code()).isEqualTo("org_not_found");
    assertThat(typo.at("/field")).isEqualTo("orgs[1]");
    assertThat(api.get("/v1/catalog").at("/staged/percent")).isEqualTo("10");
    api.put("/v1/orgs/beta", "{'name':'B','timezone':'UTC'}");
    assertThat(api.post("/v1/catalog/versions/2/stage", "{'orgs':['beta','acme']}").at("/orgs/0"))
        .isEqualTo("acme");
    Answer scheduled = api.post("/v1/catalog/versions/2/publish", "{'at':'2026-03-03T00:00:00Z'}");
    assertThat(scheduled.at("/action")).isEqualTo("schedule");
    assertThat(api.get("/v1/catalog").at("/scheduled/at")).isEqualTo("2026-03-03T00:00:00Z");
    assertThat(api.get("/v1/catalog").at("/staged/orgs/1")).isEqualTo("beta");

    Answer published = api.send("POST", "/v1/catalog/versions/2/publish", null);
    assertThat(published.at("/published_before")).isEqualTo("1");
    assertThat(api.get("/v1/catalog").body()).isEqualTo("{\"published\":{\"version\":2}}");
    assertThat(api.post("/v1/catalog/rollback", "{'to':1}").at("/action")).isEqualTo("rollback");
    assertThat(api.get("/v1/catalog/versions").at("/data/0/status")).isEqualTo("superseded");

    Answer log = api.get("/v1/catalog/audit-log?limit=2");
    assertThat(log.at("/data/0/action")).isEqualTo("rollback");
    assertThat(log.at("/data/0/actor")).startsWith("key_");
    Answer rest = api.get("/v1/catalog/audit-log?cursor=" + log.at("/next_cursor"));
    assertThat(rest.json().get("data")).hasSize(6);
    Answer versions = api.get("/v1/catalog/versions?limit=1");
    assertThat(
            api.get("/v1/catalog/versions?cursor=" + versions.at("/next_cursor"))
                .at("/data/0/version"))
        .isEqualTo("1");
  }

  @Test
  void aFaultyCatalogIsRefusedWithAllItsFaults() {
    Answer answer = draft("fault");
    Contract.check(answer, "POST", "/v1/catalog/versions", "fault", "application/yaml");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("catalog_invalid");
    assertThat(answer.json().get("errors")).hasSize(2);
    assertThat(answer.at("/errors/0/path")).isEqualTo("rates[0].credit_type");
    assertThat(answer.at("/errors/0/line")).isEqualTo("4");
    assertThat(answer.json().at("/errors/1").has("line")).isFalse();
    assertThat(api.get("/v1/catalog/versions").json().get("data")).hasSize(1);
  }

  @Test
  void aCallWithTheSameKeyIsAnsweredAgain() {
    Answer first = draft("pages", "Idempotency-Key", "k1");
    Answer second = draft("pages", "Idempotency-Key", "k1");
    assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(second.body()).isEqualTo(first.body());
    Answer published = api.post("/v1/catalog/versions/2/publish", "{}", "Idempotency-Key", "k2");
    assertThat(api.post("/v1/catalog/versions/2/publish", "{}", "Idempotency-Key", "k2").body())
        .isEqualTo(published.body());
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(api.get("/v1/catalog/versions/2").code()).isEqualTo("version_not_found");
    assertThat(api.get("/v1/catalog/versions/0").status()).isEqualTo(400);
    assertThat(api.get("/v1/catalog/versions/x/diff").status()).isEqualTo(400);
    assertThat(api.get("/v1/catalog/versions/1/diff?against=-1").status()).isEqualTo(400);
    draft("pages");
    assertThat(api.post("/v1/catalog/rollback", "{'to':2}").code())
        .isEqualTo("version_not_published");
    assertThat(api.post("/v1/catalog/rollback", "{}").at("/field")).isEqualTo("to");
    assertThat(api.post("/v1/catalog/versions/2/stage", "{}").at("/field")).isEqualTo("orgs");
    assertThat(api.post("/v1/catalog/versions/2/stage", "{'orgs':['a'],'percent':5}").status())
        .isEqualTo(400);
    assertThat(api.post("/v1/catalog/versions/2/stage", "{'percent':100}").at("/field"))
        .isEqualTo("percent");
    assertThat(
            api.post("/v1/catalog/versions/2/publish", "{'at':'2020-01-01T00:00:00Z'}")
                .at("/field"))
        .isEqualTo("at");
    assertThat(api.post("/v1/catalog/versions/2/publish", "{'at':null}").at("/field"))
        .isEqualTo("at");
    assertThat(api.get("/v1/catalog").body()).isEqualTo("{\"published\":{\"version\":1}}");
  }

  @Test
  void usageIsRatedUnderAVersion() {
    draft("pages");
    String period = "{'from':'2026-03-01T00:00:00Z','to':'2026-03-02T00:00:00Z'%s}";
    Answer all = api.post("/v1/catalog/versions/2/simulate", period.formatted(""));
    assertThat(all.at("/events")).isEqualTo("2");
    assertThat(all.at("/credits/0/before")).isEqualTo("4");
    assertThat(all.at("/credits/0/after")).isEqualTo("1");
    assertThat(all.at("/credits/0/denied")).isEqualTo("2");
    assertThat(all.at("/credits/0/change")).isEqualTo("-1");
    assertThat(all.at("/denied/0/code")).isEqualTo("no_rate");
    assertThat(all.at("/winners")).isEqualTo("1");
    assertThat(all.at("/losers")).isEqualTo("0");
    assertThat(all.at("/orgs/0/org")).isEqualTo("acme");
    assertThat(all.at("/plans/0/orgs")).isEqualTo("2");
    api.put("/v1/orgs/beta", "{'name':'B','timezone':'UTC'}");
    assertThat(
            api.post("/v1/catalog/versions/2/simulate", period.formatted(",'org':'nobody'")).code())
        .isEqualTo("org_not_found");
    Answer one = api.post("/v1/catalog/versions/2/simulate", period.formatted(",'org':'beta'"));
    assertThat(one.at("/events")).isEqualTo("1");
    api.put("/v1/orgs/gamma", "{'name':'C','timezone':'UTC'}");
    Answer other = api.post("/v1/catalog/versions/2/simulate", period.formatted(",'org':'gamma'"));
    assertThat(other.at("/credits/0/change")).isEqualTo("-2");
    assertThat(other.at("/credits/1/change")).as("of another credit type").isEqualTo("1");
    assertThat(other.at("/winners")).isEqualTo("0");
    assertThat(other.at("/losers")).isEqualTo("0");
    assertThat(other.at("/mixed")).isEqualTo("1");

    Answer lines =
        api.send(
            api.request(
                "POST",
                "/v1/catalog/versions/2/simulate",
                api.operator,
                RunningApi.json(period.formatted("")),
                "Accept",
                "application/x-ndjson"));
    assertThat(lines.body().lines()).hasSize(3);
    assertThat(lines.body().lines().findFirst())
        .hasValue("{\"progress\":{\"events\":2,\"expected\":2}}");
    assertThat(lines.body().lines().skip(2).findFirst()).hasValue(all.body());
    assertThat(
            api.post(
                    "/v1/catalog/versions/2/simulate",
                    "{'from':'2026-03-02T00:00:00Z','to':'2026-03-01T00:00:00Z'}")
                .at("/field"))
        .isEqualTo("to");
    Answer passed =
        api.post(
            "/v1/catalog/versions/2/simulate",
            "{'from':'1999-12-31T00:00:00Z','to':'2026-03-01T00:00:00Z'}");
    assertThat(passed.status()).isEqualTo(400);
    assertThat(passed.code()).isEqualTo("not_kept");
    assertThat(passed.at("/field")).isEqualTo("from");
    assertThat(api.post("/v1/catalog/versions/9/simulate", period.formatted("")).code())
        .isEqualTo("version_not_found");
  }

  @Test
  void itIsForTheOperator() {
    String service = api.key(Role.SERVICE, null);
    assertThat(api.send("GET", "/v1/catalog", service, null).status()).isEqualTo(403);
    assertThat(api.send("POST", "/v1/catalog/rollback", service, "{\"to\":1}").status())
        .isEqualTo(403);
  }
}
