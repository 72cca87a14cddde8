package dev.bursar.api.budget;

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
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** {@code /v1/orgs/{org}/overrides}, and freezing. */
public final class OverrideRoutes {

  private static final Set<String> PUT =
      Set.of("scope", "budget", "limit", "suspend", "until", "reason");
  private static final Set<String> FREEZE = Set.of("scope", "until", "reason");
  private static final Set<String> UNFREEZE = Set.of("scope");
  private static final int REASON_CHARS_MAX = 1_000;

  private final Entities entities;
  private final InstantSource clock;

  public OverrideRoutes(Entities entities, InstantSource clock) {
    this.entities = entities;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String org = "/v1/orgs/{org}";
    String one = org + "/overrides/{override}";
    return List.of(
        Endpoint.get(org + "/overrides", Access.READ, this::list),
        Endpoint.put(one, Access.ADMINISTER, this::put).concerning(Concerns.AN_ORG),
        Endpoint.delete(one, Access.ADMINISTER, this::delete).concerning(Concerns.AN_ORG),
        Endpoint.get(org + "/freezes", Access.READ, this::freezes),
        Endpoint.post(org + "/freeze", Access.ADMINISTER, this::freeze).concerning(Concerns.AN_ORG),
        Endpoint.post(org + "/unfreeze", Access.ADMINISTER, this::unfreeze)
            .concerning(Concerns.AN_ORG));
  }

  // ---- overrides

  private CompletionStage<Reply> put(Call call) {
    String id = call.name("override");
    Body body = call.body(PUT);
    Credits limit = body.amount("limit");
    boolean suspend = body.flag("suspend");
    if (suspend == (limit != null)) {
      throw suspend
          ? Problem.invalid("suspend", "does not go with limit: a suspended limit has no figure")
              .fault()
          : Problem.invalid("limit", "is required, or \"suspend\": true").fault();
    }
    Instant until = body.time("until");
    if (until == null) {
      throw body.missing("until");
    }
    LimitOverride override =
        new LimitOverride(
            id,
            BudgetBodies.requiredScope(body),
            body.name("budget"),
            limit,
            until,
            body.requiredText("reason", REASON_CHARS_MAX));
    Caller caller = call.caller();
    return done(
        call,
        new OrgCommand.PutOverride(override, isOperator(call), caller.actor()),
        "put_override:" + id,
        json -> override(json, override, clock.instant()));
  }

  private static boolean isOperator(Call call) {
    return Access.OPERATE.allows(call.key().role());
  }

  private CompletionStage<Reply> done(
      Call call, OrgCommand command, String operation, Consumer<JsonWriter> reply) {
    return entities
        .org(call.org(), new Request<>(command, call.caller().operation(operation)))
        .thenApply(answer -> Reply.ok(reply).replayed(Outcomes.done(answer).replayed()));
  }

  private CompletionStage<Reply> delete(Call call) {
    String id = call.name("override");
    Caller caller = call.caller();
    return entities
        .org(
            call.org(),
            new Request<>(
                new OrgCommand.RemoveOverride(id, isOperator(call), caller.actor()),
                caller.operation("remove_override:" + id)))
        .thenApply(answer -> Reply.nothing().replayed(Outcomes.done(answer).replayed()));
  }

  private CompletionStage<OrgReply.OverrideList> all(Call call) {
    return entities
        .org(call.org(), new Request<>(new OrgCommand.ListOverrides(), null))
        .thenApply(answer -> Outcomes.value(answer, OrgReply.OverrideList.class));
  }

  private CompletionStage<Reply> list(Call call) {
    Page page = call.page("overrides", call.org());
    Instant now = clock.instant();
    return all(call)
        .thenApply(
            found -> {
              String after = page.after();
              List<LimitOverride> rest =
                  found.overrides().stream()
                      .filter(each -> after == null || each.id().compareTo(after) > 0)
                      .sorted(Comparator.comparing(LimitOverride::id))
                      .toList();
              List<LimitOverride> rows = rest.stream().limit(page.limit()).toList();
              return Reply.ok(
                  json ->
                      page.write(
                          json,
                          rows,
                          rest.size() > rows.size(),
                          LimitOverride::id,
                          (in, row) -> override(in, row, now)));
            });
  }

  private static void override(JsonWriter json, LimitOverride override, Instant now) {
    json.field("id", override.id());
    LimitViews.scope(json, override.scope());
    json.field("budget", override.budget())
        .field("limit", override.limit())
        .field("suspend", override.suspends())
        .field("until", override.until())
        .field("in_force", override.inForce(now))
        .field("reason", override.reason());
  }

  // ---- freezes

  private CompletionStage<Reply> freeze(Call call) {
    Body body = call.body(FREEZE);
    Freeze freeze =
        new Freeze(
            BudgetBodies.scopeOrOrg(body),
            body.time("until"),
            body.requiredText("reason", REASON_CHARS_MAX));
    return done(
        call,
        new OrgCommand.FreezeScope(freeze, call.caller().actor()),
        "freeze",
        json -> freeze(json, freeze, clock.instant()));
  }

  private CompletionStage<Reply> unfreeze(Call call) {
    Scope scope = BudgetBodies.scopeOrOrg(call.body(UNFREEZE));
    return done(
        call,
        new OrgCommand.UnfreezeScope(scope, call.caller().actor()),
        "unfreeze",
        json -> LimitViews.scope(json, scope));
  }

  private CompletionStage<Reply> freezes(Call call) {
    call.query(Set.of());
    Instant now = clock.instant();
    return all(call)
        .thenApply(
            found ->
                Reply.ok(
                    json ->
                        json.objects("data", found.freezes(), (in, row) -> freeze(in, row, now))
                            .field("has_more", false)));
  }

  private static void freeze(JsonWriter json, Freeze freeze, Instant now) {
    LimitViews.scope(json, freeze.scope());
    json.field("until", freeze.until())
        .field("in_force", freeze.inForce(now))
        .field("reason", freeze.reason());
  }
}
