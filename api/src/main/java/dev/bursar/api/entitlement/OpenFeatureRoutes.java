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
import dev.bursar.api.problem.Fault;
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
      (problem, requestId, request) -> told(null, code(problem), details(problem));

  /** The same about one flag, which is named. */
  private static final ProblemForm PROBLEMS_OF_ONE =
      (problem, requestId, request) ->
          told(last(request.getUri().pathSegments()), code(problem), details(problem));

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
            .telling(PROBLEMS_OF_ONE),
        Endpoint.post("/ofrep/v1/evaluate/flags", Access.READ_ENFORCEMENT, any, this::all)
            .telling(PROBLEMS));
  }

  private static ProblemForm.Told told(@Nullable String key, String code, String details) {
    return new ProblemForm.Told(
        ContentTypes.APPLICATION_JSON, JsonWriter.bytes(json -> failure(json, key, code, details)));
  }

  private static void failure(JsonWriter json, @Nullable String key, String code, String details) {
    json.field("key", key)
        .field("errorCode", code)
        .field("errorDetails", details)
        .object("metadata", none -> {});
  }

  /** The protocol names no field: the text does. */
  private static String details(Problem problem) {
    return problem.field() == null ? problem.detail() : problem.field() + " " + problem.detail();
  }

  private static String last(Iterable<String> segments) {
    String last = "";
    for (String segment : segments) {
      last = segment;
    }
    return last;
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
                          failure(
                              json,
                              feature,
                              "FLAG_NOT_FOUND",
                              "the catalog has no feature named " + feature))
                  : Reply.ok(json -> flag(json, view, found.denied(view))).tagged(call);
            });
  }

  private CompletionStage<Reply> all(Call call) {
    call.query(Set.of());
    return EntitlementRoutes.entitled(entities, org(call), List.of())
        .thenApply(
            found ->
                Reply.ok(
                        json ->
                            json.objects(
                                "flags",
                                found.features(),
                                (in, each) -> flag(in, each, found.denied(each))))
                    .tagged(call));
  }

  /** The org in the context; a key of one org sees no other. */
  private static String org(Call call) {
    String own = call.key().org();
    Json.Fields body = call.bytes().length == 0 ? null : JsonReader.read(call.bytes());
    String sent = body == null ? null : targetingKey(body.fields().get("context"));
    String org = sent == null || sent.isEmpty() ? own : sent;
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

  private static @Nullable String targetingKey(@Nullable Json context) {
    return switch (context) {
      case null -> null;
      case Json.Null none -> null;
      case Json.Fields fields ->
          switch (fields.fields().get(TARGETING_KEY)) {
            case null -> null;
            case Json.Null none -> null;
            case Json.Text text -> text.text();
            case Json other -> throw refused("context.targetingKey", other, "a string is accepted");
          };
      case Json other -> throw refused("context", other, "an object is accepted");
    };
  }

  private static Fault refused(String field, Json value, String accepted) {
    return Problem.invalid(field, "is %s; %s".formatted(value.kind(), accepted)).fault();
  }

  private static void flag(JsonWriter json, EntitlementView view, @Nullable String denied) {
    boolean on = denied == null;
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
    json.object("metadata", in -> metadata(in, view.limit(), denied));
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
