package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalletsTest {

  private static final String MAIN = "/v1/orgs/acme/wallets/main";

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer grant(String body, String... headers) {
    return api.post(MAIN + "/grants", body, headers);
  }

  @Test
  void aWalletHasAnOwnerThatStays() {
    Answer put =
        api.put("/v1/orgs/acme/wallets/ours", "{'owner':{'type':'team','id':'analytics'}}");
    assertThat(put.at("/owner/id")).isEqualTo("analytics");
    assertThat(api.put("/v1/orgs/acme/wallets/ours", "{}").code()).isEqualTo("owner_fixed");
    assertThat(api.put("/v1/orgs/acme/wallets/x", "{'owner':{'type':'team','id':'nope'}}").code())
        .isEqualTo("unknown_unit");
    Answer page = api.get("/v1/orgs/acme/wallets?limit=1");
    assertThat(page.at("/data/0/id")).isEqualTo("main");
    assertThat(api.get("/v1/orgs/acme/wallets?cursor=" + page.at("/next_cursor")).at("/data/0/id"))
        .isEqualTo("ours");
    assertThat(api.get("/v1/orgs/acme/wallets/none").code()).isEqualTo("wallet_not_found");
    assertThat(api.put("/v1/orgs/nobody/wallets/w", "{}").code()).isEqualTo("org_not_found");
  }

  @Test
  void aGrantHasTerms() {
    Answer added =
        grant(
            "{'credit_type':'platform','amount':12.5,'category':'promotional','priority':10,"
                + "'effective_at':'2026-03-02T11:00:00.1234567+01:00','expires_at':'2026-06-01T00:00:00Z',"
                + "'applies_to':{'models':['gpt-5']},'cost_basis':{'amount':'9.99','currency':'EUR'},"
                + "'source':'launch','metadata':{'ticket':'T-1'}}");
    assertThat(added.status()).isEqualTo(201);
    assertThat(added.at("/id")).startsWith("gr_");
    assertThat(added.at("/state")).isEqualTo("scheduled");
    assertThat(added.at("/effective_at")).isEqualTo("2026-03-02T10:00:00.123456Z");
    Answer list = api.get(MAIN + "/grants");
    assertThat(list.at("/data/0/id")).isEqualTo("g-1");
    assertThat(list.at("/data/1/cost_basis/currency")).isEqualTo("EUR");
    assertThat(api.get(MAIN).at("/balances/0/balance")).isEqualTo("500");
    api.put("/v1/test_clock", "{'now':'2026-03-02T10:00:01Z'}");
    assertThat(api.get(MAIN).at("/balances/0/balance")).isEqualTo("512.5");
    assertThat(api.get(MAIN).at("/next_expiry")).isEqualTo("2026-06-01T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "EUR, 201",
    "JPY, 201",
    "KWD, 201",
    "XOF, 201",
    "ZZZ, 400",
    "XXX, 400",
    "XTS, 400",
    "XAU, 400"
  })
  void aGrantIsPaidInACurrency(String currency, int status) {
    Answer answer =
        grant(
            "{'credit_type':'platform','amount':'1','category':'paid','cost_basis':{'amount':'1','currency':'%s'}}"
                .formatted(currency));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.at("/field")).isEqualTo(status == 201 ? "" : "cost_basis.currency");
  }

  @Test
  void aGrantNamesSoManyPairsOfFeatureAndModel() {
    String body =
        "{'credit_type':'platform','amount':'1','category':'paid','applies_to':{'features':%s,'models':%s}}";
    assertThat(grant(body.formatted(names(100), names(10))).status()).isEqualTo(201);
    assertThat(grant(body.formatted(names(100), "[]")).status()).isEqualTo(201);
    Answer refused = grant(body.formatted(names(91), names(11)));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.at("/field")).isEqualTo("applies_to");
  }

  private static String names(int count) {
    return IntStream.range(0, count).mapToObj("'n-%d'"::formatted).toList().toString();
  }

  @Test
  void aGrantIsAddedOnceAndVoidedOnce() {
    assertThat(grant("{'id':'g-1','credit_type':'platform','amount':'1','category':'paid'}").code())
        .isEqualTo("grant_exists");
    Answer voided = api.post(MAIN + "/grants/g-1/void", "{'reason':'entered twice'}");
    assertThat(voided.at("/amount")).isEqualTo("500");
    assertThat(voided.at("/voided_at")).isEqualTo("2026-03-02T10:00:00Z");
    assertThat(api.get(MAIN + "/grants").at("/data/0/voided_at")).isEqualTo("2026-03-02T10:00:00Z");
    assertThat(api.send("POST", MAIN + "/grants/g-1/void", null).code()).isEqualTo("grant_voided");
    assertThat(api.send("POST", MAIN + "/grants/g-9/void", null).code())
        .isEqualTo("grant_not_found");
  }

  @Test
  void theLedgerIsPagedAndFiltered() {
    for (int i = 0; i < 3; i++) {
      api.post(
          "/v1/reservations",
          "{'subject':{'org':'acme','user':'u-%d'},'feature':'chat','amount':'1','credit_type':'platform','commit':true}"
              .formatted(i));
    }
    Answer page = api.get(MAIN + "/ledger?limit=2");
    assertThat(page.json().at("/data").findValuesAsText("sequence")).containsExactly("1", "2");
    Answer rest = api.get(MAIN + "/ledger?cursor=" + page.at("/next_cursor"));
    assertThat(rest.json().at("/data").findValuesAsText("sequence")).containsExactly("3", "4");
    assertThat(rest.at("/data/0/previous_hash")).isEqualTo(page.at("/data/1/hash"));
    assertThat(api.get(MAIN + "/ledger?type=consume&user=u-1&feature=chat").at("/data/0/sequence"))
        .isEqualTo("3");
    assertThat(api.get(MAIN + "/ledger?from=2026-03-02T11:00:00%2B01:00").json().at("/data"))
        .hasSize(4);
    assertThat(api.get(MAIN + "/ledger?to=2026-03-02T11:00:00+01:00").json().at("/data")).isEmpty();
    assertThat(api.get("/v1/orgs/acme/wallets/none/ledger").code()).isEqualTo("wallet_not_found");
  }

  @Test
  void parametersAreCheckedLikeFields() {
    for (String query :
        new String[] {
          "limit=0",
          "limit=1001",
          "limit=x",
          "limit=1&limit=2",
          "cursor=x",
          "cursor=%00",
          "type=nope",
          "from=yesterday",
          "from=2026-02-30T00:00:00Z",
          "user=",
          "user=%FF",
          "surprise=1"
        }) {
      Answer answer = api.get(MAIN + "/ledger?" + query);
      assertThat(answer.status()).as(query).isEqualTo(400);
    }
  }

  @Test
  void aCursorOpensNoOtherList() {
    api.put("/v1/orgs/zeta", "{'name':'Zeta'}");
    api.put("/v1/orgs/zeta/wallets/main", "{}");
    grant("{'id':'g-2','credit_type':'platform','amount':'1','category':'paid'}");
    String ledger = api.get(MAIN + "/ledger?limit=1").at("/next_cursor");
    String grants = api.get(MAIN + "/grants?limit=1").at("/next_cursor");
    assertThat(api.get(MAIN + "/grants?cursor=" + ledger).at("/field")).isEqualTo("cursor");
    assertThat(api.get(MAIN + "/ledger?cursor=" + grants).status()).isEqualTo(400);
    assertThat(api.get("/v1/orgs/zeta/wallets/main/ledger?cursor=" + ledger).status())
        .isEqualTo(400);
  }
}
