package dev.bursar.api.entitlement;

import dev.bursar.api.access.Access;
import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.EntitlementView;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code …/entitlements}: what an org may use, by its plan and add-ons. */
public final class EntitlementRoutes {

  private static final int FEATURES_MAX = 500;

  private final Entities entities;

  public EntitlementRoutes(Entities entities) {
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String all = "/v1/orgs/{org}/entitlements";
    return List.of(
        Endpoint.get(all, Access.READ_ENFORCEMENT, this::list),
        Endpoint.post(all + "/check", Access.READ_ENFORCEMENT, this::check));
  }

  private CompletionStage<Reply> list(Call call) {
    call.query(Set.of());
    return reply(call, List.of());
  }

  private CompletionStage<Reply> check(Call call) {
    Body body = call.body(Set.of("features"));
    List<String> features = body.names("features", FEATURES_MAX);
    if (features.isEmpty()) {
      throw body.has("features")
          ? Problem.invalid("features", "is empty; at least one feature is expected").fault()
          : body.missing("features");
    }
    return reply(call, features);
  }

  private CompletionStage<Reply> reply(Call call, List<String> features) {
    return entitled(entities, call.org(), features)
        .thenApply(found -> Reply.ok(json -> view(json, found)).tagged(call));
  }

  /** What an org may use; ends the request if there is no such org. */
  static CompletionStage<OrgReply.Entitled> entitled(
      Entities entities, String org, List<String> features) {
    return entities
        .org(org, new Request<>(new OrgCommand.ViewEntitlements(features), null))
        .thenApply(answer -> Outcomes.value(answer, OrgReply.Entitled.class));
  }

  private static void view(JsonWriter json, OrgReply.Entitled found) {
    json.field("plan", found.settings().plan())
        .texts("add_ons", found.settings().addOns())
        .field("status", Words.word(found.status()))
        .field("fail_mode", word(found.failMode()))
        .field("frozen", found.frozen())
        .objects("features", found.features(), (in, each) -> view(in, each, found.denied(each)));
  }

  private static @Nullable String word(@Nullable FailMode failMode) {
    return failMode == null ? null : Words.word(failMode);
  }

  private static void view(JsonWriter json, EntitlementView view, @Nullable String denied) {
    json.field("feature", view.feature())
        .field("type", view.kind() == null ? null : Words.word(view.kind()))
        .field("entitled", denied == null)
        .field("fail_mode", word(view.failMode()));
    Entitlement entitlement = view.entitlement();
    if (entitlement instanceof Entitlement.Quantity quantity) {
      json.number("value", quantity.value());
    } else if (entitlement instanceof Entitlement.Choice choice) {
      json.field("value", choice.value());
    }
    LimitState limit = view.limit();
    if (limit != null) {
      json.object("limit", in -> LimitViews.limit(in, limit));
    }
    json.field("detail", denied);
  }
}
