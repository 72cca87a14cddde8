package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.bench.BenchFailure;
import dev.bursar.benchmarks.bench.ChildProcess;
import dev.bursar.benchmarks.bench.Jvm;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.replay.Pace;
import dev.bursar.benchmarks.replay.Replay;
import dev.bursar.benchmarks.replay.ReplayFailure;
import dev.bursar.benchmarks.replay.ReplayOptions;
import dev.bursar.benchmarks.trace.TraceException;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients make calls against one real node, as in a replay, and ask again with the same key when
 * they are not answered; meanwhile node, PostgreSQL and the network between them fail. In the end
 * what the clients were told is compared with the ledger.
 */
public final class Chaos {

  private static final String KEY = "chaos-operator-key";
  private static final int ORGS = 5;
  private static final int CONNECTIONS = 16;
  private static final int PAUSE_MILLIS_MAX = 4_000;
  private static final int PAUSE_MILLIS_MIN = 500;

  private final ChaosOptions options;
  private final PrintStream out;
  private final Random random;
  private final Path data;
  private final int port;
  private final Map<Trouble, Integer> troubles = new EnumMap<>(Trouble.class);
  private EmbeddedDatabase database;
  private final CuttingProxy proxy;
  private ChildProcess node;
  private int starts;

  private Chaos(ChaosOptions options, PrintStream out) throws ChaosFailure {
    this.options = options;
    this.out = out;
    this.random = new Random(options.seed());
    this.data = options.directory().resolve("data");
    this.database = EmbeddedDatabase.open(data);
    try {
      this.proxy = new CuttingProxy(postgresPort(database));
      this.port = Endpoint.freePort();
      this.node = startNode();
    } catch (IOException | BenchFailure e) {
      database.close();
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Runs it, and prints what was done and what came of it. The database is stopped then, and can be
   * verified.
   *
   * @return whether every call was answered in the end, and every credit is where it should be
   */
  public static boolean run(ChaosOptions options, PrintStream out)
      throws ChaosFailure, InterruptedException {
    try {
      Files.createDirectories(options.directory());
    } catch (IOException e) {
      throw new ChaosFailure("the directory can't be made: " + e.getMessage(), e);
    }
    Chaos chaos = new Chaos(options, out);
    try {
      return chaos.run();
    } finally {
      chaos.close();
    }
  }

  private boolean run() throws ChaosFailure, InterruptedException {
    awaitNode();
    FutureTask<Boolean> calls = new FutureTask<>(this::replay);
    Thread caller = Thread.ofPlatform().name("chaos-calls").start(calls);
    boolean good;
    try {
      while (!isDone(calls, quietMillis())) {
        make(Trouble.values()[random.nextInt(Trouble.values().length)]);
      }
      good = calls.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new ChaosFailure(String.valueOf(cause == null ? e : cause.getMessage()), e);
    } finally {
      caller.interrupt();
    }
    troubles.forEach((trouble, times) -> out.printf("%-18s %d%n", trouble.words(), times));
    out.printf("node started       %d times%n", starts);
    return good;
  }

  private boolean replay() throws TraceException, ReplayFailure, InterruptedException {
    return new Replay(
            new ReplayOptions(
                null,
                endpoint(),
                ORGS,
                options.seed(),
                new Pace.Rate(options.rate()),
                CONNECTIONS,
                options.calls()),
            out)
        .run();
  }

  private int quietMillis() {
    return options.quietMillisMin()
        + random.nextInt(1 + options.quietMillisMax() - options.quietMillisMin());
  }

  private static boolean isDone(FutureTask<?> task, long millis)
      throws InterruptedException, ExecutionException {
    try {
      task.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  // ---- troubles

  private void make(Trouble trouble) throws ChaosFailure, InterruptedException {
    troubles.merge(trouble, 1, Integer::sum);
    switch (trouble) {
      case NODE_KILLED -> {
        node.kill();
        start();
      }
      case NODE_PAUSED -> {
        signal(node.pid(), "STOP");
        pause();
        signal(node.pid(), "CONT");
      }
      case POSTGRES_KILLED -> {
        killPostgres();
        pause();
        openDatabase();
      }
      case CONNECTIONS_CUT -> proxy.cutAll();
      case COMMIT_UNHEARD -> proxy.dropNextCommit();
      case NETWORK_SILENT -> {
        proxy.silent(true);
        pause();
        proxy.silent(false);
      }
    }
    if (!node.isAlive()) {
      // It may give up where its database is away while it starts.
      start();
    }
  }

  private void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(
        PAUSE_MILLIS_MIN + random.nextInt(PAUSE_MILLIS_MAX - PAUSE_MILLIS_MIN));
  }

  private static void signal(long pid, String name) throws ChaosFailure, InterruptedException {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new ChaosFailure("there is no program kill: " + e.getMessage(), e);
    }
  }

  private void killPostgres() throws ChaosFailure, InterruptedException {
    try {
      long postmaster =
          Long.parseLong(
              Files.readAllLines(data.resolve("postgres").resolve("postmaster.pid"))
                  .getFirst()
                  .strip());
      signal(postmaster, "KILL");
    } catch (IOException e) {
      throw new ChaosFailure("PostgreSQL is not there: " + e.getMessage(), e);
    }
  }

  private void openDatabase() {
    try {
      database.close();
    } catch (RuntimeException e) {
      // It was killed.
    }
    database = EmbeddedDatabase.open(data);
    proxy.upstream(postgresPort(database));
  }

  // ---- the node

  private void start() throws ChaosFailure, InterruptedException {
    try {
      node.close();
      node = startNode();
    } catch (BenchFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private ChildProcess startNode() throws BenchFailure {
    starts++;
    DatabaseSettings behind = database.settings();
    String path = URI.create(behind.jdbcUrl().substring("jdbc:".length())).getRawPath();
    String through =
        "jdbc:postgresql://127.0.0.1:%d%s?user=%s".formatted(proxy.port(), path, behind.user());
    return ChildProcess.start(
        "node",
        Jvm.command(
            "dev.bursar.cli.Bursar",
            "up",
            "--no-demo",
            "--port",
            Integer.toString(port),
            "--postgres",
            through,
            "--data",
            options.directory().resolve("node").toString()),
        Map.of("BURSAR_OPERATOR_KEY", KEY),
        options.directory().resolve("node-%d.log".formatted(starts)));
  }

  private void awaitNode() throws ChaosFailure, InterruptedException {
    try (PatientConnection connection = new PatientConnection(endpoint(), new LongAdder())) {
      connection.call(Request.get("/health/ready"));
    } catch (CallFailure e) {
      throw new ChaosFailure("the node does not become ready: " + e.getMessage(), e);
    }
  }

  private Endpoint endpoint() {
    return Endpoint.local(port).withBearer(KEY);
  }

  private static int postgresPort(EmbeddedDatabase database) {
    return URI.create(database.settings().jdbcUrl().substring("jdbc:".length())).getPort();
  }

  private void close() {
    for (AutoCloseable each : List.<AutoCloseable>of(node, proxy, database)) {
      try {
        each.close();
      } catch (Exception e) {
        out.println("not ended in good order: " + e.getMessage());
      }
    }
  }
}
