package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.console.Progress;
import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.database.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bursar as {@code bursar up} starts it, of this build or of another checkout, on a data directory
 * of its own.
 */
final class BursarServer extends ServerUnderTest {

  private static final int STATUS_OK = 200;
  private static final Duration START_MAX = Duration.ofMinutes(2);

  /** Another checkout may have to be built first. */
  private static final Duration BUILD_AND_START_MAX = Duration.ofMinutes(15);

  private static final int SETUP_CONNECTIONS = 16;
  private static final long SETUP_MINUTES_MAX = 10;
  private static final String CREDIT_TYPE = "platform";
  private static final String OUT_OF_REACH = "1000000000";

  private final Path data;

  private BursarServer(ChildProcess process, Endpoint endpoint, Path data) {
    super(process, endpoint);
    this.data = data;
  }

  /** This build, by the class path that we run on, and with a warm start if there is one. */
  static BursarServer start(Path directory, int port) throws BenchFailure, InterruptedException {
    return start(directory, port, WarmStart.options());
  }

  /**
   * This build, by the class path that we run on.
   *
   * @param options further options of the JVM
   */
  static BursarServer start(Path directory, int port, List<String> options)
      throws BenchFailure, InterruptedException {
    return start(
        Contender.BURSAR,
        Jvm.command(options, "dev.bursar.cli.Bursar", up(directory, port)),
        directory,
        port,
        START_MAX);
  }

  /** Another checkout, by its own script, which builds it if it must. */
  static BursarServer startOther(Path checkout, Path directory, int port)
      throws BenchFailure, InterruptedException {
    Path script = checkout.resolve("bin").resolve("bursar").toAbsolutePath();
    if (!Files.isExecutable(script)) {
      throw new BenchFailure("against: there is no program " + script);
    }
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(up(directory, port)));
    return start(Contender.OTHER_BURSAR, command, directory, port, BUILD_AND_START_MAX);
  }

  private static String[] up(Path directory, int port) {
    return new String[] {
      "up", "--no-demo", "--port", Integer.toString(port), "--data", data(directory).toString()
    };
  }

  private static BursarServer start(
      Contender contender, List<String> command, Path directory, int port, Duration most)
      throws BenchFailure, InterruptedException {
    byte[] random = new byte[16];
    new Random().nextBytes(random);
    String key = "bench-" + HexFormat.of().formatHex(random);
    ChildProcess process =
        ChildProcess.start(
            contender.label(),
            command,
            Map.of(
                "BURSAR_OPERATOR_KEY",
                key,
                "BURSAR_JAVA_OPTS",
                String.join(" ", Jvm.flags()),
                "JAVA_HOME",
                Jvm.home().toString()),
            directory.resolve("output.log"));
    BursarServer server =
        new BursarServer(process, Endpoint.local(port).withBearer(key), data(directory));
    try {
      server.awaitReady(most, status -> status == STATUS_OK);
      return server;
    } catch (BenchFailure | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  void addCustomers(Shape shape, BenchProgress progress) throws BenchFailure, InterruptedException {
    List<String> orgs = shape.orgs();
    OrgSetup setup =
        new OrgSetup(endpoint(), Math.min(SETUP_CONNECTIONS, orgs.size()), new LongAdder());
    setup.start(orgs.size(), org -> requests(shape, orgs.get(org)));
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(SETUP_MINUTES_MAX);
    while (!setup.workers().finished().await(Progress.UPDATE_MILLIS, TimeUnit.MILLISECONDS)) {
      progress.say("making orgs " + setup.done() + " of " + orgs.size());
      if (System.nanoTime() - deadline > 0) {
        throw process().failure("made " + setup.done() + " orgs in " + SETUP_MINUTES_MAX + " min");
      }
    }
    try {
      setup.workers().check();
    } catch (Exception e) {
      BenchFailure failure = process().failure("would not have the orgs: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    }
  }

  /** Its database outlives a node that had to be killed, and must not run beside the next one. */
  @Override
  public void close() {
    super.close();
    closeDatabase();
  }

  /** Gives it so long to end. */
  void close(Duration most) {
    process().close(most);
    closeDatabase();
  }

  private void closeDatabase() {
    if (EmbeddedDatabase.runningAt(data).isPresent()) {
      EmbeddedDatabase.open(data).close();
    }
  }

  /** Where its database is kept. */
  Path data() {
    return data;
  }

  private static Path data(Path directory) {
    return directory.resolve("data");
  }

  private static OrgRequests requests(Shape shape, String org) {
    OrgRequests requests =
        new OrgRequests("bench-", org)
            .unit(Shape.DEPARTMENT, "department", null)
            .unit(Shape.TEAM, "team", Shape.DEPARTMENT)
            .unit(Shape.PRODUCT, "product", null)
            .unit(Shape.COST_CENTER, "cost_center", null);
    shape.users().forEach(user -> requests.user(user, Shape.TEAM));
    requests.wallet("main");
    requests.grant("main", "promotional", "promotional", 10, CREDIT_TYPE, OUT_OF_REACH);
    requests.grant("main", "paid", "paid", 50, CREDIT_TYPE, OUT_OF_REACH);
    requests.budget("org-month", "org", null, "month", CREDIT_TYPE, OUT_OF_REACH);
    requests.budget(
        "department-month", "department", Shape.DEPARTMENT, "month", CREDIT_TYPE, OUT_OF_REACH);
    requests.budget("team-month", "team", Shape.TEAM, "month", CREDIT_TYPE, OUT_OF_REACH);
    requests.budget("product-month", "product", Shape.PRODUCT, "month", CREDIT_TYPE, OUT_OF_REACH);
    requests.budget(
        "cost-center-month", "cost_center", Shape.COST_CENTER, "month", CREDIT_TYPE, OUT_OF_REACH);
    requests.budget("user-day", "each_user", null, "day", CREDIT_TYPE, OUT_OF_REACH);
    return requests;
  }
}
