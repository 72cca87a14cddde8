package dev.bursar.api.usage;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Words;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.table.Pages;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Decision;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.domain.usage.UsageQueries.EventPage;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/orgs/{org}/events}: single usage events, the newest first. As JSON page by page; as
 * CSV, NDJSON or Parquet all that pass the filter, as a stream.
 */
public final class EventRoutes {

  private static final Set<String> PARAMETERS =
      Asked.parameters(Call.listParameters("decision", "outcome"));
  private static final Words<Decision> DECISIONS = Words.of(Decision.values());
  private static final Words<Outcome> OUTCOMES = Words.of(Outcome.values());

  /** What may change from one page to the next; all else is the question. */
  private static final Set<String> ASKED_OF_EACH_PAGE = Set.of("limit", "cursor", "fresh");

  private final UsageQueries usage;
  private final Entities entities;
  private final OrgCatalogs catalogs;
  private final InstantSource clock;

  public EventRoutes(
      UsageQueries usage, Entities entities, OrgCatalogs catalogs, InstantSource clock) {
    this.usage = usage;
    this.entities = entities;
    this.catalogs = catalogs;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/orgs/{org}/events", Access.READ, this::list));
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    Query query = call.query(PARAMETERS);
    Format format = call.format(Format.JSON, Format.CSV, Format.NDJSON, Format.PARQUET);
    Page page = call.page(query, "events", org, query.digest(ASKED_OF_EACH_PAGE));
    if (format != Format.JSON) {
      call.demand(Access.EXPORT);
      Call.demandWhole(query);
    }
    EventCursor after = page.after() == null ? null : EventCursor.parse(page.after());
    boolean fresh = query.flag("fresh");
    return OrgRoutes.settings(entities, org, fresh)
        .thenCompose(
            settings -> {
              EventFilter filter =
                  filter(
                      query,
                      after == null
                          ? Asked.stretch(query, clock.instant(), settings.zone())
                          : after.stretch());
              return format == Format.JSON
                  ? usage
                      .events(org, filter, after == null ? null : after.last(), page.limit(), fresh)
                      .thenApply(found -> reply(page, filter, found))
                  : usage
                      .export(org, filter, fresh)
                      .thenApply(found -> rows(format, catalogs.of(org, settings).meters(), found));
            });
  }

  private static EventFilter filter(Query query, Asked.Stretch stretch) {
    return new EventFilter(
        stretch.from(),
        stretch.to(),
        Asked.filter(query),
        word(query, "decision", DECISIONS),
        word(query, "outcome", OUTCOMES));
  }

  private static <E> @Nullable E word(Query query, String name, Words<E> words) {
    String text = query.get(name);
    return text == null ? null : words.checked(name, text);
  }

  private static Reply reply(Page page, EventFilter filter, EventPage found) {
    UsageEvent.Key next = found.next();
    String cursor =
        next == null
            ? null
            : new EventCursor(new Asked.Stretch(filter.from(), filter.to()), next).text();
    return Reply.ok(
        json -> {
          page.write(json, found.events(), cursor, EventTables::json);
          json.field("as_of", found.freshness().asOf()).field("lag_ms", found.freshness().lagMs());
        });
  }

  private static Reply rows(Format format, Set<String> meters, Export<UsageEvent> export) {
    return Reply.rows(format, EventTables.of(meters).stream(format, Pages.of(export)))
        .asOf(export.freshness());
  }
}
