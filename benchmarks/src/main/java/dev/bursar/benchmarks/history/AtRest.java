package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.Workers;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A node that nobody asks for anything any more: it comes to rest, and then shows what was told. At
 * rest means that nothing is held, that no grant is going to begin or to end for some time, and
 * that no transfer is on its way, so that what is read first still agrees with what is read last.
 */
public final class AtRest {

  private static final int CONNECTIONS = 4;
  private static final long POLL_MILLIS = 500;

  /** What begins or ends later does so when everything has been compared. */
  private static final Duration FOR_NOW = Duration.ofMinutes(20);

  /** Work is reported that ran some minutes before its org was there. */
  private static final Duration BEFORE = Duration.ofDays(1);

  private final Findings findings;
  private final Endpoint endpoint;
  private final Duration grace;
  private final Instant from;

  /**
   * @param grace how long after an expiry the node still records a commit
   * @param started when the first history began
   */
  public AtRest(Findings findings, Endpoint endpoint, Duration grace, Instant started) {
    this.findings = findings;
    this.endpoint = endpoint;
    this.grace = grace;
    this.from = started.minus(BEFORE).truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Waits until it is at rest, and compares everything then.
   *
   * @param most how long it may take until then
   */
  public void check(List<History> histories, Duration most) throws Exception {
    long deadline = System.nanoTime() + most.toNanos();
    ConcurrentLinkedQueue<History> left = new ConcurrentLinkedQueue<>(histories);
    Workers workers = new Workers(endpoint, CONNECTIONS, new LongAdder());
    workers.start(
        connection -> {
          NodeView node = new NodeView(connection);
          for (History next = left.poll(); next != null; next = left.poll()) {
            try {
              awaitRest(next, node, deadline);
              compare(next, node);
            } catch (HistoryFailure e) {
              findings.add("%s can't be compared: %s", next.orgs, e.getMessage());
            }
          }
        });
    workers.finished().await();
    workers.check();
  }

  // ---- until it is at rest

  private void awaitRest(History history, NodeView node, long deadline)
      throws HistoryFailure, InterruptedException {
    List<String> toCome = toCome(history, node);
    while (!toCome.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      toCome = toCome(history, node);
    }
    findings.expect(toCome.isEmpty(), "it does not come to rest: %s", toCome);
  }

  /** What is held, what is going to begin or end, and what is on its way. */
  private static List<String> toCome(History history, NodeView node)
      throws HistoryFailure, InterruptedException {
    List<String> toCome = new ArrayList<>();
    for (String org : history.orgNames()) {
      Map<String, BigDecimal> transferred = new HashMap<>();
      for (String name : OrgShape.ALL_WALLETS) {
        EntityId wallet = EntityId.wallet(org, name);
        for (JsonNode balance : node.get(Requests.path(wallet)).path("balances")) {
          addIfHeld(toCome, wallet.toString(), balance);
        }
        for (JsonNode grant : node.list(Requests.path(wallet) + "/grants")) {
          addIfChanging(toCome, wallet, grant);
        }
        addTransfers(transferred, node.list(Requests.path(wallet) + "/ledger"));
      }
      transferred.forEach(
          (creditType, sum) -> {
            if (sum.signum() != 0) {
              toCome.add("%s has transfers of %s %s on their way".formatted(org, sum, creditType));
            }
          });
    }
    for (Budget budget : OrgShape.budgets()) {
      for (String user : users(budget)) {
        String path = path(history, budget, user);
        addIfHeld(toCome, path, node.get(path));
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

  private static void addIfChanging(List<String> toCome, EntityId wallet, JsonNode grant) {
    String next =
        switch (grant.path("state").asText()) {
          case "scheduled" -> "effective_at";
          case "active" -> Amounts.of(grant, "remaining").signum() > 0 ? "expires_at" : "";
          default -> "";
        };
    if (grant.hasNonNull(next)
        && Instant.parse(grant.path(next).asText()).isBefore(Instant.now().plus(FOR_NOW))) {
      toCome.add("%s: %s of %s is %s".formatted(wallet, next, grant.path("id"), grant.path(next)));
    }
  }

  /** What has come less what has left. */
  private static void addTransfers(Map<String, BigDecimal> sums, List<JsonNode> entries) {
    for (JsonNode entry : entries) {
      if (entry.path("type").asText().startsWith("transfer_")) {
        sums.merge(
            entry.path("credit_type").asText(), Amounts.of(entry, "amount"), BigDecimal::add);
      }
    }
  }

  private static List<String> users(Budget budget) {
    return budget.scope().isDefault() ? OrgShape.USERS : List.of("");
  }

  private static String path(History history, Budget budget, String user) {
    return Requests.path(history.orgs.busy())
        + "/budgets/"
        + budget.id()
        + (user.isEmpty() ? "" : "?user=" + user);
  }

  // ---- comparisons

  private void compare(History history, NodeView node) throws HistoryFailure, InterruptedException {
    Memory memory = history.memory;
    Map<String, Shown> shown = Shown.all(node, memory);
    new ReservationChecks(memory, shown, findings, grace).run();
    for (String org : history.orgNames()) {
      UsageChecks usage = usage(org, memory, node);
      for (String wallet : OrgShape.ALL_WALLETS) {
        ledger(EntityId.wallet(org, wallet), history, usage, node);
      }
      if (org.equals(history.orgs.busy())) {
        budgets(history, Spent.all(org, memory, shown, usage.byEvent()), node);
      }
    }
  }

  private UsageChecks usage(String org, Memory memory, NodeView node)
      throws HistoryFailure, InterruptedException {
    String path = Requests.path(org);
    // Whatever was acknowledged is in the read tables then.
    JsonNode sums = node.get(path + "/usage?group_by=team&fresh=true&from=" + from);
    UsageChecks usage =
        new UsageChecks(org, node.list(path + "/events", "from=" + from + "&"), memory, findings);
    usage.events();
    usage.sums(sums);
    usage.alerts(node.list(path + "/alerts"));
    return usage;
  }

  private void ledger(EntityId wallet, History history, UsageChecks usage, NodeView node)
      throws HistoryFailure, InterruptedException {
    String path = Requests.path(wallet);
    new LedgerChecks(wallet, node.list(path + "/ledger"), findings)
        .run(
            node.get(path).path("balances"),
            node.list(path + "/grants"),
            history.memory,
            usage.byReservation(wallet.name()),
            history.setupPrefix());
    JsonNode verified = node.get(path + "/verify");
    findings.expect(verified.path("result").asText().equals("valid"), "%s: %s", wallet, verified);
  }

  private void budgets(History history, List<Spent> spent, NodeView node)
      throws HistoryFailure, InterruptedException {
    String org = history.orgs.busy();
    for (Budget budget : OrgShape.budgets()) {
      LimitChecks checks = new LimitChecks(org, budget, history.memory, spent, findings);
      checks.letThrough();
      if (!budget.measure().equals(LimitChecks.OPEN)) {
        for (String user : users(budget)) {
          checks.compare(user, node.get(path(history, budget, user)));
        }
      }
    }
  }
}
