package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.ReservationId;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private static final String WANTED =
      "{'sidecar':'gateway-1','subject':{'org':'acme','team':'analytics'},'credit_type':'platform','amount':'%s'%s}";

  private static final String USE =
      "{'id':'%s','time':'2026-03-02T10:00:00Z','subject':{'org':'acme','team':'analytics','user':'u-17'},"
          + "'feature':'chat','model':'gpt-5','session':'s-1','metadata':{'ticket':'T-1'},'usage':{'input_tokens':%d}}";

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer lease(String amount, String more, String... headers) {
    return api.post("/v1/leases", WANTED.formatted(amount, more), headers);
  }

  private static String path(Answer lease, String more) {
    return "/v1/leases/" + lease.at("/lease_id") + more;
  }

  private Answer report(Answer lease, int epoch, String more, String... uses) {
    return api.post(
        path(lease, "/report"),
        "{'epoch':%d,'usage':[%s]%s}".formatted(epoch, String.join(",", uses), more));
  }

  private static String use(String id, int tokens) {
    return USE.formatted(id, tokens);
  }

  private Answer event(String event) {
    return api.send(
        api.request(
            "POST",
            "/v1/events",
            api.key(Role.ORG_ADMIN, "acme"),
            RunningApi.json(event),
            "Content-Type",
            "application/cloudevents+json"));
  }

  private String balance(String figure) {
    return api.get("/v1/orgs/acme/wallets/main").at("/balances/0/" + figure);
  }

  private void budget(String id, String scope, String measure, String limit) {
    api.put(
        "/v1/orgs/acme/budgets/" + id,
        "{'scope':%s,'measure':'%s','window':'day','limit':'%s'}".formatted(scope, measure, limit));
  }

  @Test
  void whatIsLeasedIsHeldUntilItWasReportedAndClosed() {
    budget("b-team", "{'type':'team','id':'analytics'}", "platform", "400");
    Answer lease = lease("100", "");
    assertThat(lease.at("/decision")).isEqualTo("allow");
    assertThat(lease.at("/remaining")).as("by the team's limit").isEqualTo("300");
    assertThat(lease.at("/granted")).isEqualTo("100");
    assertThat(lease.at("/epoch")).isEqualTo("1");
    assertThat(lease.at("/expires_at")).isEqualTo("2026-03-02T10:05:00Z");
    assertThat(lease.at("/settle_by")).isEqualTo("2026-03-02T10:15:00Z");
    assertThat(balance("held")).isEqualTo("100");

    Answer reported = report(lease, 1, "", use("1", 3_000), use("2", 4_000));
    assertThat(reported.json().at("/results").findValuesAsText("status"))
        .containsExactly("recorded", "recorded");
    assertThat(reported.at("/reported")).isEqualTo("7");
    assertThat(reported.at("/epoch")).isEqualTo("2");
    assertThat(balance("held")).isEqualTo("93");
    Answer limit = api.get("/v1/orgs/acme/budgets/b-team");
    assertThat(limit.at("/used")).isEqualTo("7");
    assertThat(limit.at("/held")).isEqualTo("93");

    Answer closed =
        api.post(path(lease, "/close"), "{'epoch':2,'usage':[%s]}".formatted(use("3", 1_000)));
    assertThat(closed.at("/status")).isEqualTo("released");
    assertThat(closed.at("/reported")).isEqualTo("8");
    assertThat(balance("available")).isEqualTo("492");
    assertThat(balance("held")).isEqualTo("0");
    assertThat(api.get("/v1/orgs/acme/budgets/b-team").at("/held")).isEqualTo("0");
    assertThat(api.get(path(lease, "")).at("/status")).isEqualTo("released");
  }

  @Test
  void eachUseIsAnEntryWithItsAttribution() {
    Answer lease = lease("100", "");
    report(lease, 1, "", use("1", 3_000));
    var entry = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume").json().at("/data/0");
    assertThat(entry.at("/amount").asText()).isEqualTo("-3");
    assertThat(entry.at("/subject/user").asText()).isEqualTo("u-17");
    assertThat(entry.at("/feature").asText()).isEqualTo("chat");
    assertThat(entry.at("/model").asText()).isEqualTo("gpt-5");
    assertThat(entry.at("/session").asText()).isEqualTo("s-1");
    assertThat(entry.at("/metadata/ticket").asText()).isEqualTo("T-1");
    Answer events = api.get("/v1/orgs/acme/events");
    assertThat(events.json().at("/data")).hasSize(1);
    assertThat(events.at("/data/0/subject/user")).isEqualTo("u-17");
  }

  @Test
  void whatRanForAnAgentThatIsNotThereIsChargedWithoutIt() {
    Answer lease = lease("100", "");
    String ghost = use("1", 3_000).replace("'u-17'", "'u-17','agent':'ghost'");
    assertThat(report(lease, 1, "", ghost).at("/results/0/status")).isEqualTo("recorded");
    assertThat(balance("balance")).isEqualTo("497");
    var entry = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume").json().at("/data/0");
    assertThat(entry.at("/subject/user").asText()).isEqualTo("u-17");
    assertThat(entry.at("/subject/agent").isMissingNode()).isTrue();
    assertThat(entry.at("/metadata/unknown_agent").asText()).isEqualTo("ghost");
  }

  /** Its type says that a sidecar has let it run: anybody else has to name what there is. */
  @Test
  void whatRanUncheckedIsChargedWithoutWhatItsOrgDoesNotKnow() {
    String event =
        "{'specversion':'1.0','id':'1','source':'sidecar/s','type':'dev.bursar.%s','time':'2026-03-02T10:00:00Z',"
            + "'data':{'subject':{'org':'acme','agent':'ghost'},'wallet':'gone','metadata':{'bursar.unchecked':'true'},"
            + "'credit_type':'platform','amount':'3'}}";
    Answer usage = event(event.formatted("usage"));
    assertThat(usage.at("/results/0/status")).as(usage.body()).isEqualTo("rejected");
    Answer unchecked = event(event.formatted("unchecked"));
    assertThat(unchecked.at("/results/0/status")).as(unchecked.body()).isEqualTo("accepted");
    assertThat(balance("balance")).isEqualTo("497");
    var entry = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume").json().at("/data/0");
    assertThat(entry.at("/metadata/unknown_agent").asText()).isEqualTo("ghost");
    assertThat(entry.at("/metadata/unknown_wallet").asText()).isEqualTo("gone");
  }

  @Test
  void aReportSentAgainIsAnsweredAsBefore() {
    Answer lease = lease("100", "");
    String body = "{'epoch':1,'usage':[%s],'top_up':'20'}".formatted(use("1", 3_000));
    Answer first = api.post(path(lease, "/report"), body, "Idempotency-Key", "R1");
    Answer again = api.post(path(lease, "/report"), body, "Idempotency-Key", "R1");
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.at("/epoch")).isEqualTo("2");
    assertThat(again.at("/granted")).isEqualTo(first.at("/granted")).isEqualTo("120");
    assertThat(balance("balance")).isEqualTo("497");
    assertThat(balance("held")).isEqualTo("117");
    Answer other = report(lease, 1, "", use("2", 9_000));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("lease_epoch_stale");
    assertThat(balance("balance")).isEqualTo("497");
    Answer sameUse = report(lease, 2, "", use("1", 3_000));
    assertThat(sameUse.at("/results/0/status")).isEqualTo("recorded");
    assertThat(balance("balance")).as("it is charged once, whoever tells of it").isEqualTo("497");
  }

  @Test
  void aLeaseAskedForAgainIsTheSameLease() {
    Answer first = lease("500", "", "Idempotency-Key", "L1");
    Answer again = lease("500", "", "Idempotency-Key", "L1");
    assertThat(again.at("/lease_id")).isEqualTo(first.at("/lease_id"));
    assertThat(again.at("/granted")).isEqualTo("500");
    assertThat(balance("held")).isEqualTo("500");
  }

  @Test
  void asMuchAsThereIsIsGranted() {
    budget("b-team", "{'type':'team','id':'analytics'}", "platform", "70");
    budget("b-requests", "{'type':'org'}", "requests", "5");
    Answer lease = lease("1000", ",'meters':{'requests':30}");
    assertThat(lease.at("/granted")).isEqualTo("70");
    assertThat(lease.at("/meters/requests")).isEqualTo("5");
    assertThat(lease.at("/remaining")).isEqualTo("0");
    Answer no = lease("1", ",'meters':{'requests':1}");
    assertThat(no.status()).isEqualTo(200);
    assertThat(no.at("/decision")).isEqualTo("deny");
    assertThat(no.at("/denials/0/code")).isEqualTo("budget_exceeded");
  }

  @Test
  void aLimitThatItDoesNotHoldStandsInItsWay() {
    api.put("/v1/orgs/acme/users/u-17", "{'name':'Ada','teams':['analytics']}");
    budget("b-requests", "{'type':'org'}", "requests", "5");
    Answer silent = lease("1", "");
    assertThat(silent.status()).isEqualTo(400);
    assertThat(silent.at("/field")).isEqualTo("meters.requests");
    budget("b-user", "{'type':'user','id':'u-17'}", "platform", "5");
    Answer wide = lease("1", ",'meters':{'requests':1}");
    assertThat(wide.status()).isEqualTo(409);
    assertThat(wide.code()).isEqualTo("lease_too_wide");
    assertThat(wide.at("/subjects/0/team")).isEqualTo("analytics");
    assertThat(wide.at("/subjects/0/user")).isEqualTo("u-17");
  }

  private static final String CAN_NAME = ",'can_name':['feature']";

  private void forChatOnly(String id) {
    assertThat(
            api.post(
                    "/v1/orgs/acme/wallets/main/grants",
                    "{'id':'%s','credit_type':'platform','amount':'5','category':'promotional','applies_to':{'features':['chat']}}"
                        .formatted(id))
                .status())
        .isEqualTo(201);
  }

  @Test
  void whoCanNameTheFeatureIsAskedToWhereCreditsAreForSomeOnly() {
    Answer any = lease("100", CAN_NAME);
    assertThat(any.at("/granted")).isEqualTo("100");
    assertThat(any.at("/can_name/0")).isEqualTo("feature");
    assertThat(report(any, 1, ",'top_up':'0'", use("1", 3_000)).json().has("top_up_error"))
        .isFalse();
    forChatOnly("g-chat");
    for (String adding : List.of("", ",'top_up':'1'")) {
      Answer told = report(any, adding.isEmpty() ? 2 : 3, adding);
      assertThat(told.status()).isEqualTo(200);
      assertThat(told.at("/top_up_error/code")).isEqualTo("lease_too_wide");
      assertThat(told.at("/top_up_error/field")).isEqualTo("feature");
      assertThat(told.at("/granted")).isEqualTo("100");
    }
    Answer wide = lease("100", CAN_NAME);
    assertThat(wide.status()).isEqualTo(409);
    assertThat(wide.code()).isEqualTo("lease_too_wide");
    assertThat(wide.at("/field")).isEqualTo("feature");
    assertThat(lease("100", "").at("/granted")).as("who can't is not").isEqualTo("100");
    Answer chat = lease("5", ",'feature':'chat'" + CAN_NAME);
    assertThat(chat.at("/granted")).as("whose feature is named").isEqualTo("5");
    report(chat, 1, "", use("2", 5_000));
    assertThat(api.get("/v1/orgs/acme/wallets/main/ledger?type=consume").at("/data/1/grant"))
        .isEqualTo("g-chat");
  }

  @Test
  void whoCanNameTheFeatureIsAskedToWhereALimitCountsSomeOnly() {
    Answer any = lease("100", CAN_NAME, "Idempotency-Key", "L1");
    api.put(
        "/v1/orgs/acme/budgets/b-chat",
        "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'400','filters':{'features':['chat']}}");
    assertThat(lease("1", CAN_NAME).at("/field")).isEqualTo("feature");
    assertThat(report(any, 1, "").at("/top_up_error/field")).isEqualTo("feature");
    assertThat(lease("1", "").at("/granted")).isEqualTo("1");
    assertThat(lease("1", ",'feature':'search'" + CAN_NAME).at("/granted")).isEqualTo("1");
    Answer again = lease("100", CAN_NAME, "Idempotency-Key", "L1");
    assertThat(again.at("/lease_id")).as("as it was").isEqualTo(any.at("/lease_id"));
    Answer unknown = lease("1", ",'can_name':['model']");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.at("/field")).isEqualTo("can_name");
  }

  @Test
  void aTopUpAddsWhatThereIsAndHandingBackGivesToOthers() {
    Answer lease = lease("400", "");
    Answer more = report(lease, 1, ",'top_up':'300','ttl_seconds':600");
    assertThat(more.at("/granted")).isEqualTo("500");
    assertThat(more.at("/remaining")).isEqualTo("0");
    assertThat(more.at("/expires_at")).isEqualTo("2026-03-02T10:10:00Z");
    Answer none = report(lease, 2, ",'top_up':'1'");
    assertThat(none.at("/denials/0/code")).isEqualTo("insufficient_credits");
    assertThat(none.at("/granted")).isEqualTo("500");
    assertThat(none.json().has("remaining")).isFalse();
    Answer back = report(lease, 3, ",'hand_back':'450'");
    assertThat(back.at("/granted")).isEqualTo("50");
    assertThat(balance("available")).isEqualTo("450");
    Answer longer = report(lease, 4, ",'top_up':'0','ttl_seconds':3600");
    assertThat(longer.at("/expires_at")).isEqualTo("2026-03-02T11:00:00Z");
    assertThat(balance("held")).isEqualTo("50");
  }

  @Test
  void whatIsAddedIsOfItsOwnWalletAndForItsOwnFeature() {
    api.put("/v1/orgs/acme/wallets/spare", "{}");
    api.post(
        "/v1/orgs/acme/wallets/spare/grants",
        "{'credit_type':'platform','amount':'50','category':'paid','applies_to':{'features':['chat']}}");
    Answer lease = lease("10", ",'wallet':'spare','feature':'chat'");
    Answer more = report(lease, 1, ",'top_up':'20'");
    assertThat(more.at("/granted")).as(more.body()).isEqualTo("30");
    assertThat(balance("held")).isEqualTo("0");
  }

  @Test
  void aLeaseUnderALimitThatIsOverIsNotProlonged() {
    budget("b-org", "{'type':'org'}", "platform", "400");
    Answer lease = lease("100", "");
    api.put(
        "/v1/orgs/acme/budgets/b-org",
        "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'40'}");
    Answer report = report(lease, 1, ",'top_up':'0','ttl_seconds':3600");
    assertThat(report.at("/denials/0/code")).isEqualTo("budget_exceeded");
    assertThat(report.at("/granted")).isEqualTo("100");
    assertThat(report.at("/expires_at")).isEqualTo("2026-03-02T10:05:00Z");
    assertThat(balance("held")).isEqualTo("100");
  }

  @Test
  void aReportThatAddsNothingIsToldWhatStandsInTheWay() {
    budget("b-org", "{'type':'org'}", "platform", "400");
    Answer lease = lease("100", "");
    assertThat(report(lease, 1, "", use("1", 1)).json().has("denials")).isFalse();
    api.post("/v1/orgs/acme/freeze", "{'reason':'audit'}");
    assertThat(report(lease, 2, "", use("2", 1)).at("/denials/0/code")).isEqualTo("frozen");
    api.post("/v1/orgs/acme/unfreeze", "{}");
    assertThat(report(lease, 3, "").json().has("denials")).isFalse();
    budget("b-org", "{'type':'org'}", "platform", "40");
    assertThat(report(lease, 4, "").at("/denials/0/code")).isEqualTo("budget_exceeded");
    budget("b-org", "{'type':'org'}", "platform", "400");
    budget("b-ann", "{'type':'user','id':'ann'}", "platform", "10");
    assertThat(report(lease, 5, "").at("/top_up_error/code")).isEqualTo("lease_too_wide");
    assertThat(balance("held")).isNotEqualTo("0");
  }

  @Test
  void aMeterThatIsCalledLikeTheCreditsIsNoWayRoundTheirLimits() {
    budget("b-org", "{'type':'org'}", "platform", "10");
    Answer no = lease("400", ",'meters':{'platform':1}");
    assertThat(no.status()).isEqualTo(400);
    assertThat(no.at("/field")).isEqualTo("meters.platform");
  }

  /** Whatever was set in between: what was granted is held, and somebody has to know of it. */
  @Test
  void whatWasAnsweredIsLookedUpBeforeAnythingElse() {
    Answer first = lease("500", "", "Idempotency-Key", "L1");
    budget("b-user", "{'type':'user','id':'u-17'}", "platform", "5");
    budget("b-requests", "{'type':'org'}", "requests", "5");
    Answer again = lease("500", "", "Idempotency-Key", "L1");
    assertThat(again.at("/lease_id")).isEqualTo(first.at("/lease_id"));
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(lease("400", "", "Idempotency-Key", "L1").code())
        .isEqualTo("idempotency_key_reused");
    assertThat(balance("held")).isEqualTo("500");
  }

  @Test
  void whatMetersItHasIsToldWhateverAnswerWasLost() {
    budget("b-requests", "{'type':'org'}", "requests", "50");
    Answer lease = lease("100", ",'meters':{'requests':30}");
    assertThat(lease.at("/granted_meters/requests")).isEqualTo("30");
    String more = "{'epoch':1,'top_up':'0','top_up_meters':{'requests':5}}";
    Answer first = api.post(path(lease, "/report"), more, "Idempotency-Key", "R1");
    assertThat(first.at("/top_up_meters/requests")).isEqualTo("5");
    assertThat(first.at("/granted_meters/requests")).isEqualTo("35");
    Answer again = api.post(path(lease, "/report"), more, "Idempotency-Key", "R1");
    assertThat(again.at("/granted_meters/requests")).isEqualTo("35");
    assertThat(api.get(path(lease, "")).at("/granted_meters/requests")).isEqualTo("35");
  }

  @Test
  void allThatThereIsCanBeProlonged() {
    budget("b-requests", "{'type':'org'}", "requests", "5");
    Answer lease = lease("500", ",'meters':{'requests':5}");
    Answer longer = report(lease, 1, ",'top_up':'0','ttl_seconds':3600");
    assertThat(longer.at("/expires_at")).isEqualTo("2026-03-02T11:00:00Z");
    assertThat(longer.at("/granted_meters/requests")).isEqualTo("5");
    Answer notShorter = report(lease, 2, ",'top_up':'0'");
    assertThat(notShorter.at("/expires_at")).isEqualTo("2026-03-02T11:00:00Z");
  }

  @Test
  void whatIsProlongedEndsWithTheWindowOfAMeterThatItHolds() {
    budget("b-tokens", "{'type':'org'}", "input_tokens", "5");
    Answer lease = lease("500", ",'meters':{'input_tokens':5}");
    Answer longer = report(lease, 1, ",'top_up':'0','ttl_seconds':86400");
    assertThat(longer.at("/expires_at")).isEqualTo("2026-03-02T23:00:00Z");
  }

  @Test
  void howLongItLivesIsToldBesideUntilWhen() {
    Answer lease = lease("100", "");
    assertThat(lease.at("/expires_in_ms")).isEqualTo("300000");
    api.put("/v1/test_clock", "{'now':'2026-03-02T10:04:00.5Z'}");
    assertThat(api.get(path(lease, "")).at("/expires_in_ms")).isEqualTo("59500");
    Answer longer = report(lease, 1, ",'top_up':'0','ttl_seconds':600");
    assertThat(longer.at("/expires_in_ms")).isEqualTo("600000");
    api.put("/v1/test_clock", "{'now':'2026-03-02T10:20:00Z'}");
    assertThat(api.get(path(lease, "")).at("/expires_in_ms")).isEqualTo("0");
  }

  @Test
  void anEpochThatNeverWasChargesNothing() {
    Answer lease = lease("100", "");
    Answer ahead = report(lease, 7, "", use("1", 3_000));
    assertThat(ahead.code()).isEqualTo("lease_epoch_stale");
    assertThat(balance("balance")).isEqualTo("500");
    assertThat(report(lease, 1, "", use("1", 3_000)).at("/reported")).isEqualTo("3");
  }

  @Test
  void whatCannotBeAddedHidesNothingOfWhatWasCharged() {
    Answer lease = lease("100", "");
    Answer settled = report(lease, 1, ",'top_up':'1','top_up_meters':{'x':1}", use("1", 3_000));
    assertThat(settled.status()).isEqualTo(200);
    assertThat(settled.at("/results/0/status")).isEqualTo("recorded");
    assertThat(settled.at("/top_up_error/code")).isEqualTo("invalid");
    assertThat(settled.at("/top_up_error/field")).isEqualTo("top_up_meters.x");
    assertThat(settled.at("/granted")).isEqualTo("100");
    assertThat(settled.at("/epoch")).isEqualTo("2");
    budget("b-user", "{'type':'user','id':'u-17'}", "platform", "5");
    Answer wide = report(lease, 2, ",'top_up':'1'");
    assertThat(wide.at("/top_up_error/code")).isEqualTo("lease_too_wide");
  }

  @Test
  void whatIsNotOnRecordIsNotGivenBack() {
    Answer lease = lease("100", "");
    String unknown = use("1", 60_000).replace("gpt-5", "other");
    String body = "{'epoch':1,'usage':[%s]}".formatted(unknown);
    Answer open = api.post(path(lease, "/close"), body, "Idempotency-Key", "C1");
    assertThat(open.at("/results/0/status")).isEqualTo("rejected");
    assertThat(open.at("/status")).isEqualTo("open");
    assertThat(open.at("/epoch")).isEqualTo("2");
    assertThat(balance("held")).isEqualTo("100");
    Answer again = api.post(path(lease, "/close"), body, "Idempotency-Key", "C1");
    assertThat(again.at("/epoch")).isEqualTo("2");
    Answer closed =
        api.post(path(lease, "/close"), "{'epoch':2,'usage':[%s]}".formatted(use("1", 60_000)));
    assertThat(closed.at("/status")).isEqualTo("released");
    assertThat(balance("available")).isEqualTo("440");
  }

  @Test
  void aLeaseIsItsHoldersToReportOn() {
    String holder = api.key(Role.SERVICE, "acme");
    Answer lease =
        api.send("POST", "/v1/leases", holder, RunningApi.json(WANTED.formatted("100", "")));
    String admin = api.key(Role.ORG_ADMIN, "acme");
    String report =
        RunningApi.json("{'epoch':1,'usage':[%s],'hand_back':'100'}".formatted(use("1", 1)));
    Answer no = api.send("POST", path(lease, "/report"), admin, report);
    assertThat(no.status()).isEqualTo(403);
    assertThat(
            api.send("POST", path(lease, "/close"), admin, RunningApi.json("{'epoch':1}")).status())
        .isEqualTo(403);
    assertThat(
            api.send("POST", path(lease, "/revoke"), admin, RunningApi.json("{}")).at("/revoked"))
        .isEqualTo("true");
    assertThat(balance("held")).isEqualTo("100");

    assertThat(report(lease, 1, "", use("1", 3_000)).at("/reported"))
        .as("a key of no org is the operator's")
        .isEqualTo("3");
    assertThat(
            api.send(
                    "POST",
                    path(lease, "/close"),
                    holder,
                    RunningApi.json("{'epoch':2,'usage':[%s]}".formatted(use("2", 1_000))))
                .at("/reported"))
        .isEqualTo("4");
    assertThat(api.send("POST", path(lease, "/report"), admin, report).status())
        .as("and what comes late is its holder's, too")
        .isEqualTo(403);
  }

  @Test
  void nobodyTakesTheNameOfAUseBeforeItsHolderTellsOfIt() {
    Answer lease = lease("100", "");
    String event =
        RunningApi.json(
            "{'specversion':'1.0','type':'dev.bursar.usage','source':'%s','id':'1','time':'2026-03-02T09:59:00Z',"
                    .formatted(lease.at("/lease_id"))
                + "'data':{'subject':{'org':'acme'},'amount':'0','credit_type':'platform'}}");
    Answer rejected =
        api.send(
            api.request(
                "POST",
                "/v1/events",
                api.key(Role.ORG_ADMIN, "acme"),
                event,
                "Content-Type",
                "application/cloudevents+json"));
    assertThat(rejected.at("/results/0/status")).isEqualTo("rejected");
    assertThat(rejected.at("/results/0/error/field")).isEqualTo("source");
    assertThat(report(lease, 1, "", use("1", 3_000)).at("/reported")).isEqualTo("3");
  }

  @Test
  void whatWasUsedOfALeaseThatIsForgottenIsAnEventHoweverLongItsNamesAre() {
    String name = "_".repeat(255);
    api.put("/v1/orgs/" + name, "{'name':'Long','timezone':'UTC'}");
    api.put("/v1/orgs/%s/wallets/%s".formatted(name, name), "{}");
    String lease = new ReservationId(name, name, "x".repeat(24)).toString();
    assertThat(lease.length()).isGreaterThan(1_500);
    String event =
        RunningApi.json(
            "{'specversion':'1.0','type':'dev.bursar.usage','source':'%s','id':'1','time':'2026-03-02T09:59:00Z',"
                    .formatted(lease)
                + "'data':{'subject':{'org':'%s'},'wallet':'%s','amount':'1','credit_type':'platform'}}"
                    .formatted(name, name));
    Answer reported =
        api.send(
            api.request(
                "POST",
                "/v1/events",
                api.key(Role.ORG_ADMIN, name),
                event,
                "Content-Type",
                "application/cloudevents+json"));
    assertThat(reported.at("/results/0/status")).as(reported.body()).isEqualTo("accepted");
  }

  @Test
  void aRevokedLeaseStaysHeldUntilItsHolderClosesIt() {
    Answer lease = lease("100", "");
    assertThat(api.post(path(lease, "/revoke"), "{}").at("/revoked")).isEqualTo("true");
    assertThat(balance("held")).isEqualTo("100");
    Answer reported = report(lease, 1, ",'top_up':'10'", use("1", 1_000));
    assertThat(reported.at("/revoked")).isEqualTo("true");
    assertThat(reported.at("/granted")).as("nothing is added").isEqualTo("100");
    assertThat(balance("held")).as("and nothing stays behind").isEqualTo("99");
    assertThat(api.post(path(lease, "/close"), "{'epoch':2}").status()).isEqualTo(200);
    assertThat(balance("held")).isEqualTo("0");
  }

  @Test
  void afterSettleByItIsLateUsageAndCharged() {
    Answer lease = lease("500", "");
    api.put("/v1/test_clock", "{'now':'2026-03-02T10:15:00Z'}");
    Answer reported = report(lease, 1, "", use("1", 3_000));
    assertThat(reported.at("/status")).isEqualTo("expired");
    assertThat(reported.at("/results/0/status")).isEqualTo("recorded");
    report(lease, 1, "", use("1", 3_000));
    assertThat(balance("available")).isEqualTo("497");
    assertThat(api.get("/v1/orgs/acme/wallets/main/ledger?type=late_usage").json().at("/data"))
        .hasSize(1);
  }

  @Test
  void whatIsNotKnownOrNotTheCallersIsNotFound() {
    Answer lease = lease("1", "");
    api.put("/v1/orgs/beta", "{'name':'Beta','timezone':'UTC'}");
    String other = api.key(Role.ORG_ADMIN, "beta");
    assertThat(api.send("GET", path(lease, ""), other, null).status()).isEqualTo(404);
    String rsv =
        api.post(
                "/v1/reservations",
                "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform'}")
            .at("/reservation_id");
    assertThat(api.get("/v1/leases/" + rsv).code()).isEqualTo("lease_not_found");
    assertThat(api.post("/v1/leases/" + rsv + "/close", "{'epoch':1}").code())
        .isEqualTo("lease_not_found");
    assertThat(
            api.post("/v1/reservations/" + lease.at("/lease_id") + "/commit", "{'amount':'1'}")
                .code())
        .isEqualTo("reservation_leased");
  }

  @Test
  void aUseWithoutARateIsRejectedByItself() {
    Answer lease = lease("100", "");
    Answer reported =
        report(lease, 1, "", use("1", 1_000), use("2", 1_000).replace("gpt-5", "other"));
    assertThat(reported.json().at("/results").findValuesAsText("status"))
        .containsExactly("recorded", "rejected");
    assertThat(reported.at("/results/1/error/code")).isEqualTo("no_rate");
    assertThat(reported.at("/reported")).isEqualTo("1");
    Answer foreign = report(lease, 2, "", use("3", 1).replace("'org':'acme'", "'org':'b'"));
    assertThat(foreign.at("/field")).isEqualTo("usage[0].subject.org");
  }

  @Test
  void twoHundredHoldersOnABalanceOfTenHaveTenTogether() {
    Answer rest = lease("490", "");
    assertThat(rest.at("/granted")).isEqualTo("490");
    String key = api.key(Role.OPERATOR, null);
    List<HttpRequest> asked =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    api.request(
                        "POST", "/v1/leases", key, RunningApi.json(WANTED.formatted("3", ""))))
            .toList();
    Credits granted = Credits.ZERO;
    for (Answer answer : api.all(asked)) {
      if (answer.at("/decision").equals("allow")) {
        granted = granted.plus(Credits.parse(answer.at("/granted")));
      }
    }
    assertThat(granted).isEqualTo(Credits.of(10));
    assertThat(balance("available")).isEqualTo("0");
  }
}
