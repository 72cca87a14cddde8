package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A reservation as the node shows it.
 *
 * @param amount what was charged, if it has ended; else what is held or was asked for
 */
record Shown(String status, BigDecimal amount, boolean late) {

  private static final String COMMITTED = "committed";

  boolean isCommitted() {
    return status.equals(COMMITTED);
  }

  BigDecimal charged() {
    return isCommitted() ? amount : BigDecimal.ZERO;
  }

  /** Of all that were allowed or denied, by name. */
  static Map<String, Shown> all(NodeView node, Memory memory)
      throws HistoryFailure, InterruptedException {
    Map<String, Shown> all = new LinkedHashMap<>();
    for (Course course : memory.courses()) {
      all.put(course.reservation(), of(node, course.reservation()));
    }
    for (String denied : memory.denied().keySet()) {
      all.put(denied, of(node, denied));
    }
    return all;
  }

  private static Shown of(NodeView node, String reservation)
      throws HistoryFailure, InterruptedException {
    JsonNode body = node.get(Requests.reservation(reservation));
    return new Shown(
        body.path("status").asText(), Amounts.of(body, "amount"), body.path("late").asBoolean());
  }
}
