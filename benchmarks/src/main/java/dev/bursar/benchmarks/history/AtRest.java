package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A node that nobody asks for anything any more: it comes to rest, and then shows what was told. At
 * rest means that nothing is held, that no grant is going to end, and that no transfer is on its
 * way, so that what is read first still agrees with what is read last.
 */
public final class AtRest {

  private static final long POLL_MILLIS = 500;

  private final Stage stage;
  private final Memory memory;
  private final Findings findings;
  private final Endpoint endpoint;
  private final Duration grace;

  /**
   * @param grace how long after an expiry the node still records a commit
   */
  public AtRest(Stage stage, Memory memory, Findings findings, Endpoint endpoint, Duration grace) {
    this.grace = grace;
    this.stage = stage;
    this.memory = memory;
    this.findings = findings;
    this.endpoint = endpoint;
  }

  /**
   * Waits until it is at rest, and compares everything then.
   *
   * @param most how long it may take until then
   */
  public void check(Duration most) throws HistoryFailure, InterruptedException {
    try (PatientConnection connection = new PatientConnection(endpoint, new LongAdder())) {
      NodeView node = new NodeView(connection);
      awaitRest(node, System.nanoTime() + most.toNanos());
      for (String org : stage.orgs()) {
        // Whatever was acknowledged is in the read tables then.
        usage(org, node.get(Requests.org(org) + "/usage?group_by=team&fresh=true"));
      }
      Map<String, Shown> shown = Shown.all(node, memory);
      new ReservationChecks(memory, shown, findings, grace).run();
      for (String org : stage.orgs()) {
        ledgers(org, node);
        budgets(org, node, shown);
      }
    }
  }

  // ---- until it is at rest

  private void awaitRest(NodeView node, long deadline) throws HistoryFailure, InterruptedException {
    List<String> toCome = toCome(node);
    while (!toCome.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      toCome = toCome(node);
    }
    findings.expect(toCome.isEmpty(), "it does not come to rest: %s", toCome);
  }

  /** What is held, what is going to end, and what is on its way. */
  private List<String> toCome(NodeView node) throws HistoryFailure, InterruptedException {
    List<String> toCome = new ArrayList<>();
    for (String org : stage.orgs()) {
      for (String wallet : Stage.WALLETS) {
        String path = Requests.wallet(org, wallet);
        for (JsonNode balance : node.get(path).path("balances")) {
          addIfHeld(toCome, org + "/" + wallet, balance);
        }
        for (JsonNode grant : node.list(path + "/grants")) {
          addIfEnding(toCome, org + "/" + wallet, grant);
        }
      }
      BigDecimal transferred = transferred(org, node);
      if (transferred.signum() != 0) {
        toCome.add("%s has transfers of %s on their way".formatted(org, transferred));
      }
      for (Terms budget : stage.budgets()) {
        for (String user : budget.isForEach() ? Stage.USERS : List.of("")) {
          addIfHeld(
              toCome, org + "/" + budget.id() + " " + user, node.get(path(org, budget, user)));
        }
      }
    }
    return toCome;
  }

  private static void addIfHeld(List<String> toCome, String what, JsonNode figures) {
    BigDecimal held = Amounts.of(figures, "held");
    if (held.signum() != 0) {
      toCome.add("%s holds %s".formatted(what, held));
    }
  }

  private static void addIfEnding(List<String> toCome, String wallet, JsonNode grant) {
    if (grant.path("state").asText().equals("active")
        && grant.hasNonNull("expires_at")
        && Amounts.of(grant, "remaining").signum() > 0) {
      toCome.add(
          "%s has %s until %s".formatted(wallet, grant.path("id"), grant.path("expires_at")));
    }
  }

  private static String path(String org, Terms budget, String user) {
    return Requests.org(org) + "/budgets/" + budget.id() + (user.isEmpty() ? "" : "?user=" + user);
  }

  // ---- comparisons

  private void ledgers(String org, NodeView node) throws HistoryFailure, InterruptedException {
    for (String wallet : Stage.WALLETS) {
      String path = Requests.wallet(org, wallet);
      List<JsonNode> entries = node.list(path + "/ledger");
      new LedgerChecks(org, wallet, entries, findings)
          .run(node.get(path).path("balances"), memory, stage.setupPrefix(), stage.keyPrefix());
      JsonNode verified = node.get(path + "/verify");
      findings.expect(
          verified.path("result").asText().equals("valid"), "%s/%s: %s", org, wallet, verified);
    }
  }

  /** What has come less what has left, of the wallets of one org. */
  private static BigDecimal transferred(String org, NodeView node)
      throws HistoryFailure, InterruptedException {
    BigDecimal sum = BigDecimal.ZERO;
    for (String wallet : Stage.WALLETS) {
      for (JsonNode entry : node.list(Requests.wallet(org, wallet) + "/ledger")) {
        if (entry.path("type").asText().startsWith("transfer_")) {
          sum = sum.add(Amounts.of(entry, "amount"));
        }
      }
    }
    return sum;
  }

  private void budgets(String org, NodeView node, Map<String, Shown> shown)
      throws HistoryFailure, InterruptedException {
    for (Terms budget : stage.budgets()) {
      if (LimitChecks.canCount(budget)) {
        LimitChecks checks =
            new LimitChecks(org, budget, memory.limitMax(org, budget), shown, findings)
                .count(memory.courses());
        for (String user : budget.isForEach() ? Stage.USERS : List.of("")) {
          checks.compare(user, node.get(path(org, budget, user)));
        }
      }
    }
  }

  /** The read model of usage has each team's charges, and what was denied. */
  private void usage(String org, JsonNode report) {
    Map<String, BigDecimal> charged = new HashMap<>();
    for (Memory.Course course : memory.courses()) {
      Memory.End end = course.end;
      if (end != null && course.reserved.as().org().equals(org)) {
        charged.merge(String.valueOf(course.reserved.as().team()), end.charged(), BigDecimal::add);
      }
    }
    for (JsonNode row : report.path("data")) {
      String team = row.path("group").path("team").asText("null");
      BigDecimal told = charged.getOrDefault(team, BigDecimal.ZERO);
      charged.remove(team);
      findings.expect(
          Amounts.same(Amounts.of(row, "credits"), told),
          "%s: usage of team %s is %s, told was %s",
          org,
          team,
          row,
          told);
    }
    charged.forEach(
        (team, amount) ->
            findings.expect(
                amount.signum() == 0, "%s: usage of team %s is missing: %s", org, team, amount));
  }
}
