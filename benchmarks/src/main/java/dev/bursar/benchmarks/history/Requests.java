package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.load.Request;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Calls as the API has them. */
final class Requests {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String REASON = "tried";

  private Requests() {}

  static Request of(Call call, String key) {
    return switch (call) {
      case Call.Reserve reserve -> post("/v1/reservations", body(reserve), key);
      case Call.Commit commit ->
          post(path(commit.of()) + "/commit", object().put("amount", text(commit.amount())), key);
      case Call.Release release -> post(path(release.of()) + "/release", object(), key);
      case Call.Extend extend ->
          post(path(extend.of()) + "/extend", object().put("ttl_seconds", extend.seconds()), key);
      case Call.Grant grant ->
          post(wallet(grant.org(), grant.wallet()) + "/grants", body(grant), key);
      case Call.VoidGrant voided ->
          post(
              wallet(voided.org(), voided.wallet()) + "/grants/" + voided.grant() + "/void",
              object(),
              key);
      case Call.Adjust adjust ->
          post(
              wallet(adjust.org(), adjust.wallet()) + "/adjustments",
              object()
                  .put("credit_type", Stage.TYPE)
                  .put("amount", text(adjust.amount()))
                  .put("reason", REASON),
              key);
      case Call.Refund refund -> post("/v1/refunds", body(refund), key);
      case Call.Transfer transfer ->
          post(
              wallet(transfer.org(), transfer.from()) + "/transfers",
              object()
                  .put("to_wallet", transfer.to())
                  .put("credit_type", Stage.TYPE)
                  .put("amount", text(transfer.amount())),
              key);
      case Call.ChangeBudget change ->
          Request.put(
              org(change.org()) + "/budgets/" + change.budget().id(),
              budget(change.budget(), change.limit()).toString(),
              key);
      case Call.Freeze freeze -> post(org(freeze.org()) + "/freeze", body(freeze), key);
    };
  }

  static ObjectNode budget(Terms terms, BigDecimal limit) {
    ObjectNode body = object();
    ObjectNode scope = body.putObject("scope").put("type", terms.scope());
    putIfThere(scope, "id", terms.of());
    putIfThere(scope, "team", terms.team());
    return body.put("measure", terms.measure())
        .put("window", terms.window())
        .put("limit", text(limit))
        .put("mode", "hard")
        .put("timezone", "UTC");
  }

  private static ObjectNode body(Call.Reserve reserve) {
    ObjectNode body = object();
    ObjectNode subject = body.putObject("subject").put("org", reserve.org());
    putIfThere(subject, "team", reserve.team());
    putIfThere(subject, "user", reserve.user());
    return body.put("wallet", reserve.wallet())
        .put("amount", text(reserve.amount()))
        .put("credit_type", Stage.TYPE)
        .put("ttl_seconds", reserve.ttl())
        .put("overage_policy", reserve.policy())
        .put("commit", reserve.manner() == Call.Manner.AT_ONCE)
        .put("dry_run", reserve.manner() == Call.Manner.DRY_RUN);
  }

  private static ObjectNode body(Call.Grant grant) {
    ObjectNode body =
        object()
            .put("id", grant.id())
            .put("credit_type", Stage.TYPE)
            .put("amount", text(grant.amount()))
            .put("category", grant.category())
            .put("priority", grant.priority());
    putIfThere(body, "expires_at", grant.expiresAt());
    return body;
  }

  private static ObjectNode body(Call.Refund refund) {
    ObjectNode body =
        object()
            .put("org", refund.org())
            .put("wallet", refund.wallet())
            .put("transaction_id", refund.transaction())
            .put("reason", REASON);
    BigDecimal amount = refund.amount();
    putIfThere(body, "amount", amount == null ? null : text(amount));
    return body;
  }

  private static ObjectNode body(Call.Freeze freeze) {
    ObjectNode body = object();
    body.putObject("scope").put("type", freeze.scope()).put("id", freeze.of());
    return body.put("until", freeze.until().toString()).put("reason", REASON);
  }

  private static void putIfThere(ObjectNode body, String field, @Nullable Object value) {
    if (value != null) {
      body.put(field, value.toString());
    }
  }

  private static Request post(String path, ObjectNode body, String key) {
    return Request.post(path, body.toString(), key);
  }

  static String path(Call.Reserved reserved) {
    return "/v1/reservations/" + reserved.id();
  }

  static String org(String org) {
    return "/v1/orgs/" + org;
  }

  static String wallet(String org, String wallet) {
    return org(org) + "/wallets/" + wallet;
  }

  private static String text(BigDecimal amount) {
    return amount.toPlainString();
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
