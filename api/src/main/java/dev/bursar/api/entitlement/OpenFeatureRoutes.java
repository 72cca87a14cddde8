package dev.bursar.api.entitlement;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.ProblemForm;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Json;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.org.EntitlementView;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.jspecify.annotations.Nullable;

/**
 * {@code /ofrep}: features as flags of OpenFeature, by its remote evaluation protocol. The
 * targeting key is the org; a key of one org need not send it.
 */
public final class OpenFeatureRoutes {

  private static final String TARGETING_KEY = "targetingKey";
  private static final int BYTES_MAX = 1_048_576;

  /** As the protocol has it; a missing key is told apart, since clients do. */
  private static final ProblemForm PROBLEMS =
      (problem, requestId, requestType) ->
          new ProblemForm.Told(
              ContentTypes.APPLICATION_JSON,
              JsonWriter.bytes(
                  json ->
                      json.field("errorCode", code(problem))
                          .field("errorDetails", problem.detail())
                          .object("metadata", none -> {})));

  private final Entities entities;

  public OpenFeatureRoutes(Entities entities) {
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    // What else is in the context is the client's own, and nothing here.
    Intake any = Intake.bytes(BYTES_MAX, "application/json");
    return List.of(
        Endpoint.post("/ofrep/v1/evaluate/flags/{feature}", Access.READ_ENFORCEMENT, any, this::one)
            .telling(PROBLEMS),
        Endpoint.post("/ofrep/v1/evaluate/flags", Access.READ_ENFORCEMENT, any, this::all)
            .telling(PROBLEMS));
  }

  private static String code(Problem problem) {
    return switch (problem.code()) {
      case "targeting_key_missing" -> "TARGETING_KEY_MISSING";
      case "invalid" -> "INVALID_CONTEXT";
      default -> problem.status() == 400 ? "PARSE_ERROR" : "GENERAL";
    };
  }

  private CompletionStage<Reply> one(Call call) {
    call.query(Set.of());
    String feature = call.name("feature");
    return EntitlementRoutes.entitled(entities, org(call), List.of(feature))
        .thenApply(
            found -> {
              EntitlementView view = found.features().getFirst();
              return view.kind() == null
                  ? Reply.json(
                      404,
                      json ->
                          json.field("key", feature)
                              .field("errorCode", "FLAG_NOT_FOUND")
                              .field("errorDetails", "the catalog has no feature " + feature)
                              .object("metadata", none -> {}))
                  : Reply.ok(json -> flag(json, view));
            });
  }

  private CompletionStage<Reply> all(Call call) {
    call.query(Set.of());
    return EntitlementRoutes.entitled(entities, org(call), List.of())
        .thenApply(
            found ->
                Reply.ok(json -> json.objects("flags", found.features(), OpenFeatureRoutes::flag))
                    .tagged(call));
  }

  /** The org in the context; a key of one org sees no other. */
  private static String org(Call call) {
    String own = call.key().org();
    Json.Fields body = call.bytes().length == 0 ? null : JsonReader.read(call.bytes());
    Json context = body == null ? null : body.fields().get("context");
    Json sent = context instanceof Json.Fields fields ? fields.fields().get(TARGETING_KEY) : null;
    String org = sent instanceof Json.Text text && !text.text().isEmpty() ? text.text() : own;
    if (org == null) {
      throw Problem.of(
              400,
              "targeting_key_missing",
              "context.targetingKey is required: the org whose plan is asked for")
          .fault();
    }
    Names.checked("context.targetingKey", org);
    if (!call.key().covers(org)) {
      throw Call.unknownOrg(org);
    }
    return org;
  }

  private static void flag(JsonWriter json, EntitlementView view) {
    boolean on = view.denied() == null;
    json.field("key", view.feature())
        .field("reason", view.entitlement() == null ? "DEFAULT" : "TARGETING_MATCH");
    Feature.Kind kind = view.kind();
    if (kind == Feature.Kind.NUMBER) {
      BigDecimal value =
          on && view.entitlement() instanceof Entitlement.Quantity it
              ? it.value()
              : BigDecimal.ZERO;
      json.field("variant", on ? "value" : "off").number("value", value);
    } else if (kind == Feature.Kind.TEXT) {
      json.field("variant", on ? "value" : "off")
          .field(
              "value", on && view.entitlement() instanceof Entitlement.Choice it ? it.value() : "");
    } else {
      json.field("variant", on ? "on" : "off").field("value", on);
    }
    json.object("metadata", in -> metadata(in, view.limit(), view.denied()));
  }

  private static void metadata(
      JsonWriter json, @Nullable LimitState limit, @Nullable String denied) {
    if (limit != null) {
      json.field("measure", limit.measure())
          .field("window", limit.window().word())
          .field("limit", limit.limit())
          .field("used", limit.used())
          .field("held", limit.held())
          .field("remaining", limit.remaining())
          .field("resets_at", limit.resetsAt());
    }
    json.field("detail", denied);
  }
}
