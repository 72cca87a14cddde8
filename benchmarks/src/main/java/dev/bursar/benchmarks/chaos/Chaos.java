package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.console.Progress;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.benchmarks.history.AtRest;
import dev.bursar.benchmarks.history.Crowd;
import dev.bursar.benchmarks.history.Findings;
import dev.bursar.benchmarks.history.HistoryFailure;
import dev.bursar.benchmarks.history.HistorySummary;
import dev.bursar.benchmarks.history.Kind;
import dev.bursar.benchmarks.history.Memory;
import dev.bursar.benchmarks.history.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients make calls of all kinds against one real node, and ask again with the same key when they
 * are not answered; meanwhile node, PostgreSQL and the network on both sides fail. When everything
 * has come to rest, what the clients were told is compared with what the node shows.
 */
public final class Chaos {

  private static final int ORGS = 6;
  private static final int CLIENTS = 16;

  /** That no limit was exceeded proves something only if limits were met. */
  private static final Set<String> LIMITS_MET = Set.of("budget_exceeded", "insufficient_credits");

  /** Whatever is set aside ends by itself in less than half a minute. */
  private static final Duration REST_MAX = Duration.ofMinutes(2);

  private final ChaosOptions options;
  private final PrintWriter out;
  private final HistorySummary summary;
  private final Findings findings = new Findings();
  private final Memory memory = new Memory();

  private Chaos(ChaosOptions options, PrintWriter out) {
    this.options = options;
    this.out = out;
    this.summary = new HistorySummary(out);
  }

  /**
   * Runs it, and prints what was done and what came of it. The database is stopped then, and can be
   * verified: nothing is under way in it.
   *
   * @return whether every trouble took effect, every call was answered in the end, and every answer
   *     is true
   */
  public static boolean run(ChaosOptions options, PrintWriter out)
      throws ChaosFailure, InterruptedException {
    return new Chaos(options, out).run();
  }

  private boolean run() throws ChaosFailure, InterruptedException {
    int number = 1;
    while (Files.exists(logs(number))) {
      number++;
    }
    try {
      Files.createDirectories(logs(number));
    } catch (IOException e) {
      throw new ChaosFailure("the directory can't be made: " + e.getMessage(), e);
    }
    // Names of its own in each run, so that a second one in a directory is not answered by memory.
    Stage stage = new Stage("chaos-%d-%d".formatted(options.seed(), number), ORGS);
    say("starting PostgreSQL and a node, logs in " + logs(number));
    try (Site site = new Site(options, logs(number))) {
      say("setting up %d orgs".formatted(ORGS));
      setUp(stage, site);
      Crowd crowd =
          new Crowd(
              stage, memory, findings, site.endpoint(), CLIENTS, options.rate(), options.seed());
      Troubles troubles = new Troubles(site, options, findings, memory::answers, crowd::underWay);
      history(crowd, troubles);
      say("waiting until nothing is held, then comparing");
      new AtRest(stage, memory, findings, site.endpoint(), options.grace()).check(REST_MAX);
      expectAll(troubles, site);
      print(troubles, crowd.retries());
    } catch (HistoryFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
    return findings.found() == 0;
  }

  private void say(String what) {
    out.println("chaos: " + what);
    out.flush();
  }

  private Path logs(int run) {
    return options.directory().resolve("run-" + run);
  }

  private void setUp(Stage stage, Site site) throws ChaosFailure, InterruptedException {
    OrgSetup setup = new OrgSetup(site.endpoint(), ORGS, new LongAdder());
    setup.start(ORGS, stage::requests);
    setup.workers().finished().await();
    try {
      setup.workers().check();
    } catch (Exception e) {
      throw new ChaosFailure("the orgs can't be set up: " + e.getMessage(), e);
    }
  }

  private void history(Crowd crowd, Troubles troubles) throws ChaosFailure, InterruptedException {
    crowd.start();
    CountDownLatch over = new CountDownLatch(1);
    Thread progress = Thread.ofPlatform().daemon().start(() -> show(over, crowd, troubles));
    try {
      while (!crowd.isOver() && !isEnough(troubles)) {
        troubles.next();
      }
    } finally {
      stop(crowd);
      over.countDown();
    }
    progress.join();
  }

  private boolean isEnough(Troubles troubles) {
    boolean all =
        memory.done().size() == Kind.values().length
            && memory.denials().keySet().containsAll(LIMITS_MET);
    return memory.answers() >= options.calls()
        && troubles.mayEnd()
        && (all || troubles.isHopeless());
  }

  private void show(CountDownLatch over, Crowd crowd, Troubles troubles) {
    try {
      Progress.follow(
          "calls",
          options.calls(),
          over,
          () -> Math.min(memory.answers(), options.calls()),
          () ->
              "allowed %d, denied %d, sent again %d; %s"
                  .formatted(
                      memory.allowed(), memory.deniedCount(), crowd.retries(), troubles.now()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Crowd crowd) throws ChaosFailure, InterruptedException {
    try {
      crowd.stop();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new ChaosFailure("a client failed: " + e, e);
    }
  }

  /** What did not happen proves nothing. */
  private void expectAll(Troubles troubles, Site site) {
    for (Trouble trouble : Trouble.values()) {
      if (!troubles.effective().containsKey(trouble)) {
        findings.add("'%s' was tried, and was never felt", trouble.words());
      }
    }
    for (Kind kind : Kind.values()) {
      if (!memory.done().containsKey(kind)) {
        findings.add("no client has come to a good end with '%s'", kind);
      }
    }
    for (String code : LIMITS_MET) {
      if (!memory.denials().containsKey(code)) {
        findings.add("nothing was denied for %s", code);
      }
    }
    int kills = troubles.effective().getOrDefault(Trouble.NODE_KILLED, 0);
    if (site.starts() != 1 + kills) {
      findings.add("the node was started %d times, and killed %d times", site.starts(), kills);
    }
  }

  private void print(Troubles troubles, long retries) {
    summary.print(memory, retries);
    summary.line("troubles felt", HistorySummary.counts(words(troubles.effective())));
    if (!troubles.withoutEffect().isEmpty()) {
      summary.line("not felt", HistorySummary.counts(words(troubles.withoutEffect())));
    }
    summary.line("findings", Integer.toString(findings.found()));
    findings.kept().forEach(finding -> out.println("  " + finding));
    out.flush();
  }

  private static Map<String, Integer> words(Map<Trouble, Integer> counts) {
    Map<String, Integer> words = new TreeMap<>();
    counts.forEach((trouble, times) -> words.put(trouble.words(), times));
    return words;
  }
}
