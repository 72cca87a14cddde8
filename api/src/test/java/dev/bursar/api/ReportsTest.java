package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.operation.Answer.Busy;
import dev.bursar.domain.operation.Answer.Unreachable;
import dev.bursar.domain.org.OrgEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Usage that is reported after it ran, as the official SDK of CloudEvents writes it, and by hand.
 */
class ReportsTest {

  private static final String ONE = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static CloudEvent event(String id, String data, Instant time) {
    return CloudEventBuilder.v1()
        .withId(id)
        .withSource(URI.create("/gateways/eu-1"))
        .withType("llm.call")
        .withTime(time.atOffset(ZoneOffset.UTC))
        .withExtension("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .withExtension("region", "eu")
        .withData("application/json", RunningApi.json(data).getBytes(StandardCharsets.UTF_8))
        .build();
  }

  private static CloudEvent amount(String id, String amount) {
    return event(
        id,
        "{'subject':{'org':'acme','team':'analytics','user':'u-17'},'amount':'%s','credit_type':'platform'}"
            .formatted(amount),
        RunningApi.START);
  }

  private static String written(CloudEvent event) {
    return new String(new JsonFormat().serialize(event), StandardCharsets.UTF_8);
  }

  private Answer report(String type, String body) {
    Answer answer =
        api.send(api.request("POST", "/v1/events", api.operator, body, "Content-Type", type));
    Contract.check(answer, "POST", "/v1/events", answer.status() == 200 ? null : body, type);
    return answer;
  }

  private List<String> batch(CloudEvent... events) {
    String body =
        Arrays.stream(events).map(ReportsTest::written).collect(Collectors.joining(",", "[", "]"));
    return statuses(report(BATCH, body));
  }

  private static List<String> statuses(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    List<String> statuses = new ArrayList<>();
    for (JsonNode result : answer.json().get("results")) {
      statuses.add(result.get("id").asText("") + " " + result.get("status").asText());
    }
    return statuses;
  }

  private String figure(String name) {
    return api.get("/v1/orgs/acme/wallets/main").at("/balances/0/" + name);
  }

  @Test
  void anEventOfTheSdkIsChargedAndAttributed() {
    CloudEvent event =
        event(
            "e1",
            "{'subject':{'org':'acme','team':'analytics'},'model':'gpt-5','usage':{'input_tokens':1000,'output_tokens':500}}",
            RunningApi.START);
    String body = written(event);
    Answer answer = report(ONE, body);
    Contract.check(answer, "POST", "/v1/events", body, ONE);
    assertThat(statuses(answer)).containsExactly("e1 accepted");
    assertThat(figure("balance")).isEqualTo("497");
    Answer ledger = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume");
    assertThat(ledger.at("/data/0/amount")).isEqualTo("-3");
    assertThat(ledger.at("/data/0/subject/team")).isEqualTo("analytics");
    assertThat(api.node.orgEventsOf("acme"))
        .anySatisfy(
            each -> {
              assertThat(each).isInstanceOf(OrgEvent.ReservationBegun.class);
              var request = ((OrgEvent.ReservationBegun) each).plan().request();
              assertThat(request.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
              assertThat(request.reported()).isNotNull();
            });
  }

  @Test
  void aBatchIsAnsweredInItsOrderAndABadEventStopsNoOther() {
    CloudEvent bad =
        event(
            "e3",
            "{'subject':{'org':'acme','team':'nowhere'},'amount':'1','credit_type':'platform'}",
            RunningApi.START);
    assertThat(
            batch(amount("e1", "1"), amount("e2", "2"), bad, amount("e1", "1"), amount("e4", "4")))
        .containsExactly(
            "e1 accepted", "e2 accepted", "e3 rejected", "e1 duplicate", "e4 accepted");
    assertThat(figure("balance")).isEqualTo("493");
    assertThat(batch(amount("e2", "99"))).containsExactly("e2 duplicate");
    assertThat(figure("balance")).isEqualTo("493");
  }

  /** What can't be read of one event is no fault of those beside it. */
  @Test
  void anEventThatSaysSomethingTwiceOrAtLengthStopsNoOther() {
    String twice = written(amount("e2", "1")).replaceFirst("\\{", "{\"data\":{},");
    String tooLong =
        written(amount("e3", "1")).replace("\"amount\":\"1\"", "\"amount\":" + "9".repeat(101));
    Answer answer =
        report(
            BATCH,
            "[%s,%s,%s,%s]"
                .formatted(written(amount("e1", "1")), twice, tooLong, written(amount("e4", "4"))));
    assertThat(statuses(answer))
        .containsExactly("e1 accepted", "e2 rejected", "e3 rejected", "e4 accepted");
    assertThat(answer.at("/results/1/error/code")).isEqualTo("malformed_json");
    assertThat(answer.at("/results/1/error/detail")).contains("there twice");
    assertThat(answer.at("/results/2/error/detail")).contains("longer than 100 characters");
    assertThat(figure("balance")).isEqualTo("495");
  }

  @ParameterizedTest
  @CsvSource({"string, longer than 100000 characters", "list, nested deeper than 50 levels"})
  void anEventWithAHugeTextOrDeepListsStopsNoOther(String what, String told) {
    String huge = what.equals("string") ? "\"%s\"".formatted("x".repeat(100_001)) : nested(49);
    String fits = what.equals("string") ? "\"%s\"".formatted("x".repeat(100_000)) : nested(48);
    Answer answer =
        report(
            BATCH,
            "[%s,%s,%s,%s]"
                .formatted(
                    written(amount("e1", "1")),
                    written(amount("e2", "1")).replaceFirst("\\{", "{\"more\":" + huge + ","),
                    written(amount("e3", "1")).replaceFirst("\\{", "{\"more\":" + fits + ","),
                    written(amount("e4", "4"))));
    assertThat(statuses(answer))
        .containsExactly("e1 accepted", "e2 rejected", "e3 accepted", "e4 accepted");
    assertThat(answer.at("/results/1/error/code")).isEqualTo("malformed_json");
    assertThat(answer.at("/results/1/error/detail")).contains(told);
    assertThat(figure("balance")).isEqualTo("494");
  }

  private static String nested(int lists) {
    return "[".repeat(lists) + "]".repeat(lists);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      textBlock =
          """
          {'subject':{'org':'acme'}}                                             ! data.amount
          {'subject':{'org':'acme'},'amount':'1'}                                ! data.credit_type
          {'subject':{'org':'acme'},'usage':{'input_tokens':1},'credit_type':'platform'}         ! data.credit_type
          """)
  void aProblemNamesTheFieldWhereItStands(String data, String field) {
    Answer answer = report(ONE, written(event("e1", data, RunningApi.START)));
    assertThat(answer.at("/results/0/error/field")).isEqualTo(field);
  }

  @Test
  void itIsListedWithTheTimeAtWhichItRanAndTheReportersWords() {
    Instant ran = RunningApi.START.minus(Duration.ofMinutes(90));
    assertThat(
            batch(
                event(
                    "e1",
                    "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform','metadata':{'job':'nightly'}}",
                    ran)))
        .containsExactly("e1 accepted");
    Answer listed = api.get("/v1/orgs/acme/events?from=2026-03-01T00:00:00Z");
    assertThat(listed.at("/data/0/event_id")).isEqualTo("e1");
    assertThat(listed.at("/data/0/time")).isEqualTo(ran.toString());
    assertThat(listed.at("/data/0/metadata/job")).isEqualTo("nightly");
  }

  @Test
  void noBudgetDeniesWhatHasRunAndTheNextReservationIsDenied() {
    api.put(
        "/v1/orgs/acme/budgets/small",
        "{'scope':{'type':'team','id':'analytics'},'measure':'platform','window':'day','limit':'10'}");
    assertThat(batch(amount("e1", "25"))).containsExactly("e1 accepted");
    assertThat(api.get("/v1/orgs/acme/budgets/small").at("/used")).isEqualTo("25");
    Answer next =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme','team':'analytics'},'amount':'1','credit_type':'platform'}");
    assertThat(next.at("/denials/0/code")).isEqualTo("budget_exceeded");
  }

  @Test
  void whatNoGrantCoversIsOwed() {
    assertThat(batch(amount("e1", "600"))).containsExactly("e1 accepted");
    assertThat(figure("balance")).isEqualTo("0");
    assertThat(figure("debt")).isEqualTo("100");
    assertThat(batch(amount("e2", "1"))).containsExactly("e2 accepted");
    assertThat(figure("debt")).isEqualTo("101");
  }

  @Test
  void whatIsRejectedMayBeSentAgainWhenTheCauseIsMended() {
    CloudEvent dear =
        event(
            "e1",
            "{'subject':{'org':'acme'},'amount':'600','credit_type':'platform','overage_policy':'reject'}",
            RunningApi.START);
    Answer answer = report(ONE, written(dear));
    assertThat(answer.at("/results/0/error/code")).isEqualTo("insufficient_credits");
    assertThat(figure("balance")).isEqualTo("500");
    api.post(
        "/v1/orgs/acme/wallets/main/grants",
        "{'id':'g-2','credit_type':'platform','amount':'100','category':'paid'}");
    assertThat(batch(dear)).containsExactly("e1 accepted");
    assertThat(batch(dear)).containsExactly("e1 duplicate");
    assertThat(figure("balance")).isEqualTo("0");
  }

  @Test
  void theSameEventAHundredTimesAtOnceIsChargedOnce() {
    List<HttpRequest> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      requests.add(
          api.request(
              "POST", "/v1/events", api.operator, written(amount("e1", "5")), "Content-Type", ONE));
    }
    List<String> statuses =
        api.all(requests).stream().flatMap(answer -> statuses(answer).stream()).toList();
    assertThat(statuses).filteredOn("e1 accepted"::equals).hasSize(1);
    assertThat(statuses).filteredOn("e1 duplicate"::equals).hasSize(99);
    assertThat(figure("balance")).isEqualTo("495");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          'specversion':'0.3','id':'e','source':'s','type':'t','data':{} | invalid | specversion
          'specversion':'1.0','source':'s','type':'t','data':{} | invalid | id
          'specversion':'1.0','id':'e','source':'','type':'t','data':{} | invalid | source
          'specversion':'1.0','id':'e','source':'s','data':{} | invalid | type
          'specversion':'1.0','id':'e','source':'s','type':'t' | invalid | data
          'specversion':'1.0','id':'e','source':'s','type':'t','data':'x' | invalid | data
          'specversion':'1.0','id':'e','source':'s','type':'t','data_base64':'eA==' | invalid | data_base64
          'specversion':'1.0','id':'e','source':'s','type':'t','datacontenttype':'text/xml','data':{} | invalid | datacontenttype
          'specversion':'1.0','id':'e','source':'s','type':'t','time':'yesterday','data':{} | invalid | time
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{} | invalid | data.subject
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'acme'},'amount':'-1','credit_type':'platform'} | invalid_amount | data.amount
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'acme'},'amount':'1','credit_type':'gold'} | unknown_credit_type | data.credit_type
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'acme'},'commit':true} | unknown_field | data.commit
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'nobody'},'amount':'1','credit_type':'platform'} | unknown_org | data.subject.org
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'acme'},'wallet':'none','amount':'1','credit_type':'platform'} | unknown_wallet | data.wallet
          'specversion':'1.0','id':'e','source':'s','type':'t','data':{'subject':{'org':'acme'},'model':'none','usage':{'input_tokens':1}} | no_rate | data.usage
          'specversion':'1.0','id':'e','source':'s','type':'t','time':'2026-03-02T10:05:01Z','data':{'subject':{'org':'acme'},'amount':'1','credit_type':'platform'} | invalid | time
          """)
  void whatCannotBeAccountedIsRejectedWithItsField(String event, String code, String field) {
    long before = api.node.events();
    Answer answer = report(ONE, RunningApi.json("{" + event + "}"));
    assertThat(answer.at("/results/0/status")).as(answer.body()).isEqualTo("rejected");
    assertThat(answer.at("/results/0/error/field")).isEqualTo(field);
    if (!code.equals("invalid_amount")) {
      assertThat(answer.at("/results/0/error/code")).isEqualTo(code);
    }
    assertThat(api.node.events()).isEqualTo(before);
  }

  @Test
  void aBodyThatIsNoBatchAndOneTooLong() {
    assertThat(report(BATCH, "[{]").code()).isEqualTo("malformed_json");
    assertThat(report(BATCH, "{}").code()).isEqualTo("malformed_json");
    assertThat(report(ONE, "[]").code()).isEqualTo("malformed_json");
    assertThat(report(ONE, "").status()).isEqualTo(400);
    assertThat(report("application/json", "{}").status()).isEqualTo(415);
    assertThat(statuses(report(BATCH, "[]"))).isEmpty();
    String many = IntStream.range(0, 1_001).mapToObj(i -> "{}").collect(Collectors.joining(","));
    assertThat(report(BATCH, "[" + many + "]").code()).isEqualTo("too_many_events");
    String large = "[" + " ".repeat(4 * 1_048_576) + "]";
    assertThat(report(BATCH, large).status()).isEqualTo(413);
    assertThat(statuses(report(BATCH, "[" + " ".repeat(2 * 1_048_576) + "]"))).isEmpty();
  }

  @Test
  void aKeyOfAnotherOrgLearnsNothing() {
    api.put("/v1/orgs/zeta", "{'name':'Zeta','timezone':'UTC'}");
    String key = api.key(Role.SERVICE, "zeta");
    Answer answer =
        api.send(
            api.request(
                "POST", "/v1/events", key, written(amount("e1", "1")), "Content-Type", ONE));
    assertThat(answer.at("/results/0/error/code")).isEqualTo("unknown_org");
    String viewer = api.key(Role.ORG_VIEWER, "acme");
    Answer refused =
        api.send(
            api.request(
                "POST", "/v1/events", viewer, written(amount("e1", "1")), "Content-Type", ONE));
    assertThat(refused.status()).isEqualTo(403);
  }

  @Test
  void whatCouldNotBePutOnRecordIsToBeSentAgain() {
    api.node.trouble(Unreachable::new);
    Answer away = report(ONE, written(amount("e1", "1")));
    assertThat(away.status()).isEqualTo(503);
    assertThat(away.header("Retry-After")).isNotEmpty();
    api.node.trouble(Busy::new);
    assertThat(report(ONE, written(amount("e1", "1"))).status()).isEqualTo(429);
    api.node.trouble(null);
    assertThat(batch(amount("e1", "1"))).containsExactly("e1 accepted");
  }

  @Test
  void reportsAreCounted() {
    batch(amount("e1", "1"), amount("e1", "1"), amount("e2", "1"));
    String metrics = api.send(api.request("GET", "/metrics", null, null)).body();
    assertThat(metrics)
        .contains("bursar_reports_total{result=\"accepted\"} 2.0")
        .contains("bursar_reports_total{result=\"duplicate\"} 1.0")
        .contains("bursar_reports_total{result=\"rejected\"} 0.0");
  }
}
