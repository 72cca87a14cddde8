package dev.bursar.api.org;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/orgs}. What an org is called and what it has bought is for the operator to say. */
public final class OrgRoutes {

  private static final Set<String> PUT =
      Set.of(
          "name",
          "timezone",
          "plan",
          "add_ons",
          "catalog_version",
          "starts_at",
          "trial_ends_at",
          "ends_at");
  private static final int NAME_CHARS_MAX = 200;
  private static final int ADD_ONS_MAX = 50;

  /** Of the JDK alone. */
  private static final String SYSTEM_ZONES = "SystemV/";

  private static final ZoneId UTC = ZoneId.of("UTC");

  private final Entities entities;
  private final OrgQueries queries;
  private final CatalogVersions versions;

  public OrgRoutes(Entities entities, OrgQueries queries, CatalogVersions versions) {
    this.entities = entities;
    this.queries = queries;
    this.versions = versions;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/orgs", Access.OPERATE, this::list),
        Endpoint.put("/v1/orgs/{org}", Access.OPERATE, this::put).concerning(Concerns.AN_ORG),
        Endpoint.get("/v1/orgs/{org}", Access.READ, this::get));
  }

  private CompletionStage<Reply> list(Call call) {
    Page page = call.page("orgs");
    return queries
        .page(page.after(), page.limit())
        .thenApply(
            found ->
                Reply.ok(
                    json -> {
                      page.write(
                          json,
                          found.orgs(),
                          found.hasMore(),
                          OrgQueries.Row::org,
                          (in, row) -> org(in, row.org(), row.settings()));
                      json.field("as_of", found.asOf()).field("lag_ms", found.lagMs());
                    }));
  }

  private CompletionStage<Reply> put(Call call) {
    String org = call.org();
    Body body = call.body(PUT);
    String plan = body.name("plan");
    OrgSettings settings =
        new OrgSettings(
            body.requiredText("name", NAME_CHARS_MAX),
            zone("timezone", body.text("timezone", NAME_CHARS_MAX)),
            plan,
            body.names("add_ons", ADD_ONS_MAX),
            version(body),
            body.time("starts_at"),
            body.time("trial_ends_at"),
            body.time("ends_at"));
    Problem fault = fault(settings);
    if (fault != null) {
      throw fault.fault();
    }
    Caller caller = call.caller();
    return known(settings.catalogVersion())
        .thenCompose(
            known ->
                entities.org(
                    org,
                    new Request<>(
                        new OrgCommand.PutOrg(settings, caller.actor()),
                        caller.operation("put_org"))))
        .thenApply(
            answer ->
                Reply.ok(json -> org(json, org, settings))
                    .replayed(Outcomes.done(answer).replayed()));
  }

  private static @Nullable Integer version(Body body) {
    return body.has("catalog_version")
        ? (Integer) (int) body.integer("catalog_version", 1, Integer.MAX_VALUE, 1)
        : null;
  }

  /** Ends the request if there is no such version, or none that can be decided by. */
  private CompletionStage<?> known(@Nullable Integer version) {
    return version == null
        ? CompletableFuture.completedStage("")
        : versions
            .readable(version)
            .thenApply(
                answer -> {
                  if (answer instanceof Answer.Refused<?> refused) {
                    throw Problem.invalid("catalog_version", refused.refusal().detail()).fault();
                  }
                  return Outcomes.done(answer);
                });
  }

  private static @Nullable Problem fault(OrgSettings settings) {
    if (settings.plan() != null) {
      Instant start = settings.startsAt() == null ? Instant.MIN : settings.startsAt();
      return ends(settings.trialEndsAt(), start)
          ? Problem.invalid("trial_ends_at", "is not after starts_at")
          : ends(settings.endsAt(), start)
              ? Problem.invalid("ends_at", "is not after starts_at")
              : null;
    }
    String field =
        !settings.addOns().isEmpty()
            ? "add_ons"
            : settings.startsAt() != null
                ? "starts_at"
                : settings.trialEndsAt() != null
                    ? "trial_ends_at"
                    : settings.endsAt() != null ? "ends_at" : null;
    return field == null ? null : Problem.invalid(field, "goes with a plan only");
  }

  private static boolean ends(@Nullable Instant end, Instant start) {
    return end != null && !end.isAfter(start);
  }

  private CompletionStage<Reply> get(Call call) {
    String org = call.org();
    call.query(Set.of());
    return settings(entities, org)
        .thenApply(settings -> Reply.ok(json -> org(json, org, settings)));
  }

  /** The settings of an org that exists; ends the request otherwise. */
  public static CompletionStage<OrgSettings> settings(Entities entities, String org) {
    return entities
        .org(org, new Request<>(new OrgCommand.ViewOrg(), null))
        .thenApply(answer -> Outcomes.value(answer, OrgReply.Settings.class).settings());
  }

  /**
   * The same, before its usage is read: whoever asks the org has it put on record what it was told
   * had ended.
   *
   * @param fresh whether usage is to have all that was acknowledged: then an org that has just
   *     started answers once it knows what had ended before; the stage fails with {@link
   *     ReadModelsBehind} if that takes too long
   */
  public static CompletionStage<OrgSettings> settings(
      Entities entities, String org, boolean fresh) {
    if (!fresh) {
      return settings(entities, org);
    }
    return entities
        .orgSettled(org, new Request<>(new OrgCommand.ViewOrg(), null))
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Unreachable<OrgReply>) {
                throw new ReadModelsBehind(
                    "The org %s does not know yet what had ended before it was asked."
                        .formatted(org));
              }
              return Outcomes.value(answer, OrgReply.Settings.class).settings();
            });
  }

  private static void org(JsonWriter json, String org, OrgSettings settings) {
    json.field("id", org)
        .field("name", settings.name())
        .field("timezone", settings.zone().getId())
        .field("plan", settings.plan())
        .texts("add_ons", settings.addOns());
    Integer version = settings.catalogVersion();
    if (version != null) {
      json.field("catalog_version", version);
    }
    json.field("starts_at", settings.startsAt())
        .field("trial_ends_at", settings.trialEndsAt())
        .field("ends_at", settings.endsAt());
  }

  /** Names without a region are older than those that have one, or mean an offset without rules. */
  private static boolean isRegion(String name) {
    return name.equals(UTC.getId())
        || (name.contains("/")
            && !name.startsWith(SYSTEM_ZONES)
            && ZoneId.getAvailableZoneIds().contains(name));
  }

  /** An IANA time zone; UTC where none is named. */
  public static ZoneId zone(String field, @Nullable String name) {
    if (name == null) {
      return UTC;
    }
    if (!isRegion(name)) {
      throw Problem.invalid(
              field,
              "is %s; UTC or an IANA time zone such as Europe/Berlin is accepted".formatted(name))
          .fault();
    }
    return ZoneId.of(name);
  }
}
