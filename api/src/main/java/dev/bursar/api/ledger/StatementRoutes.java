package dev.bursar.api.ledger;

import dev.bursar.api.access.Access;
import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.csv.CsvRows;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Known;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.ledger.LedgerQueries.MonthlyStatement;
import dev.bursar.domain.ledger.LedgerQueries.Revenue;
import dev.bursar.domain.ledger.LedgerQueries.RevenueReport;
import dev.bursar.domain.ledger.LedgerQueries.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What the books say of a time or a month: balances as of a time, monthly statements of a wallet,
 * and what became of prepaid money. Months are calendar months in UTC.
 */
public final class StatementRoutes {

  private static final int MONTHS_MAX = 120;
  private static final List<String> STATEMENT_COLUMNS =
      List.of("wallet", "month", "credit_type", "line", "amount", "entries", "balance", "debt");
  private static final List<String> REVENUE_COLUMNS =
      List.of("month", "currency", "sold", "consumed", "expired", "refunded", "other", "deferred");

  private final LedgerQueries queries;
  private final Entities entities;
  private final InstantSource clock;

  public StatementRoutes(LedgerQueries queries, Entities entities, InstantSource clock) {
    this.queries = queries;
    this.entities = entities;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String wallet = "/v1/orgs/{org}/wallets/{wallet}";
    return List.of(
        Endpoint.get(wallet + "/balance", Access.READ, this::balance),
        Endpoint.get(wallet + "/statement", Access.READ, this::statement),
        Endpoint.get("/v1/orgs/{org}/revenue", Access.READ, this::revenue));
  }

  private CompletionStage<Reply> balance(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    Query query = call.query(Set.of("as_of"));
    Instant asked = LedgerRoutes.time(query, "as_of");
    Instant now = clock.instant();
    if (asked != null && asked.isAfter(now)) {
      throw Problem.invalid("as_of", "is after the present, " + now).fault();
    }
    // The present is whatever has been posted: the wallet's clock may be ahead of this one.
    Instant at = asked == null ? Instant.MAX : asked;
    call.format(Format.JSON);
    return Known.wallet(entities, org, wallet)
        .thenCompose(any -> queries.figuresAt(org, wallet, at))
        .thenApply(
            found ->
                Reply.ok(
                    json -> {
                      json.field("wallet", wallet)
                          .field("at", asked == null ? now : asked)
                          .objects("balances", found.figures(), StatementRoutes::figures);
                      freshness(json, found.freshness());
                    }));
  }

  static void figures(JsonWriter json, LedgerQueries.Figures figures) {
    json.field("credit_type", figures.creditType())
        .field("balance", figures.balance())
        .field("debt", figures.debt());
  }

  static void freshness(JsonWriter json, Freshness freshness) {
    json.field("as_of", freshness.asOf()).field("lag_ms", freshness.lagMs());
  }

  // ---- statements

  private CompletionStage<Reply> statement(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    YearMonth month = Months.of(call.query(Set.of("month")), "month", clock.instant());
    Format format = call.format(Format.JSON, Format.CSV, Format.NDJSON);
    return Known.wallet(entities, org, wallet)
        .thenCompose(any -> queries.statement(org, wallet, month))
        .thenApply(
            found ->
                switch (format) {
                  case CSV -> Reply.text(format, csv(wallet, month, found)).asOf(found.freshness());
                  case NDJSON ->
                      Reply.text(
                              format,
                              JsonWriter.lines(
                                  found.statements(),
                                  (json, each) -> {
                                    about(json, wallet, month, found);
                                    statement(json, each);
                                  }))
                          .asOf(found.freshness());
                  case JSON, PARQUET, TEXT ->
                      Reply.ok(
                          json -> {
                            about(json, wallet, month, found);
                            json.objects(
                                "statements", found.statements(), StatementRoutes::statement);
                            freshness(json, found.freshness());
                          });
                });
  }

  private static void about(
      JsonWriter json, String wallet, YearMonth month, MonthlyStatement found) {
    json.field("wallet", wallet)
        .field("month", month.toString())
        .field("final", Months.isFinal(month, found.freshness().asOf()));
  }

  private static void statement(JsonWriter json, Statement statement) {
    json.field("credit_type", statement.creditType())
        .object("opening", in -> balances(in, statement.opening()))
        .objects(
            "movements",
            statement.movements(),
            (in, movement) ->
                in.field("type", movement.type().word())
                    .field("amount", LimitViews.plain(movement.amount()))
                    .field("entries", movement.entries()))
        .object("closing", in -> balances(in, statement.closing()));
  }

  private static void balances(JsonWriter json, LedgerQueries.Figures figures) {
    json.field("balance", figures.balance()).field("debt", figures.debt());
  }

  private static byte[] csv(String wallet, YearMonth month, MonthlyStatement found) {
    CsvRows rows = new CsvRows().header(STATEMENT_COLUMNS);
    for (Statement each : found.statements()) {
      edge(rows, wallet, month, each.creditType(), "opening", each.opening());
      for (LedgerQueries.Movement movement : each.movements()) {
        rows.text(wallet)
            .text(month.toString())
            .text(each.creditType())
            .text(movement.type().word())
            .amount(movement.amount())
            .number(movement.entries())
            .text(null)
            .text(null)
            .end();
      }
      edge(rows, wallet, month, each.creditType(), "closing", each.closing());
    }
    return rows.bytes();
  }

  private static void edge(
      CsvRows rows,
      String wallet,
      YearMonth month,
      String creditType,
      String line,
      LedgerQueries.Figures figures) {
    rows.text(wallet)
        .text(month.toString())
        .text(creditType)
        .text(line)
        .text(null)
        .text(null)
        .amount(figures.balance())
        .amount(figures.debt())
        .end();
  }

  // ---- revenue

  private CompletionStage<Reply> revenue(Call call) {
    String org = call.org();
    Query query = call.query(Set.of("from", "to"));
    Instant now = clock.instant();
    YearMonth to = Months.of(query, "to", now);
    YearMonth from = Months.of(query, "from", to, now);
    if (from.isAfter(to) || from.plusMonths(MONTHS_MAX).isBefore(to)) {
      throw Problem.invalid(
              "from", "is not before to, %s, by up to %d months".formatted(to, MONTHS_MAX))
          .fault();
    }
    Format format = call.format(Format.JSON, Format.CSV, Format.NDJSON);
    return Known.org(entities, org)
        .thenCompose(any -> queries.revenue(org, from, to))
        .thenApply(
            found ->
                switch (format) {
                  case CSV -> Reply.text(format, csv(found)).asOf(found.freshness());
                  case NDJSON ->
                      Reply.text(
                              format,
                              JsonWriter.lines(
                                  found.months(), (json, each) -> month(json, each, found)))
                          .asOf(found.freshness());
                  case JSON, PARQUET, TEXT ->
                      Reply.ok(
                          json -> {
                            json.objects(
                                "data", found.months(), (in, each) -> month(in, each, found));
                            freshness(json, found.freshness());
                          });
                });
  }

  private static void month(JsonWriter json, Revenue revenue, RevenueReport of) {
    json.field("month", revenue.month().toString())
        .field("final", Months.isFinal(revenue.month(), of.freshness().asOf()))
        .field("currency", revenue.currency())
        .field("sold", LimitViews.plain(revenue.sold()))
        .field("consumed", LimitViews.plain(revenue.consumed()))
        .field("expired", LimitViews.plain(revenue.expired()))
        .field("refunded", LimitViews.plain(revenue.refunded()))
        .field("other", LimitViews.plain(revenue.other()))
        .field("deferred", LimitViews.plain(revenue.deferred()));
  }

  private static byte[] csv(RevenueReport found) {
    CsvRows rows = new CsvRows().header(REVENUE_COLUMNS);
    for (Revenue each : found.months()) {
      rows.text(each.month().toString())
          .text(each.currency())
          .amount(each.sold())
          .amount(each.consumed())
          .amount(each.expired())
          .amount(each.refunded())
          .amount(each.other())
          .amount(each.deferred())
          .end();
    }
    return rows.bytes();
  }
}
