package dev.bursar.api.usage;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.usage.AlertKey;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Interval;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Usage;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/orgs/{org}/usage} and {@code /v1/orgs/{org}/alerts}. */
public final class UsageRoutes {

  private static final Words<Dimension> DIMENSIONS = Words.of(Dimension.values());
  private static final Words<Interval> INTERVALS = Words.of(Interval.values());
  private static final Set<String> PARAMETERS =
      Asked.parameters(Set.of("group_by", "interval", "timezone"));

  private final UsageQueries usage;
  private final Entities entities;
  private final OrgCatalogs catalogs;
  private final InstantSource clock;

  public UsageRoutes(
      UsageQueries usage, Entities entities, OrgCatalogs catalogs, InstantSource clock) {
    this.usage = usage;
    this.entities = entities;
    this.catalogs = catalogs;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/orgs/{org}/usage", Access.READ, this::usage).slowly(),
        Endpoint.get("/v1/orgs/{org}/alerts", Access.READ, this::alerts));
  }

  private CompletionStage<Reply> usage(Call call) {
    String org = call.org();
    Query query = call.query(PARAMETERS);
    Format format = call.format(Format.JSON, Format.CSV, Format.NDJSON, Format.PARQUET);
    boolean fresh = query.flag("fresh");
    return OrgRoutes.settings(entities, org, fresh)
        .thenCompose(
            settings -> {
              Question question = question(query, settings.zone());
              return usage
                  .usage(org, question, fresh)
                  .thenApply(
                      found ->
                          format == Format.JSON
                              ? json(found)
                              : table(
                                  format, question, catalogs.of(org, settings).meters(), found));
            });
  }

  private static Reply json(Usage found) {
    return Reply.ok(
        json ->
            json.field("as_of", found.freshness().asOf())
                .field("lag_ms", found.freshness().lagMs())
                .objects("data", found.rows(), UsageAnswerTable::json));
  }

  private static Reply table(Format format, Question question, Set<String> meters, Usage found) {
    return Reply.text(format, UsageAnswerTable.of(question, meters).bytes(format, found.rows()))
        .asOf(found.freshness());
  }

  private Question question(Query query, ZoneId orgZone) {
    String zoneText = query.get("timezone");
    ZoneId zone = zoneText == null ? orgZone : OrgRoutes.zone("timezone", zoneText);
    Asked.Stretch stretch = Asked.stretch(query, clock.instant(), zone);
    String interval = query.get("interval");
    return new Question(
        stretch.from(),
        stretch.to(),
        Asked.filter(query),
        groupBy(query),
        interval == null ? null : INTERVALS.checked("interval", interval),
        zone);
  }

  private static List<Dimension> groupBy(Query query) {
    String text = query.get("group_by");
    List<Dimension> groupBy = new ArrayList<>();
    for (String word : text == null ? new String[0] : text.split(",", -1)) {
      Dimension dimension = DIMENSIONS.checked("group_by", word);
      if (groupBy.contains(dimension)) {
        throw Problem.invalid("group_by", "names " + word + " twice").fault();
      }
      groupBy.add(dimension);
    }
    return groupBy;
  }

  // ---- alerts

  private CompletionStage<Reply> alerts(Call call) {
    String org = call.org();
    Page page = call.page("alerts", org);
    return OrgRoutes.settings(entities, org)
        .thenCompose(any -> usage.alerts(org, before(page), page.limit()))
        .thenApply(
            found ->
                Reply.ok(
                    json -> {
                      page.write(
                          json,
                          found.alerts(),
                          found.hasMore(),
                          alert -> alert.key().text(),
                          UsageRoutes::alert);
                      json.field("as_of", found.freshness().asOf())
                          .field("lag_ms", found.freshness().lagMs());
                    }));
  }

  private static @Nullable AlertKey before(Page page) {
    String after = page.after();
    return after == null ? null : AlertKey.parse(after).orElseThrow(Page::bad);
  }

  private static void alert(JsonWriter json, UsageQueries.Alert alert) {
    json.field("id", alert.key().text())
        .field("type", "budget_threshold")
        .field("at", alert.key().at())
        .field("budget", alert.threshold().budget())
        .field("user", alert.threshold().member().isEmpty() ? null : alert.threshold().member())
        .field("window_start", alert.threshold().windowStart())
        .field("threshold", alert.threshold().threshold())
        .field("used", alert.threshold().used())
        .field("limit", alert.threshold().limit());
  }
}
