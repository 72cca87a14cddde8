package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.console.Progress;
import dev.bursar.benchmarks.history.AtRest;
import dev.bursar.benchmarks.history.Counts;
import dev.bursar.benchmarks.history.Findings;
import dev.bursar.benchmarks.history.Histories;
import dev.bursar.benchmarks.history.History;
import dev.bursar.benchmarks.history.HistorySummary;
import dev.bursar.benchmarks.history.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * Histories are played against one real node, whose clients ask again with the same key when they
 * are not answered; meanwhile node, PostgreSQL and the network on both sides fail. When everything
 * has come to rest, what the clients were told is compared with what the node shows.
 */
public final class Chaos {

  /** That no limit was exceeded proves something only if limits were met. */
  private static final Set<String> LIMITS_MET = Set.of("budget_exceeded", "insufficient_credits");

  /** Of the way to the end, each trouble that is to be felt is as much as so many calls. */
  private static final int CALLS_OF_A_TROUBLE = 100;

  /** Whatever begins or ends soon does so within a minute. */
  private static final Duration REST_MAX = Duration.ofMinutes(3);

  private final ChaosOptions options;
  private final PrintWriter out;
  private final HistorySummary summary;
  private final Findings findings = new Findings();
  private final Counts counts = new Counts();

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
    String names = "chaos-%d-%d".formatted(options.seed(), number);
    say("starting PostgreSQL and a node, logs in " + logs(number));
    try (Site site = new Site(options, logs(number))) {
      Instant started = Instant.now();
      Histories histories =
          new Histories(names, counts, findings, site.endpoint(), options.rate(), options.seed());
      Troubles troubles =
          new Troubles(site, options, findings, counts::answers, histories::underWay);
      List<History> played = play(histories, troubles);
      say("waiting until nothing is held, then comparing");
      compare(played, new AtRest(findings, site.endpoint(), options.grace(), started));
      expectAll(troubles, site);
      print(played.size(), troubles, histories.retries());
    } catch (ChaosFailure e) {
      printFindings();
      throw e;
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

  private List<History> play(Histories histories, Troubles troubles)
      throws ChaosFailure, InterruptedException {
    histories.start();
    CountDownLatch over = new CountDownLatch(1);
    Thread progress = Thread.ofPlatform().daemon().start(() -> show(over, histories, troubles));
    List<History> played;
    try {
      while (!histories.isOver() && !isEnough(troubles)) {
        troubles.next();
      }
    } finally {
      played = stop(histories);
      over.countDown();
    }
    progress.join();
    return played;
  }

  private boolean isEnough(Troubles troubles) {
    boolean all =
        counts.done().size() == Kind.values().length
            && counts.denials().keySet().containsAll(LIMITS_MET);
    return counts.answers() >= options.calls()
        && troubles.mayEnd()
        && (all || troubles.isHopeless());
  }

  private void show(CountDownLatch over, Histories histories, Troubles troubles) {
    try {
      Progress.follow(
          "steps",
          options.calls() + (long) CALLS_OF_A_TROUBLE * Trouble.values().length,
          over,
          () ->
              Math.min(counts.answers(), options.calls())
                  + (long) CALLS_OF_A_TROUBLE * troubles.felt(),
          () ->
              "%,d answers, %d of %d troubles felt; allowed %d, denied %d, sent again %d; %s"
                  .formatted(
                      counts.answers(),
                      troubles.felt(),
                      Trouble.values().length,
                      counts.allowed(),
                      counts.denied(),
                      histories.retries(),
                      troubles.now()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<History> stop(Histories histories) throws ChaosFailure, InterruptedException {
    try {
      return histories.stop();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new ChaosFailure("a history can't go on: " + e, e);
    }
  }

  private static void compare(List<History> played, AtRest atRest)
      throws ChaosFailure, InterruptedException {
    try {
      atRest.check(played, REST_MAX);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new ChaosFailure("what was told can't be compared: " + e.getMessage(), e);
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
      if (!counts.done().containsKey(kind)) {
        findings.add("no client has come to a good end with '%s'", kind);
      }
    }
    for (String code : LIMITS_MET) {
      if (!counts.denials().containsKey(code)) {
        findings.add("nothing was denied for %s", code);
      }
    }
    int ends = troubles.tried(Trouble.NODE_KILLED) + troubles.tried(Trouble.NODE_RESTARTED);
    if (site.starts() != 1 + ends) {
      findings.add("the node was started %d times, and ended %d times", site.starts(), ends);
    }
  }

  private void print(int histories, Troubles troubles, long retries) {
    summary.print(histories, counts, retries);
    summary.line("troubles felt", HistorySummary.counts(words(troubles.effective())));
    if (!troubles.withoutEffect().isEmpty()) {
      summary.line("not felt", HistorySummary.counts(words(troubles.withoutEffect())));
    }
    printFindings();
  }

  private void printFindings() {
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
