package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.time.YearMonth;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is taken along as a table has one of few places, and is in nobody's way. */
class ExportsTest {

  private RunningApi api;

  @BeforeEach
  void work() {
    api = new RunningApi().withAcme();
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform','commit':true}");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer table(String path, String type) {
    return api.send("GET", path, api.operator, null, "Accept", type);
  }

  private Export<String> another() {
    return api.node.exports.of(List.of("row"), new Freshness(api.node.now(), 0));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/orgs/acme/events, text/csv",
    "/v1/orgs/acme/focus, application/x-ndjson",
    "/v1/orgs/acme/wallets/main/ledger, text/csv",
    "/v1/orgs/acme/ledger/export, application/x-ndjson",
  })
  void oneTooManyIsToComeAgain(String path, String type) {
    try (Export<String> one = another();
        Export<String> two = another()) {
      assertThat(api.node.exports.underWay()).isEqualTo(2);
      Answer refused = table(path, type);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.code()).isEqualTo("busy");
      assertThat(refused.header("Retry-After")).isEqualTo("10");
      assertThat(refused.at("/detail")).contains("exports");
    }
    assertThat(table(path, type).status()).isEqualTo(200);
  }

  @Test
  void pagesAndSumsNeedNoPlace() {
    try (Export<String> one = another();
        Export<String> two = another()) {
      assertThat(one.freshness()).isEqualTo(two.freshness());
      assertThat(api.get("/v1/orgs/acme/events").status()).isEqualTo(200);
      assertThat(api.get("/v1/orgs/acme/wallets/main/ledger").status()).isEqualTo(200);
      assertThat(table("/v1/orgs/acme/usage", "text/csv").status()).isEqualTo(200);
    }
  }

  /** Also one of which nothing was wrong but that it had no rows. */
  @Test
  void whatHasEndedHasNoPlaceAnyMore() {
    String before =
        YearMonth.from(api.node.now().atOffset(java.time.ZoneOffset.UTC)).minusMonths(9).toString();
    for (int i = 0; i < 5; i++) {
      assertThat(table("/v1/orgs/acme/focus?month=" + before, "text/csv").status()).isEqualTo(200);
      assertThat(table("/v1/orgs/acme/events", "text/csv").status()).isEqualTo(200);
    }
    assertThat(api.node.exports.underWay()).isZero();
  }
}
