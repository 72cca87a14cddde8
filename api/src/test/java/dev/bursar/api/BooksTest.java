package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.wallet.WalletCommand;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Corrections, transfers, recurring grants, statements and proofs, as clients see them. */
class BooksTest {

  private static final String MAIN = "/v1/orgs/acme/wallets/main";
  private static final String OTHER = "/v1/orgs/acme/wallets/research";

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
    api.put(OTHER, "{}");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer charge(String amount) {
    return api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme','user':'u-17'},'amount':'%s','credit_type':'platform','commit':true}"
            .formatted(amount));
  }

  private String balance(String wallet) {
    return api.get(wallet).at("/balances/0/balance");
  }

  private Answer refund(String transaction, String amount, String... headers) {
    return api.post(
        "/v1/refunds",
        "{'org':'acme','wallet':'main','transaction_id':'%s',%s'reason':'cut off'}"
            .formatted(transaction, amount == null ? "" : "'amount':'" + amount + "',"),
        headers);
  }

  // ---- receipts

  @Test
  void aCommitThatChargesNothingHasAReceiptToo() {
    Answer before = charge("10");
    Answer open =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme','user':'u-17'},'amount':'5','credit_type':'platform'}");
    String path = "/v1/reservations/" + open.at("/reservation_id");
    Answer none = api.post(path + "/commit", "{'amount':'0'}", "Idempotency-Key", "c1");
    assertThat(none.json().at("/entries")).isEmpty();
    assertThat(none.at("/receipt/wallet")).isEqualTo("main");
    assertThat(none.at("/receipt/sequence")).isEqualTo(before.at("/receipt/sequence"));
    assertThat(none.at("/receipt/hash")).isEqualTo(before.at("/receipt/hash"));
    assertThat(none.json().at("/receipt/transaction_id").isMissingNode()).isTrue();
    charge("10");
    Answer again = api.post(path + "/commit", "{'amount':'0'}", "Idempotency-Key", "c1");
    assertThat(again.body()).isEqualTo(none.body());
    assertThat(api.get(path).json().at("/receipt")).isEqualTo(none.json().at("/receipt"));
  }

  // ---- refunds

  @Test
  void aChargeIsRefundedInPartsUpToWhatItWas() {
    String transaction = charge("10").at("/receipt/transaction_id");
    Answer part = refund(transaction, "4");
    assertThat(part.status()).isEqualTo(201);
    assertThat(part.at("/corrects")).isEqualTo(transaction);
    assertThat(part.at("/entries/0/type")).isEqualTo("refund");
    assertThat(part.at("/entries/0/grant")).isEqualTo("g-1");
    assertThat(balance(MAIN)).isEqualTo("494");
    assertThat(refund(transaction, "6.000001").code()).isEqualTo("refund_exceeds_charge");
    assertThat(refund(transaction, null).at("/entries/0/amount")).isEqualTo("6");
    assertThat(balance(MAIN)).isEqualTo("500");
    assertThat(refund(transaction, null).code()).isEqualTo("refund_exceeds_charge");
    JsonNode ledger = api.get(MAIN + "/ledger?type=refund").json().at("/data");
    assertThat(ledger.findValuesAsText("corrects")).containsOnly(transaction).hasSize(2);
  }

  @Test
  void aCorrectionThatReadTheLedgerTooEarlyReadsItAgain() {
    String transaction = charge("10").at("/receipt/transaction_id");
    refund(transaction, "4");
    api.queries.fallBehind(1);
    assertThat(refund(transaction, "6.000001").code()).isEqualTo("refund_exceeds_charge");
    assertThat(refund(transaction, null).at("/entries/0/amount")).isEqualTo("6");
    assertThat(balance(MAIN)).isEqualTo("500");

    String to = "{'credit_type':'platform','amount':'%s','reason':'typo'%s}";
    Answer wrong = api.post(MAIN + "/adjustments", to.formatted("-10", ""));
    String names = ",'corrects':'" + wrong.at("/transaction_id") + "'";
    api.queries.fallBehind(0);
    assertThat(api.post(MAIN + "/adjustments", to.formatted("4", names)).status()).isEqualTo(201);
    api.queries.fallBehind(1);
    assertThat(api.post(MAIN + "/adjustments", to.formatted("6.1", names)).code())
        .isEqualTo("refund_exceeds_charge");
    assertThat(api.post(MAIN + "/adjustments", to.formatted("6", names)).status()).isEqualTo(201);
    assertThat(balance(MAIN)).isEqualTo("500");
  }

  @Test
  void aCorrectionIsNotGivenUpWhileManyOthersCorrectTheSame() {
    String transaction = charge("10").at("/receipt/transaction_id");
    refund(transaction, "4");
    api.queries.overtake(40);
    assertThat(refund(transaction, "5").status()).isEqualTo(201);
    api.queries.overtake(1_000);
    Answer givenUp = refund(transaction, "1");
    assertThat(givenUp.status()).isEqualTo(503);
    assertThat(givenUp.code()).isEqualTo("read_models_behind");
    api.queries.overtake(0);
    assertThat(refund(transaction, "1").status()).isEqualTo(201);
  }

  @Test
  void aRefundIsMadeOnceHoweverOftenItIsAsked() {
    String transaction = charge("10").at("/receipt/transaction_id");
    Answer first = refund(transaction, "4", "Idempotency-Key", "r1");
    Answer again = refund(transaction, "4", "Idempotency-Key", "r1");
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(refund(transaction, "5", "Idempotency-Key", "r1").status()).isEqualTo(422);
    assertThat(balance(MAIN)).isEqualTo("494");
  }

  @Test
  void onlyChargesAreRefundedAndOnlyByTheOperator() {
    assertThat(refund("txn_main_99", null).code()).isEqualTo("transaction_not_found");
    Answer notCharged = refund("txn_main_1", null);
    assertThat(notCharged.code()).isEqualTo("not_refundable");
    assertThat(notCharged.at("/field")).isEqualTo("transaction_id");
    String admin = api.key(Role.ORG_ADMIN, "acme");
    String body =
        RunningApi.json(
            "{'org':'acme','wallet':'main','transaction_id':'txn_main_1','reason':'r'}");
    assertThat(api.send("POST", "/v1/refunds", admin, body).status()).isEqualTo(403);
    assertThat(
            api.post(
                    "/v1/refunds",
                    "{'org':'acme','wallet':'none','transaction_id':'t','reason':'r'}")
                .code())
        .isEqualTo("wallet_not_found");
  }

  // ---- adjustments

  @Test
  void theBalanceIsAdjustedBothWays() {
    Answer more =
        api.post(
            MAIN + "/adjustments", "{'credit_type':'platform','amount':'5','reason':'goodwill'}");
    assertThat(more.at("/grant")).startsWith("adj_");
    assertThat(more.at("/entries/0/type")).isEqualTo("adjust");
    assertThat(balance(MAIN)).isEqualTo("505");
    Answer less =
        api.post(
            MAIN + "/adjustments",
            "{'credit_type':'platform','amount':'-100','grant':'g-1','reason':'typo'}");
    assertThat(less.at("/entries/0/amount")).isEqualTo("-100");
    assertThat(balance(MAIN)).isEqualTo("405");
    Answer tooMuch =
        api.post(
            MAIN + "/adjustments",
            "{'credit_type':'platform','amount':'-405.000001','reason':'typo'}");
    assertThat(tooMuch.code()).isEqualTo("exceeds_available");
    assertThat(tooMuch.status()).isEqualTo(409);
  }

  @Test
  void aWrongAdjustmentOrVoidIsReversedOntoTheSameGrant() {
    String to = "{'credit_type':'platform','amount':'%s','reason':'typo'%s}";
    Answer wrong = api.post(MAIN + "/adjustments", to.formatted("-100", ",'grant':'g-1'"));
    String names = ",'corrects':'" + wrong.at("/transaction_id") + "'";
    Answer back =
        api.post(MAIN + "/adjustments", to.formatted("60", names), "Idempotency-Key", "b1");
    assertThat(back.status()).isEqualTo(201);
    assertThat(back.at("/corrects")).isEqualTo(wrong.at("/transaction_id"));
    assertThat(back.at("/entries/0/grant")).isEqualTo("g-1");
    assertThat(balance(MAIN)).isEqualTo("460");
    assertThat(
            api.post(MAIN + "/adjustments", to.formatted("60", names), "Idempotency-Key", "b1")
                .body())
        .isEqualTo(back.body());
    assertThat(api.post(MAIN + "/adjustments", to.formatted("40.000001", names)).code())
        .isEqualTo("refund_exceeds_charge");
    assertThat(api.post(MAIN + "/adjustments", to.formatted("-40", names)).at("/field"))
        .isEqualTo("amount");
    assertThat(
            api.post(MAIN + "/adjustments", to.formatted("40", names + ",'grant':'g-1'"))
                .at("/field"))
        .isEqualTo("grant");
    assertThat(api.post(MAIN + "/adjustments", to.formatted("40", names)).status()).isEqualTo(201);

    api.post(MAIN + "/grants/g-1/void", "{}");
    assertThat(balance(MAIN)).isEqualTo("0");
    JsonNode last = api.get(MAIN + "/ledger?type=void").json().at("/data/0");
    names = ",'corrects':'" + last.at("/transaction_id").asText() + "'";
    assertThat(api.post(MAIN + "/adjustments", to.formatted("500", names)).status()).isEqualTo(201);
    assertThat(charge("500").at("/decision")).isEqualTo("allow");

    names = ",'corrects':'txn_main_1'";
    assertThat(api.post(MAIN + "/adjustments", to.formatted("1", names)).code())
        .isEqualTo("not_refundable");
    names = ",'corrects':'txn_main_99'";
    Answer unknown = api.post(MAIN + "/adjustments", to.formatted("1", names));
    assertThat(unknown.code()).isEqualTo("transaction_not_found");
    assertThat(unknown.at("/field")).isEqualTo("corrects");
  }

  // ---- transfers

  @Test
  void creditsMoveBetweenWalletsWithTheirTerms() {
    Answer moved =
        api.post(
            MAIN + "/transfers",
            "{'to_wallet':'research','credit_type':'platform','amount':'120'}",
            "Idempotency-Key",
            "t1");
    assertThat(moved.at("/status")).isEqualTo("completed");
    assertThat(balance(MAIN)).isEqualTo("380");
    assertThat(balance(OTHER)).isEqualTo("120");
    assertThat(api.get(OTHER + "/grants").at("/data/0/category")).isEqualTo("paid");
    Answer again =
        api.post(
            MAIN + "/transfers",
            "{'to_wallet':'research','credit_type':'platform','amount':'120'}",
            "Idempotency-Key",
            "t1");
    assertThat(again.at("/transfer_id")).isEqualTo(moved.at("/transfer_id"));
    assertThat(balance(OTHER)).isEqualTo("120");
  }

  @Test
  void whatWasMovedIsAnsweredAgainThoughTheOtherWalletIsAway() {
    String body = "{'to_wallet':'research','credit_type':'platform','amount':'120'}";
    Answer moved = api.post(MAIN + "/transfers", body, "Idempotency-Key", "t3");
    api.node.cutOff("acme", "research");
    Answer again = api.post(MAIN + "/transfers", body, "Idempotency-Key", "t3");
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.at("/transfer_id")).isEqualTo(moved.at("/transfer_id"));
    assertThat(again.at("/status")).isEqualTo("completed");
    assertThat(api.post(MAIN + "/transfers", body).code()).isEqualTo("unreachable");
  }

  @Test
  void whatBecameOfATransferCanBeAsked() {
    String body = "{'to_wallet':'research','credit_type':'platform','amount':'120'}";
    Answer moved = api.post(MAIN + "/transfers", body);
    String one = MAIN + "/transfers/" + moved.at("/transfer_id");
    Answer found = api.get(one);
    assertThat(found.at("/status")).isEqualTo("completed");
    assertThat(found.at("/transaction_id")).isEqualTo(moved.at("/transaction_id"));
    assertThat(found.at("/to_wallet")).isEqualTo("research");
    assertThat(found.at("/amount")).isEqualTo("120");
    assertThat(found.json().has("ended_at")).isTrue();
    assertThat(api.get(MAIN + "/transfers/trf_x").status()).isEqualTo(404);
    assertThat(api.get(one.replace("main", "research")).status()).isEqualTo(404);
    assertThat(api.get(one.replace("main", "none")).code()).isEqualTo("wallet_not_found");
    String viewer = api.key(Role.ORG_VIEWER, "acme");
    assertThat(api.send("GET", one, viewer, null).status()).isEqualTo(200);
  }

  /** The other wallet cannot count what comes: it is refused, and goes back. */
  @Test
  void aTransferThatCameBackSaysSo() {
    for (int i = 0; i < 9; i++) {
      api.post(
          OTHER + "/grants",
          "{'credit_type':'platform','amount':'1000000000000','category':'paid'}");
    }
    api.post(
        OTHER + "/grants",
        "{'credit_type':'platform','amount':'223372036854.775807','category':'paid'}");
    String body = "{'to_wallet':'research','credit_type':'platform','amount':'120'}";
    Answer moved = api.post(MAIN + "/transfers", body, "Idempotency-Key", "t2");
    assertThat(moved.at("/status")).isEqualTo("on_its_way");
    String id = moved.at("/transfer_id");
    assertThat(api.get(MAIN + "/transfers/" + id).at("/status")).isEqualTo("on_its_way");

    // As the wallet does by itself, once it is told no.
    api.node
        .wallet("acme", "main", new Request<>(new WalletCommand.ReturnTransfer(id), null))
        .toCompletableFuture()
        .join();

    Answer found = api.get(MAIN + "/transfers/" + id);
    assertThat(found.at("/status")).isEqualTo("returned");
    Answer entry = api.get(MAIN + "/ledger?type=transfer_in");
    assertThat(entry.at("/data/0/transaction_id")).isEqualTo(found.at("/return_transaction_id"));
    assertThat(entry.at("/data/0/corrects")).isEqualTo(moved.at("/transaction_id"));
    Answer again = api.post(MAIN + "/transfers", body, "Idempotency-Key", "t2");
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.at("/status")).isEqualTo("returned");
    assertThat(balance(MAIN)).isEqualTo("500");
  }

  @ParameterizedTest
  @CsvSource({
    "main, 1, 400, to_wallet",
    "none, 1, 400, to_wallet",
    "research, 500.000001, 409, amount",
    "research, 0, 400, amount"
  })
  void whatCannotMoveStays(String to, String amount, int status, String field) {
    Answer refused =
        api.post(
            MAIN + "/transfers",
            "{'to_wallet':'%s','credit_type':'platform','amount':'%s'}".formatted(to, amount));
    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.at("/field")).isEqualTo(field);
    assertThat(balance(MAIN)).isEqualTo("500");
  }

  // ---- time

  @Test
  void theClockIsMovedOnceForAKey() {
    String first = "{'now':'2026-03-31T00:00:00Z'}";
    assertThat(api.put("/v1/test_clock", first, "Idempotency-Key", "m1").status()).isEqualTo(200);
    assertThat(api.put("/v1/test_clock", "{'now':'2026-04-01T00:00:00Z'}").status()).isEqualTo(200);
    Answer again = api.put("/v1/test_clock", first, "Idempotency-Key", "m1");
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.at("/now")).isEqualTo("2026-03-31T00:00:00Z");
    assertThat(api.get("/v1/test_clock").at("/now")).isEqualTo("2026-04-01T00:00:00Z");
    String next = "{'now':'2026-04-02T00:00:00Z'}";
    assertThat(api.put("/v1/test_clock", next, "Idempotency-Key", "m1").status()).isEqualTo(422);
    assertThat(api.put("/v1/test_clock", first, "Idempotency-Key", "m2").status()).isEqualTo(400);
    assertThat(api.put("/v1/test_clock", next, "Idempotency-Key", "m2").status())
        .as("what is refused uses no key up")
        .isEqualTo(200);
  }

  // ---- recurring grants

  @Test
  void aGrantRecursWithoutDriftAndRollsOver() {
    api.put("/v1/test_clock", "{'now':'2026-03-31T00:00:00Z'}");
    Answer added =
        api.post(
            OTHER + "/grants",
            "{'id':'monthly','credit_type':'platform','amount':'100','category':'plan',"
                + "'recurrence':{'interval':'month'},'rollover':{'max':'30'}}");
    assertThat(added.at("/expires_at")).isEqualTo("2026-04-30T00:00:00Z");
    assertThat(added.at("/recurrence/period")).isEqualTo("1");
    api.put("/v1/test_clock", "{'now':'2026-04-30T00:00:00Z'}");
    assertThat(balance(OTHER)).isEqualTo("130");
    Answer grants = api.get(OTHER + "/grants");
    assertThat(grants.at("/data/0/id")).isEqualTo("monthly#2");
    assertThat(grants.at("/data/0/expires_at")).isEqualTo("2026-05-31T00:00:00Z");
    assertThat(api.get(OTHER + "/ledger").json().findValuesAsText("type"))
        .containsExactly("grant", "expire", "transfer_out", "grant", "transfer_in");
    api.post(OTHER + "/grants/monthly%232/void", "{}");
    api.put("/v1/test_clock", "{'now':'2026-07-01T00:00:00Z'}");
    assertThat(balance(OTHER)).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          'rollover':{'max':'1'}                                            | rollover
          'recurrence':{}                                                   | recurrence.interval
          'recurrence':{'interval':'fortnight'}                             | recurrence.interval
          'recurrence':{'interval':'day','anchor':'soon'}                   | recurrence.anchor
          'recurrence':{'interval':'day'},'rollover':{'min':'2','max':'1'}  | rollover.max
          'recurrence':{'interval':'day'},'rollover':{'min':'-1'}           | rollover.min
          """)
  void aRecurrenceIsChecked(String terms, String field) {
    Answer refused =
        api.post(
            MAIN + "/grants",
            "{'credit_type':'platform','amount':'1','category':'plan',%s}".formatted(terms));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.at("/field")).isEqualTo(field);
  }

  // ---- the books

  @Test
  void theBalanceIsKnownAsOfAnyTime() {
    api.put("/v1/test_clock", "{'now':'2026-04-10T00:00:00Z'}");
    charge("10");
    assertThat(api.get(MAIN + "/balance").at("/balances/0/balance")).isEqualTo("490");
    assertThat(api.get(MAIN + "/balance?as_of=2026-04-09T00:00:00Z").at("/balances/0/balance"))
        .isEqualTo("500");
    assertThat(api.get(MAIN + "/balance?as_of=2020-01-01T00:00:00Z").json().at("/balances"))
        .isEmpty();
    assertThat(api.get(MAIN + "/balance?as_of=now").at("/field")).isEqualTo("as_of");
    assertThat(api.get("/v1/orgs/acme/wallets/none/balance").code()).isEqualTo("wallet_not_found");
  }

  @Test
  void statementsChainFromMonthToMonth() {
    charge("10");
    api.put("/v1/test_clock", "{'now':'2026-04-10T00:00:00Z'}");
    charge("7");
    Answer march = api.get(MAIN + "/statement?month=2026-03");
    Answer april = api.get(MAIN + "/statement?month=2026-04");
    assertThat(march.at("/statements/0/closing/balance")).isEqualTo("490");
    assertThat(april.at("/statements/0/opening/balance")).isEqualTo("490");
    assertThat(april.at("/statements/0/movements/0/type")).isEqualTo("consume");
    assertThat(april.at("/statements/0/movements/0/amount")).isEqualTo("-7");
    assertThat(april.at("/statements/0/closing/balance")).isEqualTo("483");
    assertThat(api.get(MAIN + "/statement?month=2026-13").at("/field")).isEqualTo("month");
    Answer csv =
        api.send(
            "GET", MAIN + "/statement?month=2026-04", api.operator, null, "Accept", "text/csv");
    assertThat(csv.body().lines())
        .contains("main,2026-04,platform,opening,,,490,0", "main,2026-04,platform,consume,-7,1,,");
  }

  /** A node whose clock is behind may still date something into it. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          2026-03-31T23:59:59Z, false
          2026-04-01T00:00:00Z, false
          2026-04-01T00:04:59Z, false
          2026-04-01T00:05:00Z, true
          """)
  void aMonthIsFinalOnceNoClockCanStillBeInIt(String now, boolean isFinal) {
    api.put("/v1/test_clock", "{'now':'" + now + "'}");
    Answer statement = api.get(MAIN + "/statement?month=2026-03");
    assertThat(statement.json().at("/final").asBoolean()).isEqualTo(isFinal);
    Answer revenue = api.get("/v1/orgs/acme/revenue?from=2026-03&to=2026-03");
    assertThat(revenue.json().at("/data/0/final").asBoolean()).isEqualTo(isFinal);
    for (String path : List.of(MAIN + "/statement?month=", "/v1/orgs/acme/revenue?to=")) {
      assertThat(
              api.send(
                      "GET", path + "2026-03", api.operator, null, "Accept", "application/x-ndjson")
                  .body())
          .contains("\"final\":" + isFinal);
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /v1/orgs/acme/wallets/main/statement?month, month
          /v1/orgs/acme/revenue?to,                   to
          /v1/orgs/acme/revenue?from,                 from
          /v1/orgs/acme/ledger/export?month,          month
          /v1/orgs/acme/focus?month,                  month
          """)
  void thereIsNothingToTellOfAMonthThatHasNotBegun(String path, String field) {
    for (String month : List.of("2026-04", "2999-12")) {
      Answer answer = api.get(path + "=" + month);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.at("/field")).isEqualTo(field);
      assertThat(answer.at("/detail")).contains("the present month, 2026-03");
    }
    assertThat(api.get(path + "=2026-03").status()).isNotEqualTo(400);
  }

  @Test
  void theRevenueIsTold() {
    Answer revenue = api.get("/v1/orgs/acme/revenue?from=2026-01&to=2026-03");
    assertThat(revenue.at("/data/0/currency")).isEqualTo("EUR");
    assertThat(api.get("/v1/orgs/acme/revenue?from=2026-03&to=2026-02").at("/field"))
        .isEqualTo("from");
    assertThat(api.get("/v1/orgs/none/revenue").code()).isEqualTo("org_not_found");
  }

  // ---- formats

  @Test
  void theLedgerComesAsATableAndAsLines() throws Exception {
    api.post(
        "/v1/reservations",
        "{'subject':{'org':'acme','user':'=cmd()'},'session':'-1+1','amount':'1','credit_type':'platform','commit':true}");
    for (int i = 0; i < 5; i++) {
      charge("1");
    }
    Answer csv = api.send("GET", MAIN + "/ledger", api.operator, null, "Accept", "text/csv");
    assertThat(csv.header("Content-Type")).startsWith("text/csv");
    assertThat(csv.header("X-As-Of")).startsWith("2026-03-");
    assertThat(csv.header("X-Lag-Ms")).isEqualTo("0");
    List<String> lines = csv.body().lines().toList();
    assertThat(lines).hasSize(8);
    assertThat(lines.getFirst()).startsWith("wallet,sequence,posted_at,type,credit_type,amount");
    assertThat(lines.get(2)).contains(",-1,", ",'=cmd(),", ",'-1+1,");
    Answer rows =
        api.send(
            "GET",
            MAIN + "/ledger?type=consume",
            api.operator,
            null,
            "Accept",
            "application/x-ndjson, application/json;q=0.5");
    assertThat(rows.body().lines()).hasSize(6);
    for (String line : rows.body().lines().toList()) {
      assertThat(new ObjectMapper().readTree(line).get("type").asText()).isEqualTo("consume");
    }
  }

  @Test
  void aFormatThatThereIsNotIsRefused() {
    Answer refused = api.send("GET", MAIN + "/ledger", api.operator, null, "Accept", "image/png");
    assertThat(refused.status()).isEqualTo(406);
    assertThat(refused.code()).isEqualTo("not_acceptable");
    Answer paged =
        api.send("GET", MAIN + "/ledger?limit=5", api.operator, null, "Accept", "text/csv");
    assertThat(paged.at("/field")).isEqualTo("limit");
  }

  // ---- proofs

  @Test
  void aWalletIsVerifiedFromItsFirstEntry() {
    charge("1");
    Answer valid = api.get(MAIN + "/verify");
    assertThat(valid.at("/result")).isEqualTo("valid");
    assertThat(valid.at("/entries")).isEqualTo("2");
    assertThat(valid.at("/heads/ledger/hash"))
        .isEqualTo(valid.at("/heads/wallet/hash"))
        .isEqualTo(api.get(MAIN + "/ledger").at("/data/1/hash"));
    assertThat(valid.at("/balances/0/balance")).isEqualTo("499");
    assertThat(valid.json().at("/violations")).isEmpty();
    assertThat(api.get("/v1/orgs/acme/wallets/ghost/verify").status()).isEqualTo(404);
    api.queries.lose(1);
    Answer invalid = api.get(MAIN + "/verify");
    assertThat(invalid.at("/result")).isEqualTo("invalid");
    assertThat(invalid.at("/violations/0/invariant")).isEqualTo("I7");
  }

  @Test
  void anEntryIsProvenAgainstASignedHead() {
    String sequence = charge("1").at("/receipt/sequence");
    Answer head = api.get("/v1/orgs/acme/ledger/checkpoint");
    assertThat(head.at("/size")).isEqualTo("2");
    Answer text =
        api.send(
            "GET", "/v1/orgs/acme/ledger/checkpoint", api.operator, null, "Accept", "text/plain");
    assertThat(text.body()).isEqualTo(head.at("/checkpoint"));
    Answer proof = api.get("/v1/orgs/acme/ledger/inclusion?wallet=main&sequence=" + sequence);
    assertThat(proof.at("/leaf")).isEqualTo("1");
    assertThat(proof.json().at("/path")).hasSize(1);
    assertThat(api.get("/v1/orgs/acme/ledger/inclusion?wallet=main&sequence=9").code())
        .isEqualTo("entry_not_found");
    assertThat(api.get("/v1/orgs/acme/ledger/inclusion?wallet=main&sequence=0").at("/field"))
        .isEqualTo("sequence");
    assertThat(api.get("/v1/orgs/acme/ledger/consistency?from=1").json().at("/proof")).hasSize(1);
    assertThat(api.get("/v1/orgs/acme/ledger/consistency?from=3").at("/field")).isEqualTo("from");
  }

  @Test
  void aMonthIsExportedLineByLine() {
    charge("1");
    List<String> lines =
        api.get("/v1/orgs/acme/ledger/export?month=2026-03").body().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst()).contains("\"kind\":\"bursar-ledger-export\"", "\"to_leaf\":2");
    assertThat(lines.get(1)).contains("\"leaf\":0", "\"salt\":", "\"previous_hash\":");
    assertThat(lines.getLast()).isEqualTo("{\"kind\":\"end\",\"entries\":2}");
  }

  @Test
  void aHeadThatWouldContradictTheLastIsNotSigned() {
    api.proofs.contradict();
    Answer refused = api.get("/v1/orgs/acme/ledger/checkpoint");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("ledger_contradicts_checkpoint");
  }

  @Test
  void theBooksOfAnotherOrgAreNotThere() {
    String stranger = api.key(Role.ORG_FINANCE, "other");
    for (String path :
        List.of(
            MAIN + "/balance",
            MAIN + "/verify",
            MAIN + "/statement",
            "/v1/orgs/acme/revenue",
            "/v1/orgs/acme/ledger/checkpoint",
            "/v1/orgs/acme/ledger/export")) {
      assertThat(api.send("GET", path, stranger, null).code()).isEqualTo("org_not_found");
    }
    String viewer = api.key(Role.ORG_VIEWER, "acme");
    assertThat(api.send("GET", MAIN + "/ledger", viewer, null).status()).isEqualTo(200);
    assertThat(api.send("GET", MAIN + "/ledger", viewer, null, "Accept", "text/csv").code())
        .isEqualTo("forbidden");
    assertThat(api.send("GET", "/v1/orgs/acme/ledger/export", viewer, null).code())
        .isEqualTo("forbidden");
    String finance = api.key(Role.ORG_FINANCE, "acme");
    assertThat(api.send("GET", MAIN + "/statement", finance, null).status()).isEqualTo(200);
  }
}
