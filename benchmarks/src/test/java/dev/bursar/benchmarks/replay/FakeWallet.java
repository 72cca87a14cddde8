package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A wallet of a {@link FakeNode}: grants burn in the order in which they came. */
final class FakeWallet {

  private static final JsonMapper JSON = new JsonMapper();

  private record Hold(BigDecimal amount, String session) {}

  private final Map<String, BigDecimal> grants = new LinkedHashMap<>();
  private final Map<String, Hold> holds = new HashMap<>();
  private final List<ObjectNode> entries = new ArrayList<>();
  private BigDecimal held = BigDecimal.ZERO;
  private BigDecimal debt = BigDecimal.ZERO;

  List<ObjectNode> entries() {
    return entries;
  }

  void grant(JsonNode body) {
    BigDecimal amount = new BigDecimal(body.path("amount").asText());
    if (grants.putIfAbsent(body.path("id").asText(), amount) == null) {
      post("grant", amount);
    }
  }

  ObjectNode reserve(String id, JsonNode body, BigDecimal amount) {
    ObjectNode answer = JSON.createObjectNode().put("reservation_id", id);
    boolean allowed = debt.signum() == 0 && balance().subtract(held).compareTo(amount) >= 0;
    if (!allowed) {
      answer.put("decision", "deny");
      String code = debt.signum() == 0 ? "insufficient_credits" : "wallet_in_debt";
      answer.putArray("denials").addObject().put("code", code);
      return answer;
    }
    held = held.add(amount);
    holds.put(id, new Hold(amount, body.path("session").asText()));
    return answer
        .put("decision", "allow")
        .put("status", "open")
        .put("amount", amount.toPlainString());
  }

  ObjectNode commit(String id, String key, BigDecimal amount) {
    Hold hold = holds.remove(id);
    if (hold == null) {
      throw new IllegalStateException("committed twice: " + id);
    }
    held = held.subtract(hold.amount);
    ObjectNode answer =
        JSON.createObjectNode()
            .put("reservation_id", id)
            .put("status", "committed")
            .put("amount", amount.toPlainString());
    ArrayNode lines = answer.putArray("entries");
    BigDecimal rest = amount;
    for (Map.Entry<String, BigDecimal> grant : grants.entrySet()) {
      BigDecimal part = rest.min(grant.getValue());
      if (part.signum() > 0) {
        grant.setValue(grant.getValue().subtract(part));
        rest = rest.subtract(part);
        lines.add(usage("consume", part.negate(), id, key, hold));
      }
    }
    if (rest.signum() > 0) {
      debt = debt.add(rest);
      lines.add(usage("debt", rest, id, key, hold));
    }
    return answer.put("debt", rest.toPlainString());
  }

  ObjectNode view() {
    ObjectNode view = JSON.createObjectNode();
    view.putArray("balances")
        .addObject()
        .put("credit_type", "platform")
        .put("balance", balance().toPlainString())
        .put("held", held.toPlainString())
        .put("debt", debt.toPlainString());
    return view;
  }

  private ObjectNode usage(String type, BigDecimal amount, String id, String key, Hold hold) {
    return post(type, amount)
        .put("reservation", id)
        .put("idempotency_key", key)
        .put("session", hold.session)
        .deepCopy();
  }

  private ObjectNode post(String type, BigDecimal amount) {
    ObjectNode entry =
        JSON.createObjectNode()
            .put("sequence", entries.size() + 1)
            .put("type", type)
            .put("credit_type", "platform")
            .put("amount", amount.toPlainString())
            .put("balance", balance().toPlainString());
    entries.add(entry);
    return entry;
  }

  private BigDecimal balance() {
    return grants.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
