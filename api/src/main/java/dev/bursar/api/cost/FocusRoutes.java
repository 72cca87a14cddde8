package dev.bursar.api.cost;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.ledger.Months;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.table.Pages;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Day;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Unit;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code /v1/orgs/{org}/focus}: a calendar month, in UTC, of all that an org was charged, in the
 * format that FinOps tools exchange (FOCUS 1.2).
 */
public final class FocusRoutes {

  /**
   * Who sells, and what, in the words that are to stand in an export.
   *
   * @param provider who provides, publishes and invoices the service
   * @param service what it is called
   */
  public record Seller(String provider, String service) {}

  private final CostQueries costs;
  private final Entities entities;
  private final OrgCatalogs catalogs;
  private final Seller seller;
  private final InstantSource clock;

  public FocusRoutes(
      CostQueries costs,
      Entities entities,
      OrgCatalogs catalogs,
      Seller seller,
      InstantSource clock) {
    this.costs = costs;
    this.entities = entities;
    this.catalogs = catalogs;
    this.seller = seller;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/orgs/{org}/focus", Access.EXPORT, this::month));
  }

  private CompletionStage<Reply> month(Call call) {
    String org = call.org();
    Query query = call.query(Set.of("month", "fresh"));
    YearMonth month = Months.of(query, "month", clock.instant());
    boolean fresh = query.flag("fresh");
    Format format = call.format(Format.CSV, Format.PARQUET, Format.NDJSON);
    return OrgRoutes.settings(entities, org, fresh)
        .thenCombine(
            teamNames(org),
            (settings, names) ->
                costs
                    .month(org, month, prices(catalogs.of(org, settings)), fresh)
                    .thenApply(
                        days ->
                            reply(
                                format,
                                new FocusTable(org, settings.name(), names, seller, month),
                                days)))
        .thenCompose(Function.identity());
  }

  private CompletionStage<Map<String, String>> teamNames(String org) {
    return entities
        .org(org, new Request<>(new OrgCommand.ListUnits(), null))
        .thenApply(
            answer ->
                Outcomes.value(answer, OrgReply.Units.class).units().stream()
                    .filter(unit -> unit.kind() == Unit.Kind.TEAM)
                    .collect(Collectors.toMap(Unit::id, Unit::name)));
  }

  private static Reply reply(Format format, FocusTable table, Export<Day> days) {
    return Reply.rows(
            format,
            table.table().stream(format, Pages.of(days).mapConcat(of -> of).map(FocusDay::of)))
        .asOf(days.freshness());
  }

  /** By the catalog as it is: what a request was charged is shared out, not priced again. */
  private CostQueries.Prices prices(Catalog catalog) {
    Instant now = clock.instant();
    return (feature, model) -> catalog.price(feature, model, now);
  }
}
