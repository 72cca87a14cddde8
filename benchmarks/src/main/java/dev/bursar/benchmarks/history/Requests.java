package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.OrgShape;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Calls as the API has them. */
final class Requests {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String EVENT = "application/cloudevents+json";
  private static final String REASON = "tried";

  private Requests() {}

  /**
   * A call.
   *
   * @param key not for a report, whose event has a name of its own
   */
  static Request of(Call call, String key) {
    return switch (call) {
      case Call.Reserve reserve -> post("/v1/reservations", reserve(reserve.request()), key);
      case Call.Report report -> Request.postAs("/v1/events", EVENT, event(report).toString());
      case Call.Commit commit ->
          post(path(commit) + "/commit", object().put("amount", commit.amount().toString()), key);
      case Call.Release release -> post(path(release) + "/release", object(), key);
      case Call.Extend extend ->
          post(path(extend) + "/extend", object().put("ttl_seconds", extend.seconds()), key);
      case Call.AddGrant add ->
          post(path(add.wallet()) + "/grants", grant(add.grant(), add.recurrence()), key);
      case Call.VoidGrant voided ->
          post(path(voided.wallet()) + "/grants/" + voided.grant() + "/void", object(), key);
      case Call.Adjust adjust ->
          post(
              path(adjust.wallet()) + "/adjustments",
              object()
                  .put("credit_type", adjust.creditType())
                  .put("amount", adjust.amount().toString())
                  .put("reason", REASON),
              key);
      case Call.Refund refund -> post("/v1/refunds", refund(refund), key);
      case Call.Transfer transfer ->
          post(
              path(transfer.wallet()) + "/transfers",
              object()
                  .put("to_wallet", transfer.to())
                  .put("credit_type", transfer.creditType())
                  .put("amount", transfer.amount().toString()),
              key);
      case Call.PutBudget put -> put(path(put.org()) + budgetPath(put.budget()), budget(put), key);
      case Call.FreezeScope freeze -> post(path(freeze.org()) + "/freeze", freeze(freeze), key);
      case Call.PutUnit put -> put(path(put.org()) + unitPath(put.unit()), unit(put.unit()), key);
    };
  }

  /**
   * What brings an org into being.
   *
   * @param withBudgets whether it has any
   * @param random decides how much it has at first
   */
  static OrgRequests setup(String keyPrefix, String org, boolean withBudgets, Random random) {
    OrgRequests requests = new OrgRequests(keyPrefix, org);
    OrgShape.units().forEach(unit -> requests.also(unitPath(unit), unit(unit)));
    for (String wallet : OrgShape.ALL_WALLETS) {
      String team = OrgShape.owner(wallet).team();
      if (team == null) {
        requests.wallet(wallet);
      } else {
        ObjectNode body = object();
        body.putObject("owner").put("type", "team").put("id", team);
        requests.also("/wallets/" + wallet, body);
      }
      for (String creditType : OrgShape.TYPES) {
        Grant first = OrgShape.firstGrant(creditType, Instant.EPOCH, random);
        requests.grant(
            wallet,
            first.id(),
            first.category().word(),
            first.priority(),
            creditType,
            first.amount().toString());
      }
    }
    if (withBudgets) {
      OrgShape.budgets().forEach(budget -> requests.also(budgetPath(budget), budget(budget)));
    }
    return requests;
  }

  // ---- what is spent

  private static ObjectNode reserve(ReserveRequest request) {
    return work(request)
        .put("ttl_seconds", request.ttlSeconds())
        .put("commit", request.commit() && !request.dryRun())
        .put("dry_run", request.dryRun());
  }

  private static ObjectNode work(ReserveRequest request) {
    ObjectNode body = object();
    Subject subject = request.subject();
    ObjectNode of = body.putObject("subject").put("org", subject.org());
    putIfThere(of, "team", subject.team());
    putIfThere(of, "user", subject.user());
    putIfThere(body, "feature", request.feature());
    putIfThere(body, "model", request.model());
    putIfThere(body, "wallet", request.wallet());
    putIfThere(body, "amount", request.amount());
    putIfThere(body, "credit_type", request.creditType());
    return body.put("overage_policy", request.overagePolicy().word());
  }

  private static ObjectNode event(Call.Report report) {
    ObjectNode event =
        object()
            .put("specversion", "1.0")
            .put("type", "com.example.work")
            .put("source", report.event().source())
            .put("id", report.event().id())
            .put("time", report.event().happenedAt().toString());
    event.set("data", work(report.work()));
    return event;
  }

  // ---- credits

  private static ObjectNode grant(Grant grant, Recurrence.@Nullable Terms recurrence) {
    ObjectNode body =
        object()
            .put("id", grant.id())
            .put("credit_type", grant.creditType())
            .put("amount", grant.amount().toString())
            .put("category", grant.category().word())
            .put("priority", grant.priority())
            .put("effective_at", grant.effectiveAt().toString());
    putIfThere(body, "expires_at", grant.expiresAt());
    ObjectNode appliesTo = body.putObject("applies_to");
    putAll(appliesTo, "features", grant.features());
    putAll(appliesTo, "models", grant.models());
    Money cost = grant.costBasis();
    if (cost != null) {
      body.putObject("cost_basis")
          .put("amount", cost.amount().toString())
          .put("currency", cost.currency());
    }
    if (recurrence != null) {
      ObjectNode again = body.putObject("recurrence").put("interval", recurrence.interval().word());
      putIfThere(again, "anchor", recurrence.anchor());
      body.putObject("rollover")
          .put("min", recurrence.rolloverMin().toString())
          .put("max", recurrence.rolloverMax().toString());
    }
    return body;
  }

  private static ObjectNode refund(Call.Refund refund) {
    ObjectNode body =
        object()
            .put("org", refund.org())
            .put("wallet", refund.wallet().name())
            .put("transaction_id", refund.transaction())
            .put("reason", REASON);
    putIfThere(body, "amount", refund.amount());
    return body;
  }

  // ---- governance

  private static ObjectNode budget(Call.PutBudget put) {
    return budget(put.budget());
  }

  private static ObjectNode budget(Budget budget) {
    ObjectNode body = object();
    body.set("scope", scope(budget.scope()));
    body.put("measure", budget.measure())
        .put("window", budget.window().word())
        .put("limit", budget.limit().toString())
        .put("mode", word(budget.mode()))
        .put("timezone", budget.zone().getId());
    budget.thresholds().forEach(body.withArray("thresholds")::add);
    return body;
  }

  private static ObjectNode freeze(Call.FreezeScope call) {
    Freeze freeze = call.freeze();
    ObjectNode body = object();
    body.set("scope", scope(freeze.scope()));
    putIfThere(body, "until", freeze.until());
    return body.put("reason", freeze.reason());
  }

  private static ObjectNode scope(Scope of) {
    ObjectNode scope = object().put("type", word(of.type()));
    putIfThere(scope, "id", of.id());
    putIfThere(scope, "team", of.team());
    return scope;
  }

  private static ObjectNode unit(Unit unit) {
    ObjectNode body = object().put("kind", unit.kind().word()).put("name", unit.name());
    putIfThere(body, "parent", unit.parent());
    return body;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  // ---- paths

  static String path(String org) {
    return "/v1/orgs/" + org;
  }

  static String path(EntityId wallet) {
    return path(wallet.org()) + "/wallets/" + wallet.name();
  }

  private static String path(Call.OfReserved call) {
    return reservation(call.of().id());
  }

  static String reservation(String id) {
    return "/v1/reservations/" + id;
  }

  private static String budgetPath(Budget budget) {
    return "/budgets/" + budget.id();
  }

  private static String unitPath(Unit unit) {
    return "/units/" + unit.id();
  }

  // ---- bodies

  private static void putIfThere(ObjectNode body, String field, @Nullable Object value) {
    if (value != null) {
      body.put(field, value.toString());
    }
  }

  private static void putAll(ObjectNode body, String field, Collection<String> values) {
    values.forEach(body.withArray(field)::add);
  }

  private static Request post(String path, ObjectNode body, String key) {
    return Request.post(path, body.toString(), key);
  }

  private static Request put(String path, ObjectNode body, String key) {
    return Request.put(path, body.toString(), key);
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
