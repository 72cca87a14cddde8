package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.LoadPlan;
import dev.bursar.benchmarks.load.LoadResult;
import dev.bursar.benchmarks.load.OpenLoop;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.benchmarks.usage.UsageLoad;
import dev.bursar.benchmarks.usage.UsageLoadFailure;
import dev.bursar.benchmarks.usage.UsageLoadOptions;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.node.catalog.CatalogFile;
import dev.bursar.projections.rebuild.RebuildReport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The read side at size: how soon what was used can be seen under load, how fast read models are
 * made anew from the journal that the load has written, and how fast questions about a month of so
 * many events are answered.
 */
public final class UsageBench {

  private static final Duration CALL_MAX = Duration.ofMinutes(2);
  private static final int STATUS_OK = 200;
  private static final int CONNECTIONS = 64;
  private static final long SEED = 1;

  /** Of the rate that is asked for. */
  private static final double RATE_REACHED = 0.99;

  /** Not counted, at the rate that is asked for. */
  private static final Duration SETTLES = Duration.ofSeconds(5);

  private static final double SEEN_P99_MS_MAX = 250;
  private static final double REBUILD_EVENTS_MIN = 20_000;

  private final UsageBenchOptions options;
  private final PrintStream out;
  private final Targets targets = new Targets();

  public UsageBench(UsageBenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Runs it, and prints what came of it.
   *
   * @return whether it was as fast as it is to be at the size that the targets are for
   */
  public boolean run() throws BenchFailure, InterruptedException {
    try (Workspace workspace = new Workspace()) {
      Path directory = workspace.directory("usage");
      try (BursarServer server = BursarServer.start(directory, ServerUnderTest.freePort());
          Database database = Database.open(settings(server))) {
        out.printf(
            Locale.ROOT,
            "%d processors, PostgreSQL and client on the same machine%n",
            Runtime.getRuntime().availableProcessors());
        for (Shape shape : options.shapes()) {
          seen(server, database, shape);
        }
        // Before there are events that the journal knows nothing of.
        rebuild(database);
        questions(server, database);
      }
      workspace.succeeded();
    }
    out.println(
        "targets, for 2,000 one-shots a second over 60 s and 10,000,000 events of one org in one month"
            + (options.isAtSize() ? "" : "; what was measured is less than that"));
    targets.lines().forEach(out::println);
    return targets.met();
  }

  private static DatabaseSettings settings(BursarServer server) throws BenchFailure {
    return EmbeddedDatabase.runningAt(server.data())
        .orElseThrow(() -> new BenchFailure("the server's database does not run"))
        .withPoolSize(2);
  }

  // ---- how soon

  private void seen(BursarServer server, Database database, Shape shape)
      throws BenchFailure, InterruptedException {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    SeenAfter probe = new SeenAfter(server, database, shape.orgs());
    LoadResult load;
    long seconds = SETTLES.toSeconds() + options.seconds();
    try (BenchProgress progress = new BenchProgress(2L * options.warmupSeconds() + seconds)) {
      progress.begin("orgs");
      server.addCustomers(shape, progress);
      if (options.warmupSeconds() > 0) {
        // By as many as it answers: a fixed rate, from cold, leaves calls waiting for a minute.
        progress.begin("warm-up");
        ServerTrial.heat(
            server,
            new Traffic(shape, "heat-" + shape.label()),
            CONNECTIONS,
            options.warmupSeconds(),
            progress);
      }
      progress.begin(options.rate() + " one-shots a second");
      Thread prober =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      Thread.sleep(SETTLES);
                      probe.run(Duration.ofSeconds(options.seconds()));
                    } catch (BenchFailure | InterruptedException e) {
                      failure.set(e);
                    }
                  });
      load =
          OpenLoop.run(
              server.endpoint(),
              new LoadPlan(CONNECTIONS, SETTLES, Duration.ofSeconds(options.seconds()), CALL_MAX),
              options.rate(),
              new Traffic(shape, "usage-" + shape.label()).oneShot(),
              millis -> progress.elapsed(millis, seconds));
      prober.join();
    }
    Exception fault = failure.get();
    if (fault != null) {
      throw new BenchFailure(String.valueOf(fault.getMessage()), fault);
    }
    out.printf(
        Locale.ROOT,
        "credits seen after, at %,.0f one-shots/s for %d s over %,d orgs: one-shots %s; reserved and committed %s; one-shots answered p99 %,.0f ms%s%n",
        load.rate(),
        options.seconds(),
        shape.orgs().size(),
        probe.oneShots(),
        probe.commits(),
        load.latency().p99(),
        load.errorLine().isEmpty() ? "" : "; not ok: " + load.errorLine());
    targets.atMost("credits seen, p99, " + shape.label(), probe.p99(), SEEN_P99_MS_MAX, "ms");
    targets.atLeast(
        "one-shots that were allowed, " + shape.label(),
        load.rate(),
        RATE_REACHED * options.rate(),
        "a second");
  }

  // ---- how fast anew

  private void rebuild(Database database) throws BenchFailure {
    rebuild(database, "usage alone", List.of("usage"));
    rebuild(database, "all read models", List.of());
  }

  private void rebuild(Database database, String what, List<String> models) throws BenchFailure {
    RebuildReport report = RebuildSpeed.measure(database.settings(), models);
    out.println(RebuildSpeed.line(what, report));
    targets.atLeast(
        "rebuild of " + what, RebuildSpeed.eventsPerSecond(report), REBUILD_EVENTS_MIN, "events/s");
  }

  // ---- how fast

  private void questions(BursarServer server, Database database)
      throws BenchFailure, InterruptedException {
    LocalDate first = LocalDate.now(ZoneOffset.UTC).minusMonths(1).withDayOfMonth(1);
    UsageLoad load =
        new UsageLoad(
            new UsageLoadOptions(
                server.endpoint(),
                database.settings(),
                options.events(),
                1,
                SEED,
                first,
                first.lengthOfMonth()),
            CatalogFile.configured());
    long rate;
    try {
      rate = load.run();
    } catch (UsageLoadFailure e) {
      throw new BenchFailure(String.valueOf(e.getMessage()), e);
    }
    out.printf(
        Locale.ROOT,
        "%,d usage events of one org in one month, written at %,d/s; they and their sums take %,d MB%n",
        options.events(),
        rate,
        megabytes(database));
    out.printf("%-44s%12s%12s%12s%12s%n", "question", "p50 ms", "p99 ms", "longest", "answer kB");
    Instant from = first.atStartOfDay().toInstant(ZoneOffset.UTC);
    Instant to = first.plusMonths(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    for (UsageQuestion question : questions()) {
      ask(server, question, question.path(load.orgs().getFirst(), from, to));
    }
  }

  private static List<UsageQuestion> questions() {
    String team = UsageLoad.teams().getFirst();
    List<UsageQuestion> questions = new ArrayList<>();
    questions.add(
        new UsageQuestion("month by team and model", "usage", "group_by=team,model", 200));
    questions.add(new UsageQuestion("one team's month", "usage", "filter[team]=" + team, 50));
    questions.add(
        new UsageQuestion(
            "one team's month by day", "usage", "filter[team]=" + team + "&interval=day"));
    questions.add(
        new UsageQuestion(
            "month by department and day, in Berlin",
            "usage",
            "group_by=department&interval=day&timezone=Europe/Berlin"));
    questions.add(
        new UsageQuestion(
            "one user's month by model",
            "usage",
            "filter[user]=" + UsageLoad.user() + "&group_by=model"));
    questions.add(new UsageQuestion("month by user", "usage", "group_by=user"));
    questions.add(new UsageQuestion("month by user and model", "usage", "group_by=user,model"));
    questions.add(new UsageQuestion("a page of events", "events", ""));
    questions.add(
        new UsageQuestion("a page of one team's events", "events", "filter[team]=" + team));
    questions.add(new UsageQuestion("a page of what was denied", "events", "decision=deny"));
    questions.add(
        new UsageQuestion("events of a model that nobody uses", "events", "filter[model]=none"));
    return questions;
  }

  private void ask(BursarServer server, UsageQuestion question, String path) throws BenchFailure {
    Histogram histogram = Latency.newHistogram();
    int bytes = 0;
    try (HttpConnection connection = new HttpConnection(server.endpoint(), CALL_MAX)) {
      // Once for the caches.
      for (int i = 0; i <= options.asked(); i++) {
        long start = System.nanoTime();
        Response response = connection.call(Request.get(path));
        if (response.status() != STATUS_OK) {
          throw new BenchFailure(
              "%s: status %d %s".formatted(path, response.status(), response.text()));
        }
        if (i > 0) {
          Latency.record(histogram, System.nanoTime() - start);
        }
        bytes = response.body().length;
      }
    } catch (CallFailure e) {
      throw new BenchFailure(path + ": " + e.getMessage(), e);
    }
    Latency latency = Latency.of(histogram);
    out.printf(
        Locale.ROOT,
        "%-44s%12.1f%12.1f%12.1f%12.1f%n",
        question.label(),
        latency.p50(),
        latency.p99(),
        latency.max(),
        bytes / 1e3);
    if (question.msMax() > 0) {
      targets.atMost(question.label() + ", p99", latency.p99(), question.msMax(), "ms");
    }
  }

  private static long megabytes(Database database) {
    return database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
                            where c.relname like 'usage_%' and c.relkind = 'r'
                            """)
                        .mapTo(Long.class)
                        .one())
        / 1_000_000;
  }
}
