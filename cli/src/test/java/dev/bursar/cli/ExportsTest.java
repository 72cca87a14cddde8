package dev.bursar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken along from a node, read by DuckDB, against what the node itself says. */
class ExportsTest {

  private static final String ORG = "/v1/orgs/acme";
  private static final String MAIN = ORG + "/wallets/main";
  private static final List<String> MONTHS = List.of("2026-03", "2026-04", "2026-05");

  private static final int ATTEMPTS_MAX = 20;

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private int port;
  private int calls;

  @Test
  void theBooksOfAMonthAgreeInAllFormats() throws Exception {
    port = BursarProcess.freePort();
    Path data = directory.resolve("node");
    try (BursarProcess node =
            BursarProcess.up(data, port, "--no-demo", "--test-clock", "2026-03-30T10:00:00Z");
        Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duck.createStatement()) {
      march();
      april();
      may();
      // Waits until all that can be seen.
      get(ORG + "/usage?fresh=true");
      for (String month : MONTHS) {
        view(sql, "csv", month, "text/csv");
        view(sql, "parquet", month, "application/vnd.apache.parquet");
        String all = "select count(*), sum(cast(EffectiveCost as decimal(38, 6))) from ";
        assertThat(row(sql, all + "csv")).isEqualTo(row(sql, all + "parquet"));
        agreesWithRevenue(sql, month);
        agreesWithUsage(sql, month);
      }
      view(sql, "parquet", "2026-04", "application/vnd.apache.parquet");
      assertThat(
              row(
                  sql,
                  "select x_EntryType, ChargeCategory, count(*) from parquet"
                      + " where ChargeClass = 'Correction' group by all"))
          .isEqualTo("refund|Credit|1");
      events(sql);
    }
  }

  // ---- what happens

  private void march() throws Exception {
    send("PUT", ORG, "{'name':'Acme'}");
    send("PUT", ORG + "/units/analytics", "{'kind':'team','name':'Analytics'}");
    send("PUT", ORG + "/units/platform", "{'kind':'team','name':'Platform'}");
    send("PUT", MAIN, "{}");
    send("PUT", ORG + "/wallets/research", "{}");
    grant("promo", "3", 1, null, null);
    grant("euros", "100", 2, "{'amount':'10.01','currency':'EUR'}", null);
    grant("dollars", "50", 3, "{'amount':'7.77','currency':'USD'}", "2026-04-20T00:00:00Z");
    Random random = new Random(7);
    for (int i = 0; i < 25; i++) {
      String team = random.nextBoolean() ? "analytics" : "platform";
      String model = random.nextBoolean() ? "gpt-5" : "claude-haiku-4-5";
      send(
          "POST",
          "/v1/reservations",
          ("{'subject':{'org':'acme','team':'%s','user':'u-%d'},'feature':'chat','model':'%s',"
                  + "'usage':{'input_tokens':%d,'output_tokens':%d},'commit':true}")
              .formatted(
                  team, random.nextInt(4), model, random.nextInt(20_000), random.nextInt(2_000)));
    }
    send(
        "POST",
        MAIN + "/transfers",
        "{'to_wallet':'research','credit_type':'platform','amount':'5'}");
  }

  private void april() throws Exception {
    clock("2026-04-02T10:00:00Z");
    JsonNode charged = charge("1.5");
    send(
        "POST",
        "/v1/refunds",
        "{'org':'acme','wallet':'main','transaction_id':'%s','amount':'0.5','reason':'cut off'}"
            .formatted(firstCharge()));
    send(
        "POST",
        "/v1/refunds",
        "{'org':'acme','wallet':'main','transaction_id':'%s','amount':'0.25','reason':'cut off'}"
            .formatted(charged.at("/receipt/transaction_id").asText()));
    send(
        "POST",
        MAIN + "/adjustments",
        "{'credit_type':'platform','amount':'-4','grant':'euros','reason':'typo'}");
    // What is left of the dollars lapses.
    clock("2026-04-21T10:00:00Z");
    send("POST", MAIN + "/grants/euros/void", "{}");
  }

  /** Work beyond what there is goes on debt, and the next grant repays it. */
  private void may() throws Exception {
    clock("2026-05-03T10:00:00Z");
    grant("small", "2", 1, "{'amount':'2','currency':'EUR'}", null);
    JsonNode held =
        send(
            "POST",
            "/v1/reservations",
            "{'subject':{'org':'acme','team':'analytics'},'amount':'1','credit_type':'platform'}");
    send(
        "POST",
        "/v1/reservations/" + held.at("/reservation_id").asText() + "/commit",
        "{'amount':'7'}");
    grant("large", "20", 1, "{'amount':'20','currency':'EUR'}", null);
  }

  private JsonNode charge(String amount) throws Exception {
    return send(
        "POST",
        "/v1/reservations",
        "{'subject':{'org':'acme','team':'analytics'},'amount':'%s','credit_type':'platform','commit':true}"
            .formatted(amount));
  }

  private String firstCharge() throws Exception {
    return get(MAIN + "/ledger?type=consume&limit=1").at("/data/0/transaction_id").asText();
  }

  private void grant(String id, String amount, int priority, String cost, String expires)
      throws Exception {
    send(
        "POST",
        MAIN + "/grants",
        "{'id':'%s','credit_type':'platform','amount':'%s','category':'paid','priority':%d%s%s}"
            .formatted(
                id,
                amount,
                priority,
                cost == null ? "" : ",'cost_basis':" + cost,
                expires == null ? "" : ",'expires_at':'" + expires + "'"));
  }

  private void clock(String now) throws Exception {
    send("PUT", "/v1/test_clock", "{'now':'%s'}".formatted(now));
  }

  // ---- what is checked

  private void agreesWithRevenue(Statement sql, String month) throws Exception {
    JsonNode report = get(ORG + "/revenue?from=2026-03&to=" + month).at("/data");
    String before = "2026-03".equals(month) ? "" : MONTHS.get(MONTHS.indexOf(month) - 1);
    for (JsonNode revenue : report) {
      if (!revenue.at("/month").asText().equals(month)) {
        continue;
      }
      String currency = revenue.at("/currency").asText();
      assertThat(sum(sql, "BilledCost", currency, "true"))
          .isEqualByComparingTo(of(revenue, "sold"));
      assertThat(used(sql, currency, "consume", "late_usage", "debt", "debt_repaid"))
          .isEqualByComparingTo(of(revenue, "consumed"));
      assertThat(used(sql, currency, "expire")).isEqualByComparingTo(of(revenue, "expired"));
      assertThat(used(sql, currency, "refund"))
          .isEqualByComparingTo(of(revenue, "refunded").negate());
      assertThat(used(sql, currency, "void", "adjust", "transfer_in", "transfer_out"))
          .isEqualByComparingTo(of(revenue, "other").negate());
      BigDecimal owed = BigDecimal.ZERO;
      for (JsonNode each : report) {
        if (each.at("/month").asText().equals(before)
            && each.at("/currency").asText().equals(currency)) {
          owed = of(each, "deferred");
        }
      }
      assertThat(sum(sql, "BilledCost - EffectiveCost", currency, "true"))
          .as("%s %s", month, currency)
          .isEqualByComparingTo(of(revenue, "deferred").subtract(owed));
    }
    assertThat(report).isNotEmpty();
  }

  private static BigDecimal of(JsonNode revenue, String name) {
    return new BigDecimal(revenue.get(name).asText());
  }

  private static BigDecimal used(Statement sql, String currency, String... types) throws Exception {
    return sum(
        sql, "EffectiveCost", currency, "x_EntryType in ('" + String.join("', '", types) + "')");
  }

  private static BigDecimal sum(Statement sql, String what, String currency, String where)
      throws Exception {
    return new BigDecimal(
        row(
            sql,
            "select coalesce(sum(%s), 0) from parquet where BillingCurrency = '%s' and %s"
                .formatted(what, currency, where)));
  }

  /** What each team used of each meter, and what it was charged for it in credits. */
  private void agreesWithUsage(Statement sql, String month) throws Exception {
    String next = YearMonth.parse(month).plusMonths(1).toString();
    JsonNode usage =
        get(ORG
                + "/usage?group_by=team&from=%s-01T00:00:00Z&to=%s-01T00:00:00Z"
                    .formatted(month, next))
            .at("/data");
    assertThat(usage).isNotEmpty();
    for (JsonNode team : usage) {
      String of =
          " from parquet where ChargeCategory = 'Usage' and SubAccountId = '%s'"
              .formatted(team.at("/group/team").asText());
      assertThat(
              new BigDecimal(
                  row(sql, "select coalesce(sum(PricingCurrencyEffectiveCost), 0)" + of)))
          .isEqualByComparingTo(new BigDecimal(team.at("/credits").asText()));
      for (var meter : team.at("/meters").properties()) {
        assertThat(
                new BigDecimal(
                    row(
                        sql,
                        "select coalesce(sum(ConsumedQuantity), 0)%s and x_Meter = '%s'"
                            .formatted(of, meter.getKey()))))
            .isEqualByComparingTo(meter.getValue().asText());
      }
    }
  }

  private void events(Statement sql) throws Exception {
    String march = ORG + "/events?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";
    JsonNode events = get(march).at("/data");
    Path file = directory.resolve("events.parquet");
    Files.write(file, bytes(march, "application/vnd.apache.parquet"));
    sql.execute(
        "create view events as from read_parquet('%s', file_row_number = true)".formatted(file));
    assertThat(events).hasSize(25);
    assertThat(row(sql, "select string_agg(reservation, ' ' order by file_row_number) from events"))
        .isEqualTo(String.join(" ", events.findValuesAsText("reservation")));
    BigDecimal credits =
        events.findValuesAsText("credits").stream()
            .map(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertThat(new BigDecimal(row(sql, "select sum(credits) from events")))
        .isEqualByComparingTo(credits);
  }

  private void view(Statement sql, String name, String month, String type) throws Exception {
    Path file = directory.resolve(month + "." + name);
    Files.write(file, bytes(ORG + "/focus?fresh=true&month=" + month, type));
    sql.execute("create or replace view %s as from read_%s('%s')".formatted(name, name, file));
  }

  /** The one row, its cells with bars between. */
  private static String row(Statement sql, String query) throws Exception {
    try (ResultSet rs = sql.executeQuery(query)) {
      assertThat(rs.next()).as(query).isTrue();
      StringBuilder row = new StringBuilder();
      for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
        row.append(i == 1 ? "" : "|").append(rs.getString(i));
      }
      assertThat(rs.next()).as(query).isFalse();
      return row.toString();
    }
  }

  // ---- HTTP

  private JsonNode get(String path) throws Exception {
    return send("GET", path, "");
  }

  /** As a client should: an answer that says to ask again is followed by the same, with its key. */
  private JsonNode send(String method, String path, String body) throws Exception {
    String key = "call-" + calls++;
    HttpResponse<byte[]> answer;
    int attempts = 0;
    do {
      answer = answer(method, path, body.replace('\'', '"'), "application/json", key);
    } while (answer.statusCode() == 503 && ++attempts < ATTEMPTS_MAX);
    assertThat(answer.statusCode())
        .as("%s %s", path, new String(answer.body(), UTF_8))
        .isLessThan(300);
    return answer.body().length == 0 ? null : new ObjectMapper().readTree(answer.body());
  }

  private byte[] bytes(String path, String type) throws Exception {
    HttpResponse<byte[]> answer = answer("GET", path, "", type, "call-" + calls++);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("X-As-Of")).isPresent();
    return answer.body();
  }

  private HttpResponse<byte[]> answer(
      String method, String path, String body, String type, String key) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", "application/json")
            .header("Accept", type)
            .header("Idempotency-Key", key)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }
}
