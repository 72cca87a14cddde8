package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.benchmarks.trace.Attribution;
import dev.bursar.benchmarks.trace.Population;
import dev.bursar.benchmarks.trace.Workload.Item;
import java.nio.charset.StandardCharsets;

/**
 * Does what a caller of a model does around each call: reserve an estimate, then commit what it
 * took.
 */
final class RowCaller {

  private static final String PATH = "/v1/reservations";

  private final long seed;
  private final Keys keys;

  RowCaller(long seed, Keys keys) {
    this.seed = seed;
    this.keys = keys;
  }

  /**
   * Replays one row, and counts what became of it.
   *
   * @param dueNanos from when its latency counts, by {@link System#nanoTime()}
   */
  void replay(PatientConnection connection, Item item, long dueNanos, Tally tally)
      throws InterruptedException {
    try {
      byte[] body = reserveBody(item);
      Request reserve = Request.post(PATH, body, keys.reserve(item.row(), body));
      JsonNode decision = call(connection, reserve, tally);
      Latency.record(tally.reserve, System.nanoTime() - dueNanos);
      if (!isAllowed(decision)) {
        tally.deny(decision.path("denials").path(0).path("code").asText("none_given"));
        return;
      }
      String reservation = Json.text(decision, "reservation_id");
      byte[] actual = commitBody(item);
      Request commit =
          Request.post(
              PATH + "/" + reservation + "/commit", actual, keys.commit(item.row(), body, actual));
      long begun = System.nanoTime();
      tally.charge(Charge.read(item.row(), call(connection, commit, tally)));
      Latency.record(tally.commit, System.nanoTime() - begun);
      tally.allowed++;
    } catch (ReplayFailure e) {
      tally.fail(item.row(), String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode call(PatientConnection connection, Request request, Tally tally)
      throws ReplayFailure, InterruptedException {
    Response response = Json.send(connection, request);
    if (response.replayed()) {
      tally.answeredBefore++;
    }
    return Json.ok(request, response);
  }

  private static boolean isAllowed(JsonNode decision) throws ReplayFailure {
    return switch (Json.text(decision, "decision")) {
      case "allow" -> true;
      case "deny" -> false;
      case String other -> throw new ReplayFailure("decision is '" + other + "'");
    };
  }

  private byte[] reserveBody(Item item) {
    Attribution who = item.attribution();
    ObjectNode body = Json.object();
    body.putObject("subject")
        .put("org", Population.org(seed, who.org()))
        .put("team", who.team())
        .put("user", Population.user(who.user()))
        .put("product", who.product());
    body.put("feature", who.feature()).put("model", who.model()).put("session", who.session());
    body.put("wallet", CustomerTerms.WALLET);
    int input = item.call().inputTokens();
    addUsage(body, input, Estimate.outputTokens(input));
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] commitBody(Item item) {
    ObjectNode body = Json.object();
    addUsage(body, item.call().inputTokens(), item.call().outputTokens());
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void addUsage(ObjectNode body, int input, int output) {
    body.putObject("usage").put("input_tokens", input).put("output_tokens", output);
  }

  /** The keys under which a row's commit may be found in the ledger. */
  String commitKey(Item item) {
    return keys.commit(item.row(), reserveBody(item), commitBody(item));
  }

  String reserveKey(Item item) {
    return keys.reserve(item.row(), reserveBody(item));
  }
}
