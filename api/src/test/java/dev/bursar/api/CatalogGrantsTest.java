package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packs and campaigns of the catalog, as credits in a wallet. */
final class CatalogGrantsTest {

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
    for (String org : new String[] {"zeta", "eta"}) {
      api.put("/v1/orgs/" + org, "{'name':'An org','plan':'team'}");
      api.put("/v1/orgs/" + org + "/wallets/main", "{}");
    }
    api.put("/v1/orgs/zeta/wallets/other", "{}");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer grant(String org, String body, String... headers) {
    return api.post("/v1/orgs/" + org + "/wallets/main/grants", body, headers);
  }

  @Test
  void aPackIsAPaidGrantWithItsTermsAndPrice() {
    String body = "{'pack':'small','currency':'EUR','metadata':{'invoice':'I-1'}}";
    Answer bought = grant("zeta", body, "Idempotency-Key", "k-1");
    assertThat(bought.status()).isEqualTo(201);
    assertThat(bought.at("/id")).startsWith("gr_");
    assertThat(bought.at("/amount")).isEqualTo("1000");
    assertThat(bought.at("/category")).isEqualTo("paid");
    assertThat(bought.at("/cost_basis/amount")).isEqualTo("11");
    assertThat(bought.at("/cost_basis/currency")).isEqualTo("EUR");
    assertThat(bought.at("/expires_at")).isEqualTo("2027-03-02T10:00:00Z");
    assertThat(bought.at("/source")).isEqualTo("pack:small");
    api.put("/v1/test_clock", "{'now':'2026-03-02T11:00:00Z'}");
    Answer again = grant("zeta", body, "Idempotency-Key", "k-1");
    assertThat(again.body()).isEqualTo(bought.body());
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(grant("zeta", body).status()).as("as often as it is bought").isEqualTo(201);
    assertThat(api.get("/v1/orgs/zeta/wallets/main").at("/balances/0/balance")).isEqualTo("2000");
  }

  /** Clocks of computers are finer than what is stored. */
  @Test
  void endsAreCountedFromWholeMicroseconds() {
    try (RunningApi other = RunningApi.at(RunningApi.START.plusNanos(1_001))) {
      other.put("/v1/orgs/zeta", "{'name':'An org','plan':'team'}");
      other.put("/v1/orgs/zeta/wallets/main", "{}");
      for (String body : List.of("{'pack':'small','currency':'EUR'}", "{'code':'P-1'}")) {
        assertThat(other.post("/v1/orgs/zeta/wallets/main/grants", body).at("/expires_at"))
            .endsWith("T10:00:00.000001Z");
      }
    }
  }

  @Test
  void whatIsNoPackOrHasNoSuchPriceNamesTheField() {
    assertThat(grant("zeta", "{'pack':'huge','currency':'EUR'}").at("/field")).isEqualTo("pack");
    assertThat(grant("zeta", "{'pack':'small'}").at("/field")).isEqualTo("currency");
    Answer noPrice = grant("zeta", "{'pack':'small','currency':'JPY'}");
    assertThat(noPrice.status()).isEqualTo(400);
    assertThat(noPrice.at("/field")).isEqualTo("currency");
    assertThat(noPrice.at("/detail")).contains("EUR", "USD");
    assertThat(grant("zeta", "{'pack':'small','currency':'EUR','amount':'1'}").at("/field"))
        .isEqualTo("amount");
    assertThat(grant("zeta", "{'pack':'small','currency':'EUR','code':'P-1'}").at("/field"))
        .isEqualTo("code");
    assertThat(
            grant(
                    "zeta",
                    "{'credit_type':'platform','amount':'1','category':'paid','currency':'EUR'}")
                .at("/field"))
        .isEqualTo("currency");
  }

  @Test
  void aCampaignIsRedeemedOnceForAnOrg() {
    Answer redeemed = grant("zeta", "{'code':'P-1'}", "Idempotency-Key", "k-1");
    assertThat(redeemed.status()).isEqualTo(201);
    assertThat(redeemed.at("/amount")).isEqualTo("250");
    assertThat(redeemed.at("/category")).isEqualTo("promotional");
    assertThat(redeemed.at("/expires_at")).isEqualTo("2026-04-01T10:00:00Z");
    assertThat(redeemed.at("/applies_to/features/0")).isEqualTo("chat");
    Answer again = grant("zeta", "{'code':'P-1'}", "Idempotency-Key", "k-1");
    assertThat(again.body()).isEqualTo(redeemed.body());
    Answer other = grant("zeta", "{'campaign':'partners','code':'P-1'}");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("campaign_redeemed");
    assertThat(api.post("/v1/orgs/zeta/wallets/other/grants", "{'code':'P-1'}").code())
        .isEqualTo("campaign_redeemed");
    assertThat(grant("eta", "{'code':'P-1'}").status()).isEqualTo(201);
    assertThat(api.get("/v1/orgs/zeta/wallets/main").at("/balances/0/balance")).isEqualTo("250");
  }

  @Test
  void aCampaignIsForThoseWhoAreMeantWhileItLasts() {
    assertThat(grant("acme", "{'campaign':'launch'}").code()).isEqualTo("campaign_not_eligible");
    assertThat(grant("zeta", "{'campaign':'lunch'}").at("/field")).isEqualTo("campaign");
    assertThat(grant("zeta", "{'campaign':'partners'}").at("/field")).isEqualTo("code");
    assertThat(grant("zeta", "{'code':'P-2'}").at("/field")).isEqualTo("code");
    assertThat(grant("zeta", "{'campaign':'launch'}").status()).isEqualTo(201);
    assertThat(grant("eta", "{'campaign':'launch'}").code()).isEqualTo("campaign_exhausted");
    api.put("/v1/test_clock", "{'now':'2026-03-09T10:00:00Z'}");
    assertThat(grant("eta", "{'code':'P-1'}").code()).isEqualTo("campaign_not_running");
  }

  @Test
  void noGrantHasTheNameOfACampaignsBeforeItIsRedeemed() {
    String byHand =
        "{'id':'campaign:launch','credit_type':'platform','amount':'1','category':'paid'}";
    assertThat(grant("zeta", byHand).at("/field")).isEqualTo("id");
    assertThat(
            grant("zeta", "{'id':'campaign:launch','pack':'small','currency':'EUR'}").at("/field"))
        .isEqualTo("id");
    assertThat(grant("zeta", "{'campaign':'launch'}").status()).isEqualTo(201);
  }

  @Test
  void noGrantThatIsAddedByHandHasTheNameOfAPlansOrACampaigns() {
    for (String id : new String[] {"plan:team:monthly:1", "campaign:launch"}) {
      String terms = "'credit_type':'platform','amount':'1'";
      assertThat(
              grant("zeta", "{'id':'%s',%s,'category':'plan'}".formatted(id, terms)).at("/field"))
          .isEqualTo("id");
      assertThat(
              api.post(
                      "/v1/orgs/zeta/wallets/main/adjustments",
                      "{'grant':'%s',%s,'reason':'by hand'}".formatted(id, terms))
                  .at("/field"))
          .isEqualTo("grant");
    }
  }

  @Test
  void whoseSubscriptionHasEndedHasNoPlan() {
    api.put("/v1/orgs/eta", "{'name':'Eta','plan':'team','ends_at':'2026-03-02T09:00:00Z'}");
    assertThat(grant("eta", "{'code':'P-1'}").code()).isEqualTo("campaign_not_eligible");
    api.put("/v1/orgs/eta", "{'name':'Eta','plan':'team','ends_at':'2026-03-02T11:00:00Z'}");
    assertThat(grant("eta", "{'code':'P-1'}").status()).isEqualTo(201);
  }
}
