package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GovernanceTest {

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void orgsAreSetReadAndListed() {
    Answer put =
        api.put("/v1/orgs/zeta", "{'name':'Zeta','plan':'team','add_ons':['sso','audit']}");
    assertThat(put.at("/timezone")).isEqualTo("UTC");
    assertThat(api.get("/v1/orgs/zeta").body()).isEqualTo(put.body());
    Answer first = api.get("/v1/orgs?limit=1");
    assertThat(first.at("/data/0/id")).isEqualTo("acme");
    assertThat(first.at("/has_more")).isEqualTo("true");
    Answer second = api.get("/v1/orgs?limit=1&cursor=" + first.at("/next_cursor"));
    assertThat(second.at("/data/0/id")).isEqualTo("zeta");
    assertThat(second.at("/has_more")).isEqualTo("false");
    assertThat(second.json().has("next_cursor")).isFalse();
    assertThat(api.get("/v1/orgs/nobody").code()).isEqualTo("org_not_found");
  }

  @Test
  void unitsAreATreeAndLists() {
    api.put("/v1/orgs/acme/units/copilot", "{'kind':'product','name':'Copilot'}");
    Answer units = api.get("/v1/orgs/acme/units");
    assertThat(units.at("/tree/0/id")).isEqualTo("engineering");
    assertThat(units.at("/tree/0/children/0/id")).isEqualTo("analytics");
    assertThat(units.at("/products/0/id")).isEqualTo("copilot");
    assertThat(api.delete("/v1/orgs/acme/units/copilot").status()).isEqualTo(204);
    assertThat(api.delete("/v1/orgs/acme/units/copilot").status()).isEqualTo(404);
    assertThat(api.delete("/v1/orgs/acme/units/analytics").code()).isEqualTo("unit_in_use");
    assertThat(
            api.put("/v1/orgs/acme/units/engineering", "{'kind':'team','name':'Engineering'}")
                .code())
        .isEqualTo("unit_kind_fixed");
    assertThat(
            api.put(
                    "/v1/orgs/acme/units/engineering",
                    "{'kind':'department','name':'E','parent':'engineering'}")
                .code())
        .isEqualTo("unit_cycle");
  }

  @Test
  void usersAreSetReadAndListed() {
    api.put("/v1/orgs/acme/users/u-18", "{'name':'Viktor','email':'v@acme.example'}");
    assertThat(api.get("/v1/orgs/acme/users/u-18").at("/email")).isEqualTo("v@acme.example");
    assertThat(api.get("/v1/orgs/acme/users/u-99").status()).isEqualTo(404);
    Answer page = api.get("/v1/orgs/acme/users?limit=1");
    assertThat(page.at("/data/0/id")).isEqualTo("u-17");
    assertThat(api.get("/v1/orgs/acme/users?cursor=" + page.at("/next_cursor")).at("/data/0/id"))
        .isEqualTo("u-18");
    Answer unknown = api.put("/v1/orgs/acme/users/u-19", "{'teams':['nope']}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.code()).isEqualTo("unknown_unit");
    assertThat(unknown.at("/field")).isEqualTo("teams");
  }

  @Test
  void aBudgetsFiguresAreLiveWhoeverCountsThem() {
    api.put(
        "/v1/orgs/acme/budgets/by-team",
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':'400'}");
    api.put(
        "/v1/orgs/acme/budgets/by-org",
        "{'scope':{'type':'org'},'measure':'platform','window':'week','limit':'400','anchor_day':3,'mode':'soft','thresholds':[80],'filters':{'features':['chat']}}");
    api.put(
        "/v1/orgs/acme/budgets/each",
        "{'scope':{'type':'each_member','team':'analytics'},'measure':'platform','window':'day','limit':'100'}");
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme','team':'analytics','user':'u-17'},'feature':'chat','amount':'12.5','credit_type':'platform'}");
    Answer byTeam = api.get("/v1/orgs/acme/budgets/by-team");
    assertThat(byTeam.at("/held")).isEqualTo("12.5");
    assertThat(byTeam.at("/remaining")).isEqualTo("387.5");
    assertThat(byTeam.at("/timezone")).isEqualTo("Europe/Berlin");
    assertThat(byTeam.at("/window_start")).isEqualTo("2026-02-28T23:00:00Z");
    Answer byOrg = api.get("/v1/orgs/acme/budgets/by-org");
    assertThat(byOrg.at("/held")).isEqualTo("12.5");
    assertThat(byOrg.at("/mode")).isEqualTo("soft");
    assertThat(byOrg.at("/window_start")).isEqualTo("2026-02-24T23:00:00Z");
    assertThat(api.get("/v1/orgs/acme/budgets/each").json().has("used")).isFalse();
    assertThat(api.get("/v1/orgs/acme/budgets/each?user=u-17").at("/held")).isEqualTo("12.5");
    assertThat(api.get("/v1/orgs/acme/budgets/by-org?user=u-17").status()).isEqualTo(400);
    assertThat(api.get("/v1/orgs/acme/budgets").json().at("/data").findValuesAsText("limit"))
        .containsExactly("400", "400", "100");
  }

  @Test
  void aBudgetThatWasRemovedComesBackEmpty() {
    String body =
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':'400'}";
    api.put("/v1/orgs/acme/budgets/b", body);
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme','team':'analytics'},'amount':'12.5','credit_type':'platform','commit':true}");
    assertThat(api.delete("/v1/orgs/acme/budgets/b").status()).isEqualTo(204);
    assertThat(api.get("/v1/orgs/acme/budgets/b").code()).isEqualTo("budget_not_found");
    api.put("/v1/orgs/acme/budgets/b", body);
    assertThat(api.get("/v1/orgs/acme/budgets/b").at("/used")).isEqualTo("0");
  }
}
