package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may do what. */
class RolesTest {

  private static RunningApi api;
  private static final Map<String, String> KEYS = new LinkedHashMap<>();
  private static final String LEASE =
      "{'sidecar':'s','subject':{'org':'acme'},'amount':'1','credit_type':'platform'}";

  private static String reservation;
  private static String lease;

  @BeforeAll
  static void start() {
    api = new RunningApi().withAcme();
    api.put("/v1/orgs/beta", "{'name':'Beta'}");
    KEYS.put("operator", api.operator);
    KEYS.put("service", api.key(Role.SERVICE, null));
    KEYS.put("own", api.key(Role.SERVICE, "acme"));
    KEYS.put("admin", api.key(Role.ORG_ADMIN, "acme"));
    KEYS.put("finance", api.key(Role.ORG_FINANCE, "acme"));
    KEYS.put("viewer", api.key(Role.ORG_VIEWER, "acme"));
    KEYS.put("other", api.key(Role.ORG_ADMIN, "beta"));
    KEYS.put("nobody", null);
    reservation =
        api.post(
                "/v1/reservations",
                "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform'}")
            .at("/reservation_id");
    lease = api.post("/v1/leases", RunningApi.json(LEASE)).at("/lease_id");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  /** y: may; -: 403; o: 404, as if it were not there; n: 401. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '!',
      useHeadersInDisplayName = false,
      textBlock =
          """
          # method ! path                               ! operator service own admin finance viewer other nobody
          POST   ! /v1/reservations                     ! y y y y - - o n
          POST   ! /v1/reservations/RSV/commit          ! y y y y - - o n
          POST   ! /v1/reservations/RSV/release         ! y y y y - - o n
          POST   ! /v1/reservations/RSV/extend          ! y y y y - - o n
          GET    ! /v1/reservations/RSV                 ! y y y y y y o n
          GET    ! /v1/reservations/RSV/explain         ! y y y y y y o n
          POST   ! /v1/leases                           ! y y y y - - o n
          POST   ! /v1/leases/stream/acknowledge        ! y y y y - - y n
          GET    ! /v1/leases/stream                    ! y y y y - - y n
          POST   ! /v1/leases/LEASE/report              ! y y y y - - o n
          POST   ! /v1/leases/LEASE/close               ! y y y y - - o n
          POST   ! /v1/leases/LEASE/revoke              ! y - - y - - o n
          GET    ! /v1/leases/LEASE                     ! y y y y y y o n
          GET    ! /v1/orgs                             ! y - - - - - - n
          PUT    ! /v1/orgs/acme                        ! y - - - - - o n
          GET    ! /v1/orgs/acme                        ! y - - y y y o n
          GET    ! /v1/orgs/acme/audit-log              ! y - - y y y o n
          GET    ! /v1/orgs/acme/units                  ! y - - y y y o n
          PUT    ! /v1/orgs/acme/units/u                ! y - - y - - o n
          DELETE ! /v1/orgs/acme/units/none             ! y - - y - - o n
          GET    ! /v1/orgs/acme/users                  ! y - - y y y o n
          GET    ! /v1/orgs/acme/users/u-17             ! y - - y y y o n
          PUT    ! /v1/orgs/acme/users/u-17             ! y - - y - - o n
          GET    ! /v1/orgs/acme/budgets                ! y - - y y y o n
          GET    ! /v1/orgs/acme/budgets/none           ! y - - y y y o n
          PUT    ! /v1/orgs/acme/budgets/b              ! y - - y - - o n
          DELETE ! /v1/orgs/acme/budgets/none           ! y - - y - - o n
          POST   ! /v1/orgs/acme/budgets/b/preview      ! y - - y y y o n
          GET    ! /v1/orgs/acme/overrides              ! y - - y y y o n
          PUT    ! /v1/orgs/acme/overrides/x            ! y - - y - - o n
          DELETE ! /v1/orgs/acme/overrides/none         ! y - - y - - o n
          GET    ! /v1/orgs/acme/freezes                ! y - - y y y o n
          POST   ! /v1/orgs/acme/freeze                 ! y - - y - - o n
          POST   ! /v1/orgs/acme/unfreeze               ! y - - y - - o n
          GET    ! /v1/orgs/acme/usage                  ! y - - y y y o n
          GET    ! /v1/orgs/acme/alerts                 ! y - - y y y o n
          GET    ! /v1/orgs/acme/wallets/main/verify    ! y - - y y y o n
          GET    ! /v1/orgs/acme/wallets                ! y - - y y y o n
          GET    ! /v1/orgs/acme/wallets/main           ! y y y y y y o n
          PUT    ! /v1/orgs/acme/wallets/main           ! y - - y - - o n
          GET    ! /v1/orgs/acme/wallets/main/grants    ! y - - y y y o n
          POST   ! /v1/orgs/acme/wallets/main/grants    ! y - - - - - o n
          POST   ! /v1/orgs/acme/wallets/main/grants/none/void ! y - - - - - o n
          GET    ! /v1/orgs/acme/wallets/main/ledger    ! y - - y y y o n
          POST   ! /v1/orgs/acme/keys                   ! y - - y - - o n
          GET    ! /v1/orgs/acme/keys                   ! y - - y y - o n
          DELETE ! /v1/orgs/acme/keys/none              ! y - - y - - o n
          POST   ! /v1/keys                             ! y - - - - - - n
          GET    ! /v1/keys                             ! y - - - - - - n
          DELETE ! /v1/keys/none                        ! y - - - - - - n
          GET    ! /v1/test_clock                       ! y - - - - - - n
          PUT    ! /v1/test_clock                       ! y - - - - - - n
          GET    ! /health/live                         ! y y y y y y y y
          GET    ! /health/ready                        ! y y y y y y y y
          GET    ! /metrics                             ! y y y y y y y y
          GET    ! /openapi.json                        ! y y y y y y y y
          """)
  void matrix(String method, String path, String expected) {
    StringBuilder found = new StringBuilder();
    KEYS.forEach(
        (name, key) -> {
          String body = method.equals("PUT") || method.equals("POST") ? body(path) : null;
          Answer answer =
              api.send(
                  method,
                  path.strip().replace("RSV", reservation).replace("LEASE", lease),
                  key,
                  body);
          found.append(found.isEmpty() ? "" : " ").append(verdict(answer));
        });
    assertThat(found.toString()).isEqualTo(expected.strip());
  }

  /** Bodies that make no sense: nothing happens, but who may not come that far is told sooner. */
  private static String body(String path) {
    if (path.strip().equals("/v1/leases")) {
      return RunningApi.json(LEASE);
    }
    return path.strip().equals("/v1/reservations")
        ? RunningApi.json(
            "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform','dry_run':true}")
        : "{\"no_such_field\":1}";
  }

  private static char verdict(Answer answer) {
    return switch (answer.status()) {
      case 401 -> 'n';
      case 403 -> '-';
      case 404 ->
          answer.code().equals("org_not_found")
                  || answer.code().equals("reservation_not_found")
                  || answer.code().equals("lease_not_found")
              ? 'o'
              : 'y';
      default -> 'y';
    };
  }

  @Test
  void whateverIsWrongWithAKeyTheAnswerIsTheSame() {
    String expired =
        api.keys.create(Role.OPERATOR, null, "old", RunningApi.START.minusSeconds(1)).secret();
    var revoked = api.keys.create(Role.OPERATOR, null, "gone", null);
    assertThat(api.delete("/v1/keys/" + revoked.key().id()).status()).isEqualTo(204);
    String expected = null;
    for (String header :
        new String[] {
          "Bearer " + expired,
          "Bearer " + revoked.secret(),
          "Bearer nope",
          "Bearer",
          "Bearer  ",
          "Basic abc",
          "nope",
          "Bearer a b",
          "Bearer " + "x".repeat(5_000),
          api.operator,
          "Bearer é"
        }) {
      Answer answer =
          api.send("GET", "/v1/orgs", null, null, "Authorization", header, "X-Request-Id", "r");
      assertThat(answer.status()).as(header).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
      expected = expected == null ? answer.body() : expected;
      assertThat(answer.body()).isEqualTo(expected);
    }
  }

  @Test
  void anotherOrgLooksLikeNoOrg() {
    String admin = KEYS.get("admin");
    for (String path :
        new String[] {
          "", "/units", "/users", "/users/u-17", "/budgets", "/wallets/main", "/keys"
        }) {
      Answer theirs = api.send("GET", "/v1/orgs/beta" + path, admin, null, "X-Request-Id", "r");
      Answer none = api.send("GET", "/v1/orgs/nono" + path, admin, null, "X-Request-Id", "r");
      assertThat(theirs.status()).isEqualTo(404);
      assertThat(theirs.body().replace("beta", "nono")).isEqualTo(none.body());
    }
    String body = "{'subject':{'org':'%s'},'amount':'1','credit_type':'platform'}";
    Answer theirs = reserve(admin, body.formatted("beta"));
    Answer none = reserve(admin, body.formatted("nono"));
    assertThat(theirs.status()).isEqualTo(404);
    assertThat(theirs.body().replace("beta", "nono")).isEqualTo(none.body());
    Answer unconfined = api.post("/v1/reservations", body.formatted("nono"));
    assertThat(unconfined.at("/denials/0/code")).isEqualTo("unknown_org");
    Answer foreign =
        api.send(
            "GET", "/v1/reservations/" + reservation, KEYS.get("other"), null, "X-Request-Id", "r");
    Answer missing =
        api.send(
            "GET",
            "/v1/reservations/" + reservation.replace("acme", "beta"),
            KEYS.get("other"),
            null,
            "X-Request-Id",
            "r");
    assertThat(foreign.body().replace("acme", "beta")).isEqualTo(missing.body());
  }

  private static Answer reserve(String key, String body) {
    return api.send("POST", "/v1/reservations", key, RunningApi.json(body), "X-Request-Id", "r");
  }

  @Test
  void keysAreMadeShownOnceAndRevoked() {
    Answer made =
        api.send(
            "POST",
            "/v1/orgs/acme/keys",
            KEYS.get("admin"),
            RunningApi.json("{'role':'org_viewer','name':'dashboard'}"));
    assertThat(made.status()).isEqualTo(201);
    String secret = made.at("/key");
    assertThat(api.send("GET", "/v1/orgs/acme", secret, null).status()).isEqualTo(200);
    Answer list = api.get("/v1/orgs/acme/keys?limit=1000");
    assertThat(list.body()).contains("dashboard").doesNotContain(secret);
    assertThat(api.delete("/v1/orgs/beta/keys/" + made.at("/id")).status()).isEqualTo(404);
    assertThat(api.delete("/v1/keys/" + made.at("/id")).status()).isEqualTo(404);
    assertThat(api.delete("/v1/orgs/acme/keys/" + made.at("/id")).status()).isEqualTo(204);
    assertThat(api.send("GET", "/v1/orgs/acme", secret, null).status()).isEqualTo(401);
    assertThat(api.post("/v1/orgs/nono/keys", "{'role':'service','name':'x'}").code())
        .isEqualTo("org_not_found");
    assertThat(api.post("/v1/keys", "{'role':'service','name':'gateway'}").status()).isEqualTo(201);
    Answer page = api.get("/v1/keys?limit=1");
    assertThat(api.get("/v1/orgs/acme/keys?cursor=" + page.at("/next_cursor")).status())
        .isEqualTo(400);
  }
}
