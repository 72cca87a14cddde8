package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, the answer says what is wrong with it, and nothing is stored. */
class BadInputTest {

  private static RunningApi api;
  private static String open;
  private long before;

  @BeforeAll
  static void start() {
    api = new RunningApi().withAcme();
    open =
        api.post(
                "/v1/reservations",
                "{'subject':{'org':'acme'},'credit_type':'platform','amount':'1'}")
            .at("/reservation_id");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @BeforeEach
  void count() {
    before = api.node.events() + api.keys.size();
  }

  @AfterEach
  void nothingIsStored() {
    assertThat(api.node.events() + api.keys.size()).isEqualTo(before);
  }

  private static void refused(Answer answer, String field) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.at("/field")).as(answer.body()).isEqualTo(field);
    assertThat(answer.body()).doesNotContain("Exception", "\\tat ", "dev.bursar", "jackson");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "'-1'",
        "1000000000001",
        "'1000000000000.000001'",
        "1e400",
        "'1e400'",
        "1e2",
        "'NaN'",
        "'Infinity'",
        "0.0000001",
        "'0.1234567'",
        "'+1'",
        "'1.'",
        "'.5'",
        "'01'",
        "' 1'",
        "'1,5'",
        "''",
        "'0x10'",
        "'١'",
        "true",
        "[]",
        "{}",
        "99999999999999999999999999"
      })
  void amountsThatAreNone(String amount) {
    refused(
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'credit_type':'platform','amount':" + amount + "}"),
        "amount");
    refused(
        api.post(
            "/v1/orgs/acme/wallets/main/grants",
            "{'credit_type':'platform','category':'paid','amount':" + amount + "}"),
        "amount");
    refused(
        api.put(
            "/v1/orgs/acme/budgets/b",
            "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':" + amount + "}"),
        "limit");
    refused(
        api.post("/v1/reservations/" + open + "/commit", "{'amount':" + amount + "}"), "amount");
    refused(
        api.post(
            "/v1/refunds",
            "{'org':'acme','wallet':'main','transaction_id':'txn_main_1','reason':'x','amount':"
                + amount
                + "}"),
        "amount");
    refused(
        api.post(
            "/v1/orgs/acme/wallets/main/transfers",
            "{'to_wallet':'other','credit_type':'platform','amount':" + amount + "}"),
        "amount");
    if (!amount.contains("-1")) {
      refused(
          api.post(
              "/v1/orgs/acme/wallets/main/adjustments",
              "{'credit_type':'platform','grant':'fix','reason':'x','amount':" + amount + "}"),
          "amount");
    }
  }

  @Test
  void aGrantOfNothing() {
    refused(
        api.post(
            "/v1/orgs/acme/wallets/main/grants",
            "{'credit_type':'platform','category':'paid','amount':'0'}"),
        "amount");
  }

  @Test
  void sumsBeyondTheRange() {
    Answer cost =
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'model':'gpt-5','usage':{'input_tokens':1000000000000000,'output_tokens':1000000000000000}}");
    refused(cost, "usage");
    assertThat(cost.code()).isEqualTo("amount_overflow");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      textBlock =
          """
          {                                                                     ! malformed_json
          [1]                                                                   ! malformed_json
          'text'                                                                ! malformed_json
          null                                                                  ! malformed_json
          {} {}                                                                 ! malformed_json
          {'subject':{'org':'acme'                                              ! malformed_json
          {'subject':{'org':'acme'},'subject':{'org':'beta'}}                   ! malformed_json
          {'amount':NaN}                                                        ! malformed_json
          {'amount':01}                                                         ! malformed_json
          {'a':1,}                                                              ! malformed_json
          {'subject':{'org':'acme'},'surprise':1}                               ! unknown_field
          {'subject':{'org':'acme','surprise':1}}                               ! unknown_field
          {'subject':{'org':'acme'}}                                            ! invalid
          {'subject':{},'amount':'1','credit_type':'platform'}                  ! invalid
          {'subject':'acme','amount':'1','credit_type':'platform'}              ! invalid
          {'subject':{'org':1},'amount':'1','credit_type':'platform'}           ! invalid
          {'subject':{'org':''},'amount':'1','credit_type':'platform'}          ! invalid
          {'subject':{'org':'acme'},'amount':'1'}                               ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'nope'}          ! unknown_credit_type
          {'subject':{'org':'acme','team':'nope'},'amount':'1','credit_type':'platform'} ! unknown_unit
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','usage':{'a':1}} ! invalid
          {'subject':{'org':'acme'},'usage':{}}                                 ! invalid
          {'subject':{'org':'acme'},'usage':{'a':-1}}                           ! invalid
          {'subject':{'org':'acme'},'usage':{'a':1.5}}                          ! invalid
          {'subject':{'org':'acme'},'usage':{'a':'1'}}                          ! invalid
          {'subject':{'org':'acme'},'usage':{'a':1000000000000001}}             ! invalid
          {'subject':{'org':'acme'},'usage':{'a':1},'credit_type':'platform'}   ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','ttl_seconds':0}     ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','ttl_seconds':86401} ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','ttl_seconds':'300'} ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','overage_policy':'x'} ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','commit':'yes'}      ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','commit':true,'dry_run':true} ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','metadata':{'a':1}}  ! invalid
          {'subject':{'org':'acme'},'amount':'1','credit_type':'platform','metadata':[]}       ! invalid
          {'subject':{'org':'a\\u0000b'},'amount':'1','credit_type':'platform'} ! invalid
          {'subject':{'org':'a\\ud800'},'amount':'1','credit_type':'platform'}  ! invalid
          {'subject':{'org':'a\\u202eb'},'amount':'1','credit_type':'platform'} ! invalid
          {'subject':{'org':'a\\ufffdb'},'amount':'1','credit_type':'platform'} ! invalid
          """)
  void reservationsThatMakeNoSense(String body, String code) {
    Answer answer = api.post("/v1/reservations", body.strip());
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      textBlock =
          """
          PUT  ! /v1/orgs/acme                   ! {}                                             ! name
          PUT  ! /v1/orgs/acme                   ! {'name':'A','timezone':'Mars/Base'}            ! timezone
          PUT  ! /v1/orgs/acme                   ! {'name':'A','timezone':'+01:00'}               ! timezone
          PUT  ! /v1/orgs/acme                   ! {'name':'A','timezone':'SystemV/EST5EDT'}      ! timezone
          PUT  ! /v1/orgs/acme                   ! {'name':'A','timezone':'EST5EDT'}              ! timezone
          PUT  ! /v1/orgs/acme                   ! {'name':'A\\u0007'}                            ! name
          PUT  ! /v1/orgs/acme                   ! {'name':'A','add_ons':['x','x']}               ! add_ons[1]
          PUT  ! /v1/orgs/acme/units/u           ! {'kind':'squad','name':'U'}                    ! kind
          PUT  ! /v1/orgs/acme/units/u           ! {'kind':'team','name':'U','parent':'nope'}     ! parent
          PUT  ! /v1/orgs/acme/units/u           ! {'kind':'agent','name':'U','parent':'engineering'} ! parent
          PUT  ! /v1/orgs/acme/users/u           ! {'teams':['analytics','analytics']}            ! teams[1]
          PUT  ! /v1/orgs/acme/users/u           ! {'teams':[1]}                                  ! teams[0]
          PUT  ! /v1/orgs/acme/budgets/b         ! {'measure':'platform','window':'day','limit':'1'} ! scope
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'team'},'measure':'platform','window':'day','limit':'1'} ! scope.id
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'each_member'},'measure':'platform','window':'day','limit':'1'} ! scope.team
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org','id':'acme'},'measure':'platform','window':'day','limit':'1'} ! scope.id
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org','team':'analytics'},'measure':'platform','window':'day','limit':'1'} ! scope.team
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'team','id':'nope'},'measure':'platform','window':'day','limit':'1'} ! scope.id
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'nope','window':'day','limit':'1'} ! measure
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'platform','window':'decade','limit':'1'} ! window
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'platform','window':'week','limit':'1','anchor_day':8} ! anchor_day
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'platform','window':'month','limit':'1','anchor_day':32} ! anchor_day
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'platform','window':'day','limit':'1','thresholds':[0]} ! thresholds[0]
          PUT  ! /v1/orgs/acme/budgets/b         ! {'scope':{'type':'org'},'measure':'platform','window':'day','limit':'1','filters':{'x':[]}} ! filters.x
          PUT  ! /v1/orgs/acme/wallets/w         ! {'owner':{'type':'user','id':'u'}}             ! owner.type
          PUT  ! /v1/orgs/acme/wallets/w         ! {'owner':{'type':'team'}}                      ! owner.id
          PUT  ! /v1/orgs/acme/wallets/w         ! {'owner':{'type':'org','id':'beta'}}           ! owner.id
          POST ! /v1/orgs/acme/wallets/main/grants ! {'amount':'1','category':'paid'}             ! credit_type
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'gift'} ! category
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'paid','priority':101} ! priority
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'paid','expires_at':'2026-03-02'} ! expires_at
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'paid','expires_at':'2026-03-02T10:00:00'} ! expires_at
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'paid','expires_at':'2026-03-02T10:00:00Z'} ! expires_at
          POST ! /v1/orgs/acme/wallets/main/grants ! {'credit_type':'platform','amount':'1','category':'paid','cost_basis':{'amount':'1','currency':'eur'}} ! cost_basis.currency
          POST ! /v1/orgs/acme/keys              ! {'role':'operator','name':'x'}                 ! role
          POST ! /v1/orgs/acme/keys              ! {'role':'service'}                             ! name
          POST ! /v1/orgs/acme/keys              ! {'role':'service','name':'x','expires_at':'2020-01-01T00:00:00Z'} ! expires_at
          POST ! /v1/keys                        ! {'role':'org_admin','name':'x'}                ! role
          PUT  ! /v1/test_clock                  ! {'now':'2020-01-01T00:00:00Z'}                 ! now
          PUT  ! /v1/test_clock                  ! {'now':'9999-12-31T00:00:00Z'}                 ! now
          PUT  ! /v1/test_clock                  ! {}                                             ! now
          """)
  void fieldsThatMakeNoSense(String method, String path, String body, String field) {
    refused(api.send(method, path.strip(), RunningApi.json(body.strip())), field);
  }

  @Test
  void deepJsonAndLongTexts() {
    String deep = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);
    assertThat(api.post("/v1/reservations", deep).code()).isEqualTo("malformed_json");
    String text = "x".repeat(200_000);
    assertThat(api.put("/v1/orgs/acme", "{'name':'" + text + "'}").code())
        .isEqualTo("malformed_json");
    assertThat(api.put("/v1/orgs/acme", "{'" + text + "':1}").code()).isEqualTo("malformed_json");
    refused(api.put("/v1/orgs/acme", "{'name':'" + "x".repeat(201) + "'}"), "name");
    refused(
        api.post(
            "/v1/reservations",
            "{'subject':{'org':'acme'},'credit_type':'platform','amount':'1','metadata':{'k':'"
                + "x".repeat(501)
                + "'}}"),
        "metadata.k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a%00b",
        "%E2%80%8F",
        "%E2%80%AEabc",
        "a%FF",
        "a%C3",
        "%EF%BF%BD",
        "%0A",
        "%CD%B8"
      })
  void namesThatNoOneCouldTellApart(String name) {
    Answer answer = api.put("/v1/orgs/acme/users/" + name, "{}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
  }

  @Test
  void namesThatAreTooLongOrDots() {
    refused(api.put("/v1/orgs/acme/users/" + "x".repeat(256), "{}"), "user");
    refused(api.put("/v1/orgs/acme/users/" + "%C3%A9".repeat(128), "{}"), "user");
    assertThat(api.put("/v1/orgs/acme/users/%2E%2E", "{}").status()).isIn(400, 404, 405);
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Type,text/plain,415,unsupported_media_type",
    "Content-Encoding,gzip,415,unsupported_encoding",
    "Idempotency-Key,'',400,invalid"
  })
  void headersThatAreNotAccepted(String name, String value, int status, String code) {
    Answer answer = api.put("/v1/orgs/acme", "{'name':'Other'}", name, value);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Test
  void anIdempotencyKeyHasBounds() {
    refused(
        api.put("/v1/orgs/acme", "{'name':'Other'}", "Idempotency-Key", "x".repeat(256)),
        "Idempotency-Key");
    refused(
        api.put(
            "/v1/orgs/acme",
            "{'name':'Other'}",
            "Idempotency-Key",
            "one",
            "Idempotency-Key",
            "two"),
        "Idempotency-Key");
  }

  @Test
  void pathsAndMethodsThatAreNotThere() {
    assertThat(api.send("GET", "/nope", null, null).status()).isEqualTo(404);
    assertThat(api.get("/v1/orgs/").status()).isEqualTo(404);
    assertThat(api.get("/v1//orgs").status()).isEqualTo(404);
    assertThat(api.get("/").status()).isEqualTo(404);
    Answer wrong = api.send("PATCH", "/v1/orgs/acme", "{}");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("Allow")).isEqualTo("GET, PUT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope", "rsv_", "rsv_acme_main_", "rsv_acme_main_abc", "rsv_%00_a_b"})
  void reservationsThatAreNone(String id) {
    for (String more : new String[] {"/commit", "/release", "/extend"}) {
      String body = more.equals("/extend") ? "{'ttl_seconds':1}" : "{'amount':'1'}";
      Answer answer =
          api.post("/v1/reservations/" + id + more, more.equals("/release") ? "{}" : body);
      assertThat(answer.code()).as(answer.body()).isEqualTo("reservation_not_found");
    }
    assertThat(api.get("/v1/reservations/" + id).status()).isEqualTo(404);
    assertThat(api.get("/v1/reservations/" + id + "/explain").status()).isEqualTo(404);
  }
}
