package dev.bursar.benchmarks.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.benchmarks.customers.SetupFailure;
import dev.bursar.benchmarks.history.Findings;
import dev.bursar.benchmarks.history.HistorySummary;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sidecars under load, whose node is killed and stays away for a while; meanwhile one of them is
 * killed, too, and comes back on what it has left. Then the node is back, and the load goes on
 * until the budget is spent. What was allowed is compared with what is on the ledger, to the last
 * quarter of a credit.
 */
public final class SidecarChaos {

  private static final String ORG = "box";
  private static final String EXCEEDED = "budget_exceeded";
  private static final String BY_LEASE = "from leases %,d, slowest %,d ms";

  /** How many decisions from a lease show that it works. */
  private static final int DECISIONS_MIN = 100;

  private static final int LOAD_SECONDS = 15;
  private static final int ANSWERS_BY_LEASE_ONE_IN = 4;

  /** A sidecar leases a quarter of what there is, at most. */
  private static final int TIMES_OF_OUTAGE = 4;

  /** After so long what is leased lasts for a minute. */
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(30);

  /** What is leased surely lasts for so long: who has run dry later has done as it has to. */
  private static final Duration LEASED_LASTS = Duration.ofMinutes(1);

  /** What a sidecar has that was killed, or could not report, comes back to others within this. */
  private static final Duration NOTHING_MORE = Duration.ofSeconds(3);

  private static final BigDecimal QUARTER = new BigDecimal("0.25");
  private static final Duration STEP_MAX = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 50;

  private final ChaosOptions options;
  private final int count;
  private final Duration outage;
  private final PrintWriter out;
  private final HistorySummary summary;
  private final Findings findings = new Findings();
  private final List<SidecarSite> sidecars = new ArrayList<>();
  private final List<SidecarCallers> callers = new ArrayList<>();
  private boolean settled;

  private SidecarChaos(ChaosOptions options, int count, Duration outage, PrintWriter out) {
    this.options = options;
    this.count = count;
    this.outage = outage;
    this.out = out;
    this.summary = new HistorySummary(out);
  }

  /**
   * What came of it.
   *
   * @param good whether everything was as it has to be
   * @param settled whether nothing is held any more, so that the database is at rest
   */
  public record Outcome(boolean good, boolean settled) {}

  /**
   * Runs it. The database is stopped then, and can be verified.
   *
   * @param options its rate is that of all sidecars together
   * @param sidecars how many, from 2: one of them is killed
   * @param outage how long the node is away
   */
  public static Outcome run(ChaosOptions options, int sidecars, Duration outage, PrintWriter out)
      throws ChaosFailure, InterruptedException {
    return new SidecarChaos(options, sidecars, outage, out).run();
  }

  private Outcome run() throws ChaosFailure, InterruptedException {
    Path logs = options.directory().resolve("run-1");
    try {
      Files.createDirectories(logs);
    } catch (IOException e) {
      throw new ChaosFailure("the directory can't be made: " + e.getMessage(), e);
    }
    say("starting PostgreSQL, a node and %d sidecars, logs in %s".formatted(count, logs));
    try (Site site = new Site(options, logs)) {
      try {
        setUp(site);
        for (int i = 1; i <= count; i++) {
          sidecars.add(new SidecarSite(site.endpoint(), options.directory(), logs, "sidecar-" + i));
        }
        play(site);
        compare(site);
      } finally {
        sidecars.forEach(SidecarSite::close);
      }
    }
    summary.line("findings", Integer.toString(findings.found()));
    findings.kept().forEach(finding -> out.println("  " + finding));
    out.flush();
    return new Outcome(findings.found() == 0, settled);
  }

  private void say(String what) {
    out.println("chaos: " + what);
    out.flush();
  }

  /** What may be spent: enough for leases that outlast the outage, and less than is asked for. */
  private BigDecimal limit() {
    double seconds = LOAD_SECONDS + TIMES_OF_OUTAGE * outage.toSeconds();
    return new BigDecimal(SidecarCallers.AMOUNT)
        .multiply(BigDecimal.valueOf(Math.round(options.rate() * seconds)));
  }

  private BigDecimal granted() {
    return limit().add(BigDecimal.valueOf(1_000));
  }

  private void setUp(Site site) throws ChaosFailure, InterruptedException {
    OrgRequests requests =
        new OrgRequests("chaos-", ORG)
            .wallet("main")
            .grant("main", "g", "paid", 50, "platform", granted().toPlainString())
            .budget("all", "org", null, "lifetime", "platform", limit().toPlainString());
    try (PatientConnection connection = new PatientConnection(site.endpoint(), new LongAdder())) {
      OrgSetup.setUp(connection, requests);
    } catch (CallFailure | SetupFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private void play(Site site) throws ChaosFailure, InterruptedException {
    Duration patience = outage.plus(STEP_MAX);
    for (SidecarSite each : sidecars) {
      callers.add(new SidecarCallers(each, ORG, options.rate() / count, patience));
    }
    callers.forEach(SidecarCallers::start);
    await("decisions from leases", () -> callers.stream().allMatch(this::hasDecided));
    callers.forEach(SidecarCallers::slowestMillis);
    long[] before = callers.stream().mapToLong(SidecarCallers::byLease).toArray();
    long answered = answers();

    say("the node is killed, and stays away for %d s".formatted(outage.toSeconds()));
    long from = System.nanoTime();
    site.killNode();
    for (int i = 0; i < count; i++) {
      int index = i;
      await(
          "a decision of %s without the node".formatted(sidecars.get(i).name()),
          () -> callers.get(index).byLease() > before[index]);
    }
    killOne();
    sleepUntil(from + measured(outage).toNanos());
    long all = answers() - answered;
    long away = 0;
    for (int i = 0; i < count; i++) {
      away += callers.get(i).byLease() - before[i];
    }
    summary.line(
        "without the node",
        "%,d answers in %d s, ".formatted(all, measured(outage).toSeconds())
            + BY_LEASE.formatted(away, slowest()));
    if (!isEnough(away, all)) {
      findings.add(
          "while the node was away %d of %d answers came from leases, and at least a quarter had to: little was tried",
          away, all);
    }
    sleepUntil(from + outage.toNanos());
    site.restartNode();

    say("the node is back");
    callers.forEach(SidecarCallers::hurry);
    await("the end of the budget", this::isSpent);
    for (SidecarCallers each : callers) {
      each.stop();
    }
  }

  /** For how much of an outage answers have to come from leases. */
  static Duration measured(Duration outage) {
    return outage.compareTo(LEASED_LASTS) < 0 ? outage : LEASED_LASTS;
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(Math.max(0, nanos - System.nanoTime()));
  }

  /** A sidecar that was killed has no lease, and denies; the others have to decide from theirs. */
  static boolean isEnough(long byLease, long answers) {
    return byLease * ANSWERS_BY_LEASE_ONE_IN >= answers;
  }

  private boolean hasDecided(SidecarCallers each) {
    Duration warmUp = outage.compareTo(WARM_UP_MAX) < 0 ? outage : WARM_UP_MAX;
    return each.byLease() >= Math.max(DECISIONS_MIN, options.rate() / count * warmUp.toSeconds());
  }

  private boolean isSpent() {
    return callers.stream()
        .allMatch(
            each ->
                each.denied().containsKey(EXCEEDED)
                    && each.sinceAllowed().compareTo(NOTHING_MORE) > 0);
  }

  private long answers() {
    return callers.stream().mapToLong(SidecarCallers::answers).sum();
  }

  private long slowest() {
    return callers.stream().mapToLong(SidecarCallers::slowestMillis).max().orElse(0);
  }

  /** What it has answered it answers again in its next life. */
  private void killOne() throws ChaosFailure, InterruptedException {
    SidecarSite victim = sidecars.getFirst();
    say(victim.name() + " is killed, and starts again");
    SidecarCallers.Answered last = callers.getFirst().last();
    victim.killAndRestart();
    if (last == null) {
      findings.add("nothing was answered from a lease before %s was killed", victim.name());
      return;
    }
    try (PatientConnection connection =
        new PatientConnection(victim.endpoint(), new LongAdder(), STEP_MAX)) {
      JsonNode again = SidecarCallers.json(connection.call(last.request()));
      if (!again.equals(last.answer())) {
        findings.add("answered %s, and after the crash %s", last.answer(), again);
      }
    } catch (CallFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private interface Check {
    boolean holds() throws ChaosFailure, InterruptedException;
  }

  private void await(String what, Check check) throws ChaosFailure, InterruptedException {
    if (!comes(check)) {
      throw new ChaosFailure("%s did not come in %d s".formatted(what, STEP_MAX.toSeconds()));
    }
  }

  private boolean comes(Check check) throws ChaosFailure, InterruptedException {
    long end = System.nanoTime() + STEP_MAX.toNanos();
    while (!check.holds()) {
      for (SidecarCallers each : callers) {
        if (each.finished().getCount() == 0) {
          each.check();
        }
      }
      if (System.nanoTime() - end > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  private void compare(Site site) throws ChaosFailure, InterruptedException {
    say("waiting until all is reported and given back, then comparing");
    for (SidecarSite each : sidecars) {
      await(each.name() + " has reported", () -> each.metric("bursar_sidecar_usage_unsent") == 0);
      if (each.metric("bursar_sidecar_usage_rejected_total") > 0) {
        findings.add("uses of %s were rejected", each.name());
      }
      each.end().ifPresent(findings::add);
    }
    settled = comes(() -> balance(site, "held").signum() == 0);
    if (!settled) {
      // A lease whose answer nobody has got any more is held until it has to be settled.
      summary.line("held", "%s until it has to be settled".formatted(balance(site, "held")));
    }
    awaitReadSide(site);
    long quarters = callers.stream().mapToLong(SidecarCallers::quarters).sum();
    BigDecimal spent = QUARTER.multiply(BigDecimal.valueOf(quarters));
    BigDecimal charged = granted().subtract(balance(site, "balance"));
    if (spent.compareTo(charged) != 0) {
      findings.add("%s was allowed, and %s is charged", spent, charged);
    }
    if (charged.compareTo(limit()) > 0) {
      findings.add("%s is charged, of a hard limit of %s", charged, limit());
    }
    if (balance(site, "debt").signum() != 0) {
      findings.add("there is a debt of %s", balance(site, "debt"));
    }
    TreeMap<String, Integer> denied = new TreeMap<>();
    callers.forEach(
        each -> each.denied().forEach((code, n) -> denied.merge(code, n, Integer::sum)));
    summary.line(
        "answers",
        "%,d, ".formatted(answers())
            + BY_LEASE.formatted(
                callers.stream().mapToLong(SidecarCallers::byLease).sum(), slowest()));
    summary.line("denied for", HistorySummary.counts(denied));
    summary.line("charged", "%s of %s".formatted(charged, limit()));
  }

  /** All that is on record can be read: what is compared next is at rest. */
  private static void awaitReadSide(Site site) throws ChaosFailure, InterruptedException {
    Instant from = Instant.now().minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
    Request usage = Request.get("/v1/orgs/%s/usage?fresh=true&from=%s".formatted(ORG, from));
    try (PatientConnection connection = new PatientConnection(site.endpoint(), new LongAdder())) {
      Response response = connection.call(usage);
      if (response.status() != 200) {
        throw new ChaosFailure("%s: %d %s".formatted(usage, response.status(), response.text()));
      }
    } catch (CallFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private static BigDecimal balance(Site site, String figure)
      throws ChaosFailure, InterruptedException {
    try (PatientConnection connection = new PatientConnection(site.endpoint(), new LongAdder())) {
      JsonNode wallet =
          SidecarCallers.json(
              connection.call(Request.get("/v1/orgs/%s/wallets/main".formatted(ORG))));
      return new BigDecimal(wallet.path("balances").path(0).path(figure).asText());
    } catch (CallFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
