package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Usage, events and costs as tables: what DuckDB reads from them is what JSON says. */
class FormatsTest {

  private static final String PARQUET = "application/vnd.apache.parquet";
  private static final String USAGE = "/v1/orgs/acme/usage";
  private static final String EVENTS = "/v1/orgs/acme/events";
  private static final String FOCUS = "/v1/orgs/acme/focus";

  @TempDir Path directory;
  private RunningApi api;
  private Duck duck;

  @BeforeEach
  void work() {
    api = new RunningApi().withAcme();
    duck = new Duck(directory);
    api.post(
        "/v1/orgs/acme/wallets/main/grants",
        "{'id':'g-2','credit_type':'platform','amount':'1000','category':'paid','priority':1,"
            + "'cost_basis':{'amount':'10','currency':'EUR'}}");
    ask("'team':'analytics','user':'u-17'", "'usage':{'input_tokens':1200,'output_tokens':800}");
    ask("'team':'analytics','user':'=cmd()'", "'usage':{'input_tokens':7,'output_tokens':3}");
    ask("'user':'u-18'", "'amount':'2.5','credit_type':'platform'");
    ask("'team':'analytics'", "'usage':{'input_tokens':900000000,'output_tokens':1}");
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme','user':'u-18'},'amount':'1','credit_type':'platform'}");
  }

  @AfterEach
  void stop() {
    duck.close();
    api.close();
  }

  private void ask(String subject, String what) {
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme',%s},'feature':'chat','model':'gpt-5','session':'+1',%s,'commit':true}"
            .formatted(subject, what));
  }

  private byte[] parquet(String path) {
    HttpResponse<byte[]> answer = api.bytes(path, api.operator, PARQUET);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue(PARQUET);
    assertThat(answer.headers().firstValue("X-As-Of")).isPresent();
    assertThat(answer.headers().firstValue("X-Lag-Ms")).hasValue("0");
    return answer.body();
  }

  private Answer csv(String path) {
    return api.send("GET", path, api.operator, null, "Accept", "text/csv");
  }

  // ---- usage

  @Test
  void sumsAreTheSameInAllFormats() {
    String path = USAGE + "?group_by=team,model&filter[feature]=chat&fresh=true";
    JsonNode rows = api.get(path).json().at("/data");
    List<List<String>> expected = new ArrayList<>();
    rows.forEach(
        row ->
            expected.add(
                List.of(
                    row.at("/group/team").asText("none"),
                    row.at("/credit_type").asText(),
                    new BigDecimal(row.at("/credits").asText()).setScale(6).toPlainString(),
                    row.at("/requests").asText(),
                    row.at("/denied").asText())));
    duck.parquet("usage", parquet(path));
    duck.csv("usage_csv", csv(path).body());
    String select =
        "select coalesce(team, 'none'), credit_type, cast(credits as decimal(38, 6)), requests,"
            + " denied from ";
    assertThat(expected).hasSizeGreaterThan(1);
    assertThat(duck.rows(select + "usage")).isEqualTo(expected);
    assertThat(duck.rows(select + "usage_csv")).isEqualTo(expected);
    assertThat(duck.types("usage"))
        .containsExactly(
            "team VARCHAR",
            "model VARCHAR",
            "credit_type VARCHAR",
            "credits DECIMAL(38,6)",
            "requests BIGINT",
            "denied BIGINT",
            "meter_cached_input_tokens DECIMAL(38,0)",
            "meter_input_tokens DECIMAL(38,0)",
            "meter_output_tokens DECIMAL(38,0)",
            "other_meters JSON");
  }

  @Test
  void aViewerMayHaveSumsInAnyFormat() {
    String viewer = api.key(Role.ORG_VIEWER, "acme");
    assertThat(api.bytes(USAGE, viewer, PARQUET).statusCode()).isEqualTo(200);
    assertThat(api.send("GET", USAGE, viewer, null, "Accept", "text/csv").status()).isEqualTo(200);
    assertThat(api.send("GET", USAGE, viewer, null, "Accept", "image/png").status()).isEqualTo(406);
  }

  // ---- events

  @Test
  void eventsComePageByPageTheNewestFirst() {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      Answer page = api.get(EVENTS + "?limit=2" + cursor);
      page.json().at("/data").forEach(event -> ids.add(event.get("id").asText()));
      cursor = page.json().at("/has_more").asBoolean() ? "&cursor=" + page.at("/next_cursor") : "";
    } while (!cursor.isEmpty());
    assertThat(ids).hasSize(5).doesNotHaveDuplicates();
    assertThat(api.get(EVENTS).json().at("/data").findValuesAsText("id")).isEqualTo(ids);
    Answer first = api.get(EVENTS + "?limit=1");
    assertThat(first.at("/data/0/outcome")).isEqualTo("open");
    assertThat(first.at("/as_of")).isNotEmpty();
    assertThat(api.get(EVENTS + "?decision=deny").at("/data/0/denials/0"))
        .isEqualTo("insufficient_credits");
    assertThat(api.get(EVENTS + "?outcome=committed&filter[user]=u-17").json().at("/data"))
        .hasSize(1);
    assertThat(api.get(EVENTS + "?to=2020-01-01T00:00:00Z&from=2019-01-01T00:00:00Z").at("/data"))
        .isEmpty();
    assertThat(api.get(EVENTS + "?decision=perhaps").at("/field")).isEqualTo("decision");
    assertThat(api.get(EVENTS + "?cursor=abc").at("/field")).isEqualTo("cursor");
    assertThat(api.get("/v1/orgs/none/events").code()).isEqualTo("org_not_found");
  }

  /** Pages of one question follow on each other, whatever the clock shows by then. */
  @Test
  void aCursorGoesOnInTheTimeThatWasAskedForFirst() {
    Answer first = api.get(EVENTS + "?limit=2&filter[feature]=chat");
    String cursor = "&cursor=" + first.at("/next_cursor");
    Answer rest = api.get(EVENTS + "?filter[feature]=chat" + cursor);
    assertThat(rest.json().at("/data")).isNotEmpty();
    assertThat(
            api.put(
                    "/v1/test_clock",
                    "{'now':'%s'}".formatted(RunningApi.START.plus(Duration.ofDays(40))))
                .status())
        .isEqualTo(200);
    assertThat(api.get(EVENTS + "?filter[feature]=chat").json().at("/data")).isEmpty();
    assertThat(api.get(EVENTS + "?filter[feature]=chat&fresh=true" + cursor).json().at("/data"))
        .isEqualTo(rest.json().at("/data"));
    for (String other :
        List.of(
            "",
            "&filter[feature]=other",
            "&filter[feature]=chat&decision=allow",
            "&filter[feature]=chat&to=2030-01-01T00:00:00Z")) {
      Answer refused = api.get(EVENTS + "?limit=2" + other + cursor);
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.at("/field")).isEqualTo("cursor");
    }
  }

  @Test
  void eventsAreTheSameInAllFormats() throws Exception {
    JsonNode events = api.get(EVENTS).json().at("/data");
    duck.parquet("events", parquet(EVENTS));
    duck.csv("events_csv", csv(EVENTS).body());
    List<List<String>> expected = new ArrayList<>();
    for (JsonNode event : events) {
      String ended = event.at("/ended_at").asText("");
      expected.add(
          List.of(
              event.at("/id").asText(),
              event.at("/reservation").asText(),
              event.at("/decision").asText(),
              event.at("/outcome").asText(),
              event.at("/subject/team").asText(""),
              event.at("/credits").asText(""),
              event.at("/meters/input_tokens").asText(""),
              ended.isEmpty() ? "" : ended.substring(0, 19).replace('T', ' ')));
    }
    String select =
        """
        select id, reservation, decision, outcome, coalesce(team, ''),
          coalesce(rtrim(rtrim(cast(credits as text), '0'), '.'), ''),
          coalesce(cast(meter_input_tokens as text), ''),
          coalesce(strftime(cast(ended_at as timestamp), '%Y-%m-%d %H:%M:%S'), '') from
        """;
    assertThat(duck.rows(select + "events")).isEqualTo(expected);
    assertThat(
            duck.rows(
                select.replace("rtrim(rtrim(cast(credits as text), '0'), '.')", "credits")
                    + "events_csv"))
        .isEqualTo(expected);
    assertThat(duck.types("events"))
        .contains(
            "counted_at TIMESTAMP WITH TIME ZONE",
            "departments VARCHAR[]",
            "denials VARCHAR[]",
            "credits DECIMAL(38,6)",
            "late BOOLEAN");
    assertThat(duck.one("select departments[1] from events where \"user\" = 'u-17'"))
        .isEqualTo("engineering");
    assertThat(duck.one("select asked->'output_tokens' from events where \"user\" = 'u-17'"))
        .isEqualTo("800");
    List<String> lines =
        api.send("GET", EVENTS, api.operator, null, "Accept", "application/x-ndjson")
            .body()
            .lines()
            .toList();
    for (int i = 0; i < lines.size(); i++) {
      assertThat(new ObjectMapper().readTree(lines.get(i))).isEqualTo(events.get(i));
    }
  }

  @Test
  void noCellOfATableIsAFormula() {
    assertThat(csv(EVENTS).body()).contains(",'=cmd(),", ",'+1,").doesNotContain(",=cmd()", ",+1");
  }

  @Test
  void onlyWhoeverMayTakeBooksAlongTakesEventsAlong() {
    String viewer = api.key(Role.ORG_VIEWER, "acme");
    assertThat(api.send("GET", EVENTS, viewer, null).status()).isEqualTo(200);
    for (String type : List.of("text/csv", PARQUET, "application/x-ndjson")) {
      assertThat(api.send("GET", EVENTS, viewer, null, "Accept", type).code())
          .isEqualTo("forbidden");
    }
    assertThat(api.send("GET", FOCUS, viewer, null).code()).isEqualTo("forbidden");
    assertThat(
            api.send("GET", EVENTS + "?limit=5", api.operator, null, "Accept", "text/csv")
                .at("/field"))
        .isEqualTo("limit");
  }

  // ---- FOCUS

  @Test
  void costsAreRowsOfFocus() {
    duck.parquet("focus", parquet(FOCUS + "?month=2026-03"));
    duck.csv("focus_csv", csv(FOCUS + "?month=2026-03").body());
    assertThat(duck.rows("select * exclude (Tags) from focus order by all limit 0")).isEmpty();
    assertThat(
            duck.rows(
                """
                select ChargeCategory, SkuMeter, ConsumedQuantity, ConsumedUnit, PricingQuantity,
                  BilledCost, EffectiveCost, BillingCurrency, SubAccountName
                from focus order by ChargeCategory, SubAccountName nulls first, SkuMeter
                """))
        .isEqualTo(
            List.of(
                row("Purchase|Credits|||1000.000000|10.000000|0.000000|EUR|"),
                row("Usage|Requests|1.000000|Requests|2.500000|0.000000|0.025000|EUR|"),
                row(
                    "Usage|Input Tokens|1207.000000|Input"
                        + " Tokens|1.207000|0.000000|0.012070|EUR|Analytics"),
                row(
                    "Usage|Output Tokens|803.000000|Output"
                        + " Tokens|3.212000|0.000000|0.032120|EUR|Analytics")));
    assertThat(duck.rows("select sum(cast(EffectiveCost as decimal(38, 6))) from focus_csv"))
        .isEqualTo(duck.rows("select sum(EffectiveCost) from focus"));
    assertThat(
            duck.rows(
                """
                select distinct BillingAccountId, BillingAccountName, BillingPeriodStart,
                  BillingPeriodEnd, ChargePeriodStart, ChargePeriodEnd, ProviderName, ServiceName,
                  ServiceCategory from focus_csv
                """))
        .containsExactly(
            row(
                "acme|Acme|2026-03-01T00:00:00Z|2026-04-01T00:00:00Z|2026-03-02T00:00:00Z|2026-03-03T00:00:00Z|Seller"
                    + " Inc.|Assistant|AI and Machine Learning"));
    assertThat(duck.one("select Tags->>'feature' from focus where SkuMeter = 'Input Tokens'"))
        .isEqualTo("chat");
    assertThat(csv(FOCUS + "?month=2026-02").body().lines()).hasSize(1);
    assertThat(csv(FOCUS + "?month=soon").at("/field")).isEqualTo("month");
    assertThat(csv("/v1/orgs/none/focus").code()).isEqualTo("org_not_found");
  }

  private static List<String> row(String cells) {
    List<String> row = new ArrayList<>();
    for (String cell : cells.split("\\|", -1)) {
      row.add(cell.isEmpty() ? null : cell);
    }
    return row;
  }

  @Test
  void everyColumnThatFocusDemandsIsThereAndFilled() {
    duck.parquet("focus", parquet(FOCUS));
    List<String> never =
        List.of(
            "BilledCost",
            "BillingAccountId",
            "BillingAccountName",
            "BillingAccountType",
            "BillingCurrency",
            "BillingPeriodEnd",
            "BillingPeriodStart",
            "ChargeCategory",
            "ChargeDescription",
            "ChargePeriodEnd",
            "ChargePeriodStart",
            "ContractedCost",
            "EffectiveCost",
            "InvoiceIssuerName",
            "ListCost",
            "PricingCurrency",
            "PricingCurrencyEffectiveCost",
            "ProviderName",
            "PublisherName",
            "ServiceCategory",
            "ServiceName",
            "ServiceSubcategory");
    for (String column : never) {
      assertThat(duck.one("select count(*) from focus where %s is null".formatted(column)))
          .as(column)
          .isEqualTo("0");
    }
    List<String> sold =
        List.of(
            "PricingQuantity", "PricingUnit", "PricingCategory", "SkuId", "SkuPriceId", "SkuMeter");
    for (String column : sold) {
      assertThat(
              duck.one(
                  "select count(*) from focus where %s is null and ChargeCategory in ('Usage', 'Purchase')"
                      .formatted(column)))
          .as(column)
          .isEqualTo("0");
    }
    assertThat(
            duck.one(
                "select count(*) from focus where (ChargeCategory = 'Usage') <> (ConsumedQuantity > 0 and ConsumedUnit is not null)"
                    .replace("ConsumedQuantity > 0", "coalesce(ConsumedQuantity, 0) > 0")))
        .isEqualTo("0");
    assertThat(
            duck.one(
                "select count(*) from focus where PricingQuantity * PricingCurrencyListUnitPrice <>"
                    + " greatest(PricingCurrencyEffectiveCost, PricingQuantity)"))
        .isEqualTo("0");
    List<String> names = duck.types("focus").stream().map(t -> t.split(" ")[0]).toList();
    List<String> theirs = names.stream().filter(name -> !name.startsWith("x_")).toList();
    assertThat(theirs).isSorted();
    assertThat(names.subList(0, theirs.size())).isEqualTo(theirs);
  }
}
