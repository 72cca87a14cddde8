package dev.bursar.api.usage;

import dev.bursar.api.access.Access;
import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Times;
import dev.bursar.api.json.Words;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.usage.AlertKey;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Interval;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/orgs/{org}/usage} and {@code /v1/orgs/{org}/alerts}. */
public final class UsageRoutes {

  private static final Words<Dimension> DIMENSIONS = Words.of(Dimension.values());
  private static final Words<Interval> INTERVALS = Words.of(Interval.values());
  private static final Set<String> PARAMETERS = parameters();

  private final UsageQueries usage;
  private final Entities entities;
  private final InstantSource clock;

  public UsageRoutes(UsageQueries usage, Entities entities, InstantSource clock) {
    this.usage = usage;
    this.entities = entities;
    this.clock = clock;
  }

  private static Set<String> parameters() {
    Set<String> names =
        new TreeSet<>(Set.of("from", "to", "group_by", "interval", "timezone", "fresh"));
    for (Dimension each : Dimension.values()) {
      names.add("filter[" + each.word() + "]");
    }
    return names;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/orgs/{org}/usage", Access.READ, this::usage),
        Endpoint.get("/v1/orgs/{org}/alerts", Access.READ, this::alerts));
  }

  private CompletionStage<Reply> usage(Call call) {
    String org = call.org();
    Query query = call.query(PARAMETERS);
    return OrgRoutes.settings(entities, org)
        .thenCompose(
            settings -> usage.usage(org, question(query, settings.zone()), flag(query, "fresh")))
        .thenApply(
            found ->
                Reply.ok(
                    json ->
                        json.field("as_of", found.freshness().asOf())
                            .field("lag_ms", found.freshness().lagMs())
                            .objects("data", found.rows(), UsageRoutes::row)));
  }

  /** Without a time, it is this month in the zone. */
  private Question question(Query query, ZoneId orgZone) {
    String zoneText = query.get("timezone");
    ZoneId zone = zoneText == null ? orgZone : OrgRoutes.zone("timezone", zoneText);
    Instant now = clock.instant();
    Instant to = time(query, "to", Window.ALWAYS.end());
    Instant from =
        time(
            query,
            "from",
            ZonedDateTime.ofInstant(now, zone)
                .truncatedTo(ChronoUnit.DAYS)
                .withDayOfMonth(1)
                .toInstant());
    if (from.isAfter(to)) {
      throw Problem.invalid("from", "is after to, " + to).fault();
    }
    String interval = query.get("interval");
    return new Question(
        from,
        to,
        filter(query),
        groupBy(query),
        interval == null ? null : INTERVALS.checked("interval", interval),
        zone);
  }

  private static Instant time(Query query, String name, Instant absent) {
    String text = query.get(name);
    return text == null ? absent : Times.checked(name, text.replace(' ', '+'));
  }

  private static boolean flag(Query query, String name) {
    String text = query.get(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw Problem.invalid(name, "has to be true or false").fault();
  }

  private static Map<Dimension, String> filter(Query query) {
    Map<Dimension, String> filter = new LinkedHashMap<>();
    for (Dimension each : Dimension.values()) {
      String name = "filter[" + each.word() + "]";
      String value = query.get(name);
      if (value != null) {
        filter.put(each, Names.checked(name, value));
      }
    }
    return filter;
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

  private static void row(JsonWriter json, Row row) {
    json.field("start", row.start())
        .object(
            "group", in -> row.group().forEach((dimension, of) -> in.field(dimension.word(), of)))
        .field("credit_type", row.creditType())
        .field("credits", LimitViews.plain(row.credits()))
        .field("requests", row.requests())
        .field("denied", row.denied())
        .object(
            "meters",
            in -> row.meters().forEach((meter, units) -> in.field(meter, units.longValue())));
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
