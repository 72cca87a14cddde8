package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  /** Left out, it is UTC: whoever changes something else says it again. */
  @Test
  void theTimeZoneStaysWhileThePlanHasLimitsWithWindows() {
    api.put("/v1/orgs/zeta", "{'name':'Zeta','plan':'team','timezone':'Europe/Berlin'}");
    Answer refused = api.put("/v1/orgs/zeta", "{'name':'Zeta Inc','plan':'team'}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("owner_fixed");
    assertThat(refused.at("/field")).isEqualTo("timezone");
    assertThat(refused.at("/detail")).contains("is UTC", "Europe/Berlin", "without a plan");
    String same = "{'name':'Zeta Inc','plan':'team','timezone':'Europe/Berlin'}";
    assertThat(api.put("/v1/orgs/zeta", same).at("/name")).isEqualTo("Zeta Inc");
    assertThat(api.put("/v1/orgs/zeta", "{'name':'Zeta'}").at("/timezone")).isEqualTo("UTC");
    assertThat(api.put("/v1/orgs/zeta", "{'name':'Zeta','plan':'team'}").at("/plan"))
        .isEqualTo("team");
  }

  @Test
  void whoChangedWhatIsListedTheLastFirst() {
    api.put("/v1/orgs/acme", "{'name':'Acme Inc'}");
    api.post("/v1/orgs/acme/freeze", "{'reason':'abuse'}");
    api.post("/v1/orgs/acme/unfreeze", "{}");
    Answer first = api.get("/v1/orgs/acme/audit-log?limit=2");
    assertThat(first.at("/data/0/action")).isEqualTo("unfreeze");
    assertThat(first.json().at("/data/0").has("after")).isFalse();
    assertThat(first.at("/data/1/actor")).startsWith("key_");
    assertThat(first.at("/data/1/target/type")).isEqualTo("org");
    assertThat(first.at("/data/1/target/id")).isEqualTo("acme");
    assertThat(first.at("/data/1/before/name")).isEqualTo("Acme");
    assertThat(first.at("/data/1/after/name")).isEqualTo("Acme Inc");
    assertThat(first.at("/lag_ms")).isEqualTo("0");
    Answer rest = api.get("/v1/orgs/acme/audit-log?fresh=true&cursor=" + first.at("/next_cursor"));
    assertThat(rest.json().get("data")).hasSize(1);
    assertThat(rest.at("/data/0/after/name")).isEqualTo("Acme");
    assertThat(rest.json().at("/data/0").has("before")).isFalse();
    assertThat(api.get("/v1/orgs/acme/audit-log?cursor=x").at("/field")).isEqualTo("cursor");
    assertThat(api.get("/v1/orgs/acme/audit-log?fresh=x").at("/field")).isEqualTo("fresh");
    assertThat(api.get("/v1/orgs/nobody/audit-log").code()).isEqualTo("org_not_found");
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

  private void oneShot(String subject, String amount) {
    Answer answer =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme',%s},'amount':'%s','credit_type':'platform','commit':true}"
                .formatted(subject, amount));
    assertThat(answer.at("/decision")).isEqualTo("allow");
  }

  private Answer reserve(String subject, String amount) {
    return api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme',%s},'amount':'%s','credit_type':'platform'}"
            .formatted(subject, amount));
  }

  @Test
  void aBudgetCountsFromItsWindowsStartWhenItIsSet() {
    oneShot("'team':'analytics','user':'u-17'", "12.5");
    String open = reserve("'team':'analytics','user':'u-17'", "3").at("/reservation_id");
    String team =
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':'400'}";
    api.put("/v1/orgs/acme/budgets/of-team", team);
    api.put(
        "/v1/orgs/acme/budgets/of-org",
        "{'scope':{'type':'org'},'measure':'requests','window':'day','limit':'10'}");
    api.put(
        "/v1/orgs/acme/budgets/each",
        "{'scope':{'type':'each_user'},'measure':'platform','window':'day','limit':'20'}");
    Answer ofTeam = api.get("/v1/orgs/acme/budgets/of-team");
    assertThat(ofTeam.at("/used")).isEqualTo("12.5");
    assertThat(ofTeam.at("/held")).isEqualTo("3");
    assertThat(api.get("/v1/orgs/acme/budgets/of-org").at("/used")).isEqualTo("1");
    assertThat(api.get("/v1/orgs/acme/budgets/of-org").at("/held")).isEqualTo("1");
    assertThat(api.get("/v1/orgs/acme/budgets/each?user=u-17").at("/remaining")).isEqualTo("4.5");
    Answer denied = reserve("'user':'u-17'", "5");
    assertThat(denied.at("/denials/0/budget")).isEqualTo("each");
    api.post("/v1/reservations/" + open + "/commit", "{'amount':'1'}");
    assertThat(api.get("/v1/orgs/acme/budgets/of-team").at("/used")).isEqualTo("13.5");
    assertThat(api.get("/v1/orgs/acme/budgets/of-org").at("/used")).isEqualTo("2");
    assertThat(api.delete("/v1/orgs/acme/budgets/of-team").status()).isEqualTo(204);
    assertThat(api.get("/v1/orgs/acme/budgets/of-team").code()).isEqualTo("budget_not_found");
    api.put("/v1/orgs/acme/budgets/of-team", team);
    assertThat(api.get("/v1/orgs/acme/budgets/of-team").at("/used")).isEqualTo("13.5");
  }

  @Test
  void whatABudgetCountsStaysWhatItIs() {
    api.put(
        "/v1/orgs/acme/budgets/b",
        "{'scope':{'type':'org'},'measure':'platform','window':'month','limit':'400'}");
    assertThat(
            api.put(
                    "/v1/orgs/acme/budgets/b",
                    "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'400'}")
                .at("/field"))
        .isEqualTo("window");
    assertThat(
            api.put(
                    "/v1/orgs/acme/budgets/b",
                    "{'scope':{'type':'org'},'measure':'platform','window':'month','limit':'7','mode':'soft'}")
                .at("/limit"))
        .isEqualTo("7");
    assertThat(
            api.put(
                    "/v1/orgs/acme/budgets/c",
                    "{'scope':{'type':'org'},'measure':'open_reservations','window':'day','limit':'4'}")
                .at("/field"))
        .isEqualTo("window");
    assertThat(
            api.put(
                    "/v1/orgs/acme/budgets/c",
                    "{'scope':{'type':'org'},'measure':'gold','window':'day','limit':'4'}")
                .at("/field"))
        .isEqualTo("measure");
  }

  @Test
  void openReservationsAndRequestsAMinuteAreLimited() {
    api.put(
        "/v1/orgs/acme/budgets/open",
        "{'scope':{'type':'team','id':'analytics'},'measure':'open_reservations','window':'lifetime','limit':'1'}");
    api.put(
        "/v1/orgs/acme/budgets/rate",
        "{'scope':{'type':'each_user'},'measure':'requests','window':'minute','limit':'2'}");
    String first = reserve("'team':'analytics','user':'ann'", "1").at("/reservation_id");
    Answer second = reserve("'team':'analytics','user':'ann'", "1");
    assertThat(second.at("/denials/0/code")).isEqualTo("concurrency_exceeded");
    assertThat(second.at("/denials/0/requested")).isEqualTo("1");
    api.post("/v1/reservations/" + first + "/commit", "{'amount':'1'}");
    assertThat(reserve("'team':'analytics','user':'ann'", "1").at("/decision")).isEqualTo("allow");
    assertThat(reserve("'user':'ann'", "1").at("/denials/0/code")).isEqualTo("rate_limited");
    assertThat(reserve("'user':'ben'", "1").at("/decision")).isEqualTo("allow");
  }

  @Test
  void anOverrideReplacesOrSuspendsALimitForATime() {
    api.put(
        "/v1/orgs/acme/budgets/b",
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':'5'}");
    assertThat(reserve("'team':'analytics'", "8").at("/decision")).isEqualTo("deny");
    String launch = "/v1/orgs/acme/overrides/launch";
    assertThat(
            api.put(
                    launch,
                    "{'scope':{'type':'team','id':'analytics'},'limit':'10','until':'2020-01-01T00:00:00Z','reason':'launch'}")
                .at("/field"))
        .isEqualTo("until");
    assertThat(
            api.put(
                    launch,
                    "{'scope':{'type':'team','id':'analytics'},'until':'2027-01-01T00:00:00Z','reason':'launch'}")
                .at("/field"))
        .isEqualTo("limit");
    Answer put =
        api.put(
            launch,
            "{'scope':{'type':'team','id':'analytics'},'limit':'10','until':'2026-04-01T00:00:00Z','reason':'launch'}");
    assertThat(put.at("/in_force")).isEqualTo("true");
    Answer allowed = reserve("'team':'analytics'", "8");
    assertThat(allowed.at("/limits/0/limit")).isEqualTo("10");
    assertThat(allowed.at("/limits/0/source")).isEqualTo("override");
    assertThat(allowed.at("/limits/0/override")).isEqualTo("launch");
    assertThat(reserve("'team':'analytics'", "8").at("/denials/0/source")).isEqualTo("override");
    Answer effective = api.get("/v1/orgs/acme/budgets/b");
    assertThat(effective.at("/limit")).isEqualTo("5");
    assertThat(effective.at("/effective/limit")).isEqualTo("10");
    assertThat(effective.at("/effective/source")).isEqualTo("override");
    assertThat(effective.at("/remaining")).isEqualTo("2");
    api.put(
        "/v1/orgs/acme/overrides/all",
        "{'scope':{'type':'org'},'suspend':true,'until':'2026-04-01T00:00:00Z','reason':'incident'}");
    assertThat(api.delete(launch).status()).isEqualTo(204);
    assertThat(api.get("/v1/orgs/acme/budgets/b").at("/effective/mode")).isEqualTo("shadow");
    assertThat(api.get("/v1/orgs/acme/budgets/b").at("/effective/override")).isEqualTo("all");
    assertThat(reserve("'team':'analytics'", "8").at("/decision")).isEqualTo("allow");
    assertThat(api.get("/v1/orgs/acme/overrides").json().at("/data")).hasSize(1);
    api.put("/v1/test_clock", "{'now':'2026-04-01T00:00:00Z'}");
    assertThat(reserve("'team':'analytics'", "8").at("/decision")).isEqualTo("deny");
    assertThat(api.get("/v1/orgs/acme/overrides").at("/data/0/in_force")).isEqualTo("false");
  }

  @Test
  void aFreezeDeniesEverythingForAScopeUntilItIsLifted() {
    String open = reserve("'user':'u-17'", "1").at("/reservation_id");
    Answer frozen =
        api.post(
            "/v1/orgs/acme/freeze",
            "{'scope':{'type':'department','id':'engineering'},'reason':'runaway'}");
    assertThat(frozen.at("/in_force")).isEqualTo("true");
    Answer denied = reserve("'team':'analytics'", "1");
    assertThat(denied.at("/denials/0/code")).isEqualTo("frozen");
    assertThat(denied.at("/denials/0/scope/id")).isEqualTo("engineering");
    assertThat(denied.at("/denials/0/detail")).contains("runaway");
    assertThat(reserve("'user':'u-17'", "1").at("/decision")).isEqualTo("allow");
    api.post("/v1/orgs/acme/freeze", "{'until':'2026-03-20T00:00:00Z','reason':'audit'}");
    assertThat(reserve("'user':'u-17'", "1").at("/denials/0/scope/type")).isEqualTo("org");
    assertThat(api.get("/v1/orgs/acme/freezes").json().at("/data")).hasSize(2);
    assertThat(api.post("/v1/reservations/" + open + "/commit", "{'amount':'1'}").status())
        .isEqualTo(200);
    api.put("/v1/test_clock", "{'now':'2026-03-20T00:00:00Z'}");
    assertThat(reserve("'user':'u-17'", "1").at("/decision")).isEqualTo("allow");
    api.post("/v1/orgs/acme/unfreeze", "{'scope':{'type':'department','id':'engineering'}}");
    assertThat(reserve("'team':'analytics'", "1").at("/decision")).isEqualTo("allow");
    Answer unknown =
        api.post("/v1/orgs/acme/unfreeze", "{'scope':{'type':'department','id':'nowhere'}}");
    assertThat(unknown.code()).isEqualTo("unknown_unit");
    assertThat(unknown.at("/field")).isEqualTo("scope.id");
  }

  @Test
  void aThresholdAlertsOnceAWindow() {
    api.put(
        "/v1/orgs/acme/budgets/b",
        "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'10','thresholds':[50,90]}");
    oneShot("'user':'u-17'", "4");
    oneShot("'user':'u-17'", "2");
    oneShot("'user':'u-17'", "1");
    Answer alerts = api.get("/v1/orgs/acme/alerts");
    assertThat(alerts.json().at("/data")).hasSize(1);
    assertThat(alerts.at("/data/0/threshold")).isEqualTo("50");
    assertThat(alerts.at("/data/0/used")).isEqualTo("6");
    oneShot("'user':'u-17'", "2");
    assertThat(api.get("/v1/orgs/acme/alerts").json().at("/data").findValuesAsText("threshold"))
        .containsExactly("90", "50");
  }

  /** It goes on counting, for when it is in force again; nobody wants to hear of it meanwhile. */
  @Test
  void aDefaultThatIsOverriddenAlertsNobody() {
    api.put(
        "/v1/orgs/acme/budgets/each",
        "{'scope':{'type':'each_user'},'measure':'platform','window':'day','limit':'5'}");
    api.put(
        "/v1/orgs/acme/budgets/named",
        "{'scope':{'type':'user','id':'u-17'},'measure':'platform','window':'day','limit':'500'}");
    oneShot("'user':'u-17'", "20");
    assertThat(api.get("/v1/orgs/acme/alerts").json().at("/data")).isEmpty();
    Answer each = api.get("/v1/orgs/acme/budgets/each?user=u-17");
    assertThat(each.at("/used")).isEqualTo("20");
    assertThat(each.at("/effective/mode")).isEqualTo("shadow");
    assertThat(api.get("/v1/orgs/acme/budgets/each?user=u-18").at("/effective/mode"))
        .isEqualTo("hard");
    api.delete("/v1/orgs/acme/budgets/named");
    assertThat(api.get("/v1/orgs/acme/budgets/each?user=u-17").at("/effective/mode"))
        .isEqualTo("hard");
    assertThat(reserve("'user':'u-17'", "1").at("/decision")).isEqualTo("deny");
  }

  @Test
  void aLimitIsTriedOnThePast() {
    for (int i = 0; i < 5; i++) {
      oneShot("'user':'u-%d'".formatted(i % 2), "3");
    }
    Answer preview =
        api.post(
            "/v1/orgs/acme/budgets/new/preview",
            "{'scope':{'type':'org'},'measure':'platform','window':'month','limit':'10'}");
    assertThat(preview.at("/requests")).isEqualTo("5");
    assertThat(preview.at("/blocked_requests")).isEqualTo("2");
    assertThat(preview.at("/users_hit")).isEqualTo("2");
    assertThat(preview.at("/credits_saved/0/amount")).isEqualTo("6");
    assertThat(api.get("/v1/orgs/acme/budgets/new").status()).isEqualTo(404);
    api.put(
        "/v1/orgs/acme/budgets/there",
        "{'scope':{'type':'each_user'},'measure':'requests','window':'month','limit':'100'}");
    Answer other = api.post("/v1/orgs/acme/budgets/there/preview", "{'limit':'2'}");
    assertThat(other.at("/blocked_requests")).isEqualTo("1");
    assertThat(other.at("/budget/limit")).isEqualTo("2");
    assertThat(
            api.post("/v1/orgs/acme/budgets/there/preview", "{'limit':'2','mode':'soft'}")
                .at("/field"))
        .isEqualTo("mode");
    Answer unknown =
        api.post(
            "/v1/orgs/acme/budgets/new/preview",
            "{'scope':{'type':'org'},'measure':'hopes','window':'month','limit':'10'}");
    assertThat(unknown.code()).isEqualTo("unknown_credit_type");
    assertThat(unknown.at("/field")).isEqualTo("measure");
  }

  /** Whoever is overtaken goes on, as the later one; nobody is told to ask again. */
  @Test
  void requestsThatSetOneBudgetAtOnceAllSucceed() {
    oneShot("'team':'analytics','user':'u-17'", "3");
    List<CompletableFuture<Answer>> puts = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      String body =
          "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'month','limit':'%d'}"
              .formatted(i * 100);
      puts.add(
          CompletableFuture.supplyAsync(() -> api.put("/v1/orgs/acme/budgets/contended", body)));
    }
    assertThat(puts).extracting(put -> put.join().status()).containsOnly(200);
    assertThat(api.get("/v1/orgs/acme/budgets/contended").at("/used")).isEqualTo("3");
  }

  @Test
  void whatHasEndedIsExplained() {
    Answer open =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme','team':'analytics','user':'u-17'},'feature':'chat','amount':'5','credit_type':'platform'}");
    String reservation = "/v1/reservations/" + open.at("/reservation_id");
    api.post(reservation + "/commit", "{'amount':'4'}");
    Answer explained = api.get(reservation + "/explain");
    assertThat(explained.at("/status")).isEqualTo("committed");
    assertThat(explained.at("/decision")).isEqualTo("allow");
    assertThat(explained.at("/subject/user")).isEqualTo("u-17");
    assertThat(explained.at("/feature")).isEqualTo("chat");
    assertThat(explained.json().has("created_at")).isTrue();
    assertThat(explained.at("/steps/0/amount")).isEqualTo("5");
    assertThat(explained.at("/steps/3/wallet")).isEqualTo("main");
    assertThat(explained.at("/entries/0/amount")).isEqualTo("-4");
  }

  @Test
  void usageIsGroupedAndFiltered() {
    oneShot("'team':'analytics','user':'u-17'", "3");
    oneShot("'team':'analytics','user':'u-18'", "4");
    oneShot("'user':'u-18'", "5");
    Answer usage = api.get("/v1/orgs/acme/usage?group_by=team&filter[team]=analytics");
    assertThat(usage.json().at("/data")).hasSize(1);
    assertThat(usage.at("/data/0/credits")).isEqualTo("7");
    assertThat(usage.at("/data/0/group/team")).isEqualTo("analytics");
    assertThat(usage.at("/data/0/requests")).isEqualTo("2");
    assertThat(api.get("/v1/orgs/acme/usage?group_by=planet").at("/field")).isEqualTo("group_by");
    assertThat(api.get("/v1/orgs/acme/usage?group_by=team,team").at("/field"))
        .isEqualTo("group_by");
    assertThat(api.get("/v1/orgs/acme/usage?fresh=maybe").at("/field")).isEqualTo("fresh");
  }
}
