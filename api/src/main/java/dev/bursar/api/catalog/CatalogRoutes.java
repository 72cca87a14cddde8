package dev.bursar.api.catalog;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.operation.Known;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Audience;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.CatalogVersions.Drafted;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.operation.Answer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/catalog}: which versions there are, and which of them counts for whom. */
public final class CatalogRoutes {

  private static final String VERSIONS = "/v1/catalog/versions";
  private static final String VERSION = VERSIONS + "/{version}";
  private static final int ORGS_MAX = 1_000;
  private static final int PERCENT_MAX = 99;

  private final CatalogVersions versions;
  private final Entities entities;
  private final InstantSource clock;

  public CatalogRoutes(CatalogVersions versions, Entities entities, InstantSource clock) {
    this.versions = versions;
    this.entities = entities;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    Intake text =
        Intake.bytes(
                CatalogVersions.DOCUMENT_BYTES_MAX,
                "application/yaml",
                "application/json",
                "application/x-yaml",
                "text/yaml")
            .orGzipped();
    return List.of(
        Endpoint.get("/v1/catalog", Access.OPERATE, this::releases),
        Endpoint.get("/v1/catalog/audit-log", Access.OPERATE, this::log),
        Endpoint.post("/v1/catalog/rollback", Access.OPERATE, this::rollBack)
            .slowly()
            .concerning(Concerns.ALL_ORGS),
        Endpoint.post(VERSIONS, Access.OPERATE, text, this::draft).slowly(),
        Endpoint.get(VERSIONS, Access.OPERATE, this::list),
        Endpoint.get(VERSION, Access.OPERATE, this::get),
        Endpoint.get(VERSION + "/diff", Access.OPERATE, this::diff).slowly(),
        Endpoint.post(VERSION + "/stage", Access.OPERATE, this::stage)
            .slowly()
            .concerning(Concerns.ALL_ORGS),
        Endpoint.post(VERSION + "/publish", Access.OPERATE, this::publish)
            .slowly()
            .concerning(Concerns.ALL_ORGS));
  }

  private CompletionStage<Reply> releases(Call call) {
    call.query(Set.of());
    return versions
        .releases()
        .thenApply(
            found -> {
              Releases now = found.at(clock.instant());
              return Reply.ok(json -> CatalogViews.releases(json, now));
            });
  }

  // ---- versions

  private CompletionStage<Reply> draft(Call call) {
    call.query(Set.of());
    Caller caller = call.callerWithBytes();
    return versions
        .draft(call.bytes(), caller)
        .thenApply(
            answer -> {
              Answer.Done<Drafted> done = Outcomes.done(answer);
              return switch (done.value()) {
                case Drafted.Kept kept ->
                    Reply.json(201, json -> CatalogViews.version(json, kept.version()))
                        .replayed(done.replayed());
                case Drafted.Faulty faulty -> throw faulty(faulty);
              };
            });
  }

  private static Fault faulty(Drafted.Faulty faulty) {
    int count = faulty.count();
    return Problem.of(
            400,
            "catalog_invalid",
            "the catalog has %d %s, and is refused whole"
                .formatted(count, count == 1 ? "fault" : "faults"),
            faulty.faults().stream()
                .map(fault -> new Problem.Part(fault.path(), fault.line(), fault.detail()))
                .toList())
        .fault();
  }

  private CompletionStage<Reply> list(Call call) {
    Page page = call.page("versions");
    String after = page.after();
    return versions
        .versions(after == null ? null : (Integer) (int) number("cursor", after), page.limit())
        .thenApply(
            found ->
                Reply.ok(
                    json ->
                        page.write(
                            json,
                            found.versions(),
                            found.hasMore(),
                            version -> Integer.toString(version.number()),
                            CatalogViews::version)));
  }

  private CompletionStage<Reply> get(Call call) {
    call.query(Set.of());
    return versions
        .version(version(call))
        .thenApply(
            answer -> {
              CatalogVersions.Document found = Outcomes.done(answer).value();
              return Reply.ok(
                  json -> {
                    CatalogViews.version(json, found.version());
                    json.field("document", found.text());
                  });
            });
  }

  private CompletionStage<Reply> diff(Call call) {
    Query query = call.query(Set.of("against"));
    String against = query.get("against");
    return versions
        .diff(version(call), against == null ? null : (Integer) (int) number("against", against))
        .thenApply(
            answer -> Reply.ok(json -> CatalogViews.diff(json, Outcomes.done(answer).value())));
  }

  // ---- what is done with them

  private CompletionStage<Reply> stage(Call call) {
    Body body = call.body(Set.of("orgs", "percent"));
    List<String> orgs = body.names("orgs", ORGS_MAX);
    int percent = (int) body.integer("percent", 1, PERCENT_MAX, 0);
    if (orgs.isEmpty() == (percent == 0)) {
      throw Problem.invalid("orgs", "either orgs, at least one, or percent is expected").fault();
    }
    Audience audience =
        orgs.isEmpty() ? new Audience.Share(percent) : new Audience.Orgs(new HashSet<>(orgs));
    ReleaseChange.Stage stage = new ReleaseChange.Stage(version(call), audience);
    return known(orgs, 0).thenCompose(there -> change(call, stage));
  }

  /**
   * A version that counts for an org which is not there counts for nobody, and all would seem well.
   */
  private CompletionStage<?> known(List<String> orgs, int from) {
    return from == orgs.size()
        ? CompletableFuture.completedStage("")
        : Known.org(entities, orgs.get(from), "orgs[%d]".formatted(from))
            .thenComposeAsync(there -> known(orgs, from + 1));
  }

  private CompletionStage<Reply> publish(Call call) {
    Body body = call.body(Set.of("at"));
    if (body.isNull("at")) {
      throw Problem.invalid("at", "is null; a time, or no at to publish at once, is accepted")
          .fault();
    }
    Instant at = body.time("at");
    int version = version(call);
    return change(
        call,
        at == null ? new ReleaseChange.Publish(version) : new ReleaseChange.Schedule(version, at));
  }

  private CompletionStage<Reply> rollBack(Call call) {
    Body body = call.body(Set.of("to"));
    int to = (int) body.integer("to", 1, Integer.MAX_VALUE, 0);
    if (to == 0) {
      throw body.missing("to");
    }
    return change(call, new ReleaseChange.RollBack(to));
  }

  private CompletionStage<Reply> change(Call call, ReleaseChange change) {
    return versions
        .change(change, call.caller())
        .thenApply(
            answer -> {
              Answer.Done<Made> done = Outcomes.done(answer);
              return Reply.ok(json -> CatalogViews.made(json, done.value()))
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> log(Call call) {
    Page page = call.page("catalog-audit-log");
    String after = page.after();
    return versions
        .log(after == null ? null : (Long) number("cursor", after), page.limit())
        .thenApply(
            found ->
                Reply.ok(
                    json ->
                        page.write(
                            json,
                            found.changes(),
                            found.hasMore(),
                            made -> Long.toString(made.sequence()),
                            CatalogViews::made)));
  }

  static int version(Call call) {
    return (int) number("version", call.text("version"));
  }

  private static long number(String field, @Nullable String text) {
    if (text == null || !text.matches("[1-9][0-9]{0,8}")) {
      throw Problem.invalid(field, "is not a whole number from 1 to 999999999").fault();
    }
    return Long.parseLong(text);
  }
}
