package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.enforcement.OveragePolicy;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The org acme has chosen a version that is not published: whatever is asked of the catalog for it
 * is asked of that one. The org beta has chosen none.
 */
final class ChosenCatalogTest {

  /** gpt-5 has no rate of its own for cached tokens; there is gold, and no image. */
  private static final Catalog CHOSEN =
      new Catalog(
          Map.of(
              "platform", new CreditType("platform", "Platform credits", 6),
              "gold", new CreditType("gold", "Gold", 6)),
          Set.of("input_tokens", "output_tokens", "pages"),
          Map.of("vision", new Feature("vision", "Vision", Feature.Kind.BOOLEAN, Set.of())),
          new PriceList(
              List.of(
                  new Rate(
                      null,
                      "gpt-5",
                      "platform",
                      Map.of(
                          "input_tokens", new BigDecimal("0.01"), "output_tokens", BigDecimal.ONE)),
                  new Rate(null, "art", "gold", Map.of("pages", BigDecimal.TWO)))),
          Map.of(
              "team",
              new PricingPlan(
                  "team",
                  "Team",
                  null,
                  Map.of("vision", new Entitlement.Access(true)),
                  Map.of(),
                  Map.of(),
                  OveragePolicy.RECORD,
                  FailMode.DENY)),
          Map.of(),
          Map.of(),
          Map.of());

  private RunningApi api;

  @BeforeEach
  void start() {
    api = RunningApi.whereChosenIs(CHOSEN).withAcme();
    api.put("/v1/orgs/beta", "{'name':'Beta','plan':'team'}");
    api.put("/v1/orgs/beta/wallets/main", "{}");
    api.put("/v1/orgs/beta/wallets/other", "{}");
    api.put("/v1/orgs/acme/wallets/other", "{}");
    grant("beta", "platform");
    api.put("/v1/orgs/acme", "{'name':'Acme','plan':'team','catalog_version':1}");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer grant(String org, String creditType) {
    return api.post(
        "/v1/orgs/" + org + "/wallets/main/grants",
        "{'credit_type':'%s','amount':'100','category':'paid'}".formatted(creditType));
  }

  private String balance(String org) {
    return api.get("/v1/orgs/" + org + "/wallets/main").at("/balances/0/balance");
  }

  private Answer export(String... orgs) {
    StringBuilder spans = new StringBuilder();
    for (String org : orgs) {
      spans
          .append(spans.isEmpty() ? "" : ",")
          .append(
              """
              {'traceId':'5b8efff798038103d269b633813fc60c','spanId':'%016x',
               'endTimeUnixNano':'1772445600000000000',
               'attributes':[{'key':'gen_ai.request.model','value':{'stringValue':'gpt-5'}},
                 {'key':'bursar.org','value':{'stringValue':'%s'}},
                 {'key':'gen_ai.usage.input_tokens','value':{'intValue':1000}},
                 {'key':'gen_ai.usage.cache_read.input_tokens','value':{'intValue':900}},
                 {'key':'gen_ai.usage.output_tokens','value':{'intValue':1}}]}
              """
                  .formatted(1 + spans.length(), org));
    }
    return api.send(
        "POST",
        "/v1/traces",
        api.operator,
        RunningApi.json(
            "{'resourceSpans':[{'scopeSpans':[{'spans':[%s]}]}]}".formatted(spans.toString())));
  }

  /** 1000 × 0.01 + 1 = 11, and 100 × 0.001 + 900 × 0.0001 + 0.004 = 0.194. */
  @Test
  void spansAreSplitIntoTheMetersThatTheyArePricedBy() {
    Answer answer = export("acme", "beta", "nobody");
    assertThat(answer.at("/partialSuccess/rejectedSpans")).isEqualTo("1");
    assertThat(answer.at("/partialSuccess/errorMessage"))
        .contains("subject.org: there is no org named nobody");
    assertThat(balance("acme")).isEqualTo("489");
    assertThat(balance("beta")).isEqualTo("99.806");
  }

  private String vision(String org) {
    return api.post("/v1/orgs/" + org + "/entitlements/check", "{'features':['vision']}")
        .at("/features/0/entitled");
  }

  /** 10 × 0.01 + 1 = 1.1, and 10 × 0.001 + 0.004 = 0.014. */
  @Test
  void itIsEntitledAndPricedByIt() {
    assertThat(vision("acme")).isEqualTo("true");
    assertThat(vision("beta")).isEqualTo("false");
    String work =
        "{'subject':{'org':'%s'},%s'model':'gpt-5','usage':{'input_tokens':10,'output_tokens':1}}";
    assertThat(
            api.post("/v1/reservations", work.formatted("acme", "'feature':'vision',"))
                .at("/amount"))
        .isEqualTo("1.1");
    assertThat(
            api.post("/v1/reservations", work.formatted("beta", "'feature':'vision',"))
                .at("/denials/0/code"))
        .isEqualTo("not_entitled");
    assertThat(api.post("/v1/reservations", work.formatted("beta", "")).at("/amount"))
        .isEqualTo("0.014");
    assertThat(api.get("/v1/orgs/acme/prices").at("/rates/0/rates/input_tokens")).isEqualTo("0.01");
    assertThat(api.get("/v1/orgs/beta/prices").at("/rates/0/rates/input_tokens"))
        .isEqualTo("0.001");
  }

  @Test
  void newCreditsAreOfItsTypes() {
    assertThat(grant("acme", "gold").status()).isEqualTo(201);
    assertThat(grant("acme", "image").code()).isEqualTo("unknown_credit_type");
    assertThat(grant("beta", "gold").code()).isEqualTo("unknown_credit_type");
    assertThat(grant("beta", "image").status()).isEqualTo(201);
    assertThat(grant("nobody", "gold").status()).isEqualTo(404);
    String adjustment = "{'credit_type':'gold','amount':'5','reason':'a mistake'}";
    assertThat(adjust("acme", adjustment).status()).isEqualTo(201);
    assertThat(adjust("beta", adjustment).code()).isEqualTo("unknown_credit_type");
    String transfer = "{'to_wallet':'main','credit_type':'gold','amount':'9'}";
    assertThat(api.post("/v1/orgs/acme/wallets/other/transfers", transfer).code())
        .isEqualTo("exceeds_available");
    assertThat(api.post("/v1/orgs/beta/wallets/other/transfers", transfer).code())
        .isEqualTo("unknown_credit_type");
  }

  private Answer adjust(String org, String body) {
    return api.post("/v1/orgs/" + org + "/wallets/other/adjustments", body);
  }

  private String csv(String org, String what) {
    return api.send("GET", "/v1/orgs/" + org + what, api.operator, null, "Accept", "text/csv")
        .body();
  }

  @Test
  void columnsAreItsMeters() {
    for (String what : List.of("/usage", "/events")) {
      assertThat(csv("acme", what)).contains("meter_pages").doesNotContain("meter_cached");
      assertThat(csv("beta", what)).contains("meter_cached").doesNotContain("meter_pages");
    }
  }

  /** 100 × 0.01 and 1 × 1 are as much; by what is published they are 0.1 and 0.004. */
  @Test
  void costsAreSharedOutByItsPrices() {
    assertThat(
            api.post(
                    "/v1/reservations",
                    "{'subject':{'org':'acme'},'model':'gpt-5','commit':true,"
                        + "'usage':{'input_tokens':100,'output_tokens':1}}")
                .at("/amount"))
        .isEqualTo("2");
    String focus =
        api.send(
                "GET",
                "/v1/orgs/acme/focus?month=2026-03",
                api.operator,
                null,
                "Accept",
                "application/x-ndjson")
            .body();
    String share = "\"PricingQuantity\":\"?1(\\.0+)?\"?,.*\"SkuMeter\":\"%s\"";
    for (String meter : List.of("Input Tokens", "Output Tokens")) {
      assertThat(focus.lines())
          .as(focus)
          .anyMatch(Pattern.compile(share.formatted(meter)).asPredicate());
    }
  }
}
