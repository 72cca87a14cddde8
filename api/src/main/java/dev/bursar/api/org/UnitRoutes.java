package dev.bursar.api.org;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Unit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code /v1/orgs/{org}/units}: the hierarchy. */
public final class UnitRoutes {

  private static final Set<String> PUT = Set.of("kind", "name", "parent");
  private static final Words<Unit.Kind> KINDS = Words.of(Unit.Kind.values());
  private static final int NAME_CHARS_MAX = 200;

  private final Entities entities;

  public UnitRoutes(Entities entities) {
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/orgs/{org}/units/{unit}";
    return List.of(
        Endpoint.get("/v1/orgs/{org}/units", Access.READ, this::tree),
        Endpoint.put(one, Access.ADMINISTER, this::put).concerning(Concerns.AN_ORG),
        Endpoint.delete(one, Access.ADMINISTER, this::delete).concerning(Concerns.AN_ORG));
  }

  private CompletionStage<Reply> put(Call call) {
    String id = call.name("unit");
    Body body = call.body(PUT);
    Unit unit =
        new Unit(
            id,
            body.requiredWord("kind", KINDS),
            body.requiredText("name", NAME_CHARS_MAX),
            body.name("parent"));
    Caller caller = call.caller();
    return entities
        .org(
            call.org(),
            new Request<>(
                new OrgCommand.PutUnit(unit, caller.actor()), caller.operation("put_unit:" + id)))
        .thenApply(
            answer ->
                Reply.ok(json -> unit(json, unit)).replayed(Outcomes.done(answer).replayed()));
  }

  private CompletionStage<Reply> delete(Call call) {
    String id = call.name("unit");
    Caller caller = call.caller();
    return entities
        .org(
            call.org(),
            new Request<>(
                new OrgCommand.RemoveUnit(id, caller.actor()),
                caller.operation("remove_unit:" + id)))
        .thenApply(answer -> Reply.nothing().replayed(Outcomes.done(answer).replayed()));
  }

  private CompletionStage<Reply> tree(Call call) {
    call.query(Set.of());
    return entities
        .org(call.org(), new Request<>(new OrgCommand.ListUnits(), null))
        .thenApply(
            answer -> {
              List<Unit> units = Outcomes.value(answer, OrgReply.Units.class).units();
              return Reply.ok(json -> tree(json, units));
            });
  }

  private static void tree(JsonWriter json, List<Unit> units) {
    List<Unit> tops = new ArrayList<>();
    Map<String, List<Unit>> below = new HashMap<>();
    for (Unit unit : units) {
      if (unit.kind().inTree()) {
        String parent = unit.parent();
        (parent == null ? tops : below.computeIfAbsent(parent, p -> new ArrayList<>())).add(unit);
      }
    }
    json.objects("tree", tops, (in, unit) -> branch(in, unit, below));
    flat(json, "products", units, Unit.Kind.PRODUCT);
    flat(json, "cost_centers", units, Unit.Kind.COST_CENTER);
    flat(json, "agents", units, Unit.Kind.AGENT);
  }

  private static void branch(JsonWriter json, Unit unit, Map<String, List<Unit>> below) {
    unit(json, unit);
    json.objects(
        "children",
        below.getOrDefault(unit.id(), List.of()),
        (in, child) -> branch(in, child, below));
  }

  private static void flat(JsonWriter json, String name, List<Unit> units, Unit.Kind kind) {
    json.objects(
        name, units.stream().filter(unit -> unit.kind() == kind).toList(), UnitRoutes::unit);
  }

  private static void unit(JsonWriter json, Unit unit) {
    json.field("id", unit.id())
        .field("kind", unit.kind().word())
        .field("name", unit.name())
        .field("parent", unit.parent());
  }
}
