package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.catalog.Catalog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A credit type has left the catalog: what was answered stays answered, and credits usable. */
class WithdrawnCreditTypeTest {

  private static final String MAIN = "/v1/orgs/acme/wallets/main";
  private static final Catalog WITHOUT_IMAGE =
      new Catalog(Map.of("platform", "Platform credits"), Set.of(), List.of());

  private static final String GRANT =
      "{'id':'im-1','credit_type':'image','amount':'100','category':'paid'}";
  private static final String ADJUSTMENT =
      "{'credit_type':'image','amount':'-1','reason':'miscounted'}";
  private static final String TRANSFER =
      "{'to_wallet':'research','credit_type':'image','amount':'10'}";

  private RunningApi before;
  private RunningApi api;
  private String transaction;

  @BeforeEach
  void start() {
    before = new RunningApi().withAcme();
    before.put("/v1/orgs/acme/wallets/research", "{}");
    before.put("/v1/orgs/acme/wallets/empty", "{}");
    before.post(MAIN + "/grants", GRANT, "Idempotency-Key", "k");
    before.post(MAIN + "/adjustments", ADJUSTMENT, "Idempotency-Key", "k");
    before.post(MAIN + "/transfers", TRANSFER, "Idempotency-Key", "k");
    transaction =
        before
            .post(
                "/v1/reservations",
                "{'subject':{'org':'acme'},'amount':'20','credit_type':'image','commit':true}")
            .at("/receipt/transaction_id");
    api = before.withCatalog(WITHOUT_IMAGE);
  }

  @AfterEach
  void stop() {
    api.close();
    before.close();
  }

  @Test
  void aRetryGetsItsAnswer() {
    for (Map.Entry<String, String> each :
        Map.of("/grants", GRANT, "/adjustments", ADJUSTMENT, "/transfers", TRANSFER).entrySet()) {
      Answer again = api.post(MAIN + each.getKey(), each.getValue(), "Idempotency-Key", "k");
      assertThat(again.status()).as(again.body()).isEqualTo(201);
      assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
      String other = each.getValue().replace("'1", "'2").replace("'-1'", "'-2'");
      assertThat(api.post(MAIN + each.getKey(), other, "Idempotency-Key", "k").code())
          .isEqualTo("idempotency_key_reused");
    }
  }

  @Test
  void whatIsThereStaysUsable() {
    assertThat(api.post(MAIN + "/adjustments", ADJUSTMENT).status()).isEqualTo(201);
    assertThat(api.post(MAIN + "/adjustments", ADJUSTMENT.replace("-", "")).status())
        .isEqualTo(201);
    assertThat(api.post(MAIN + "/transfers", TRANSFER).status()).isEqualTo(201);
    assertThat(
            api.post(
                    "/v1/refunds",
                    "{'org':'acme','wallet':'main','transaction_id':'%s','reason':'cut off'}"
                        .formatted(transaction))
                .at("/entries/0/amount"))
        .isEqualTo("20");
    assertThat(api.post(MAIN + "/grants/im-1/void", "{}").status()).isEqualTo(200);
  }

  @Test
  void nothingNewIsOfIt() {
    assertThat(api.post(MAIN + "/grants", GRANT.replace("im-1", "im-2")).code())
        .isEqualTo("unknown_credit_type");
    String empty = "/v1/orgs/acme/wallets/empty";
    assertThat(api.post(empty + "/adjustments", ADJUSTMENT.replace("-", "")).code())
        .isEqualTo("unknown_credit_type");
    assertThat(api.post(empty + "/transfers", TRANSFER).at("/field")).isEqualTo("credit_type");
    assertThat(
            api.post("/v1/orgs/acme/wallets/none/adjustments", ADJUSTMENT.replace("-", "")).code())
        .isEqualTo("wallet_not_found");
  }

  @Test
  void aUsedKeyIsToldBeforeAWalletThatIsNoneIsMissed() {
    String nowhere = TRANSFER.replace("research", "nowhere");
    assertThat(api.post(MAIN + "/transfers", nowhere, "Idempotency-Key", "k").code())
        .isEqualTo("idempotency_key_reused");
    assertThat(api.post(MAIN + "/transfers", nowhere).at("/field")).isEqualTo("to_wallet");
  }
}
