package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.bench.BenchFailure;
import dev.bursar.benchmarks.bench.ChildProcess;
import dev.bursar.benchmarks.bench.Jvm;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.database.proxy.Countdown;
import dev.bursar.database.proxy.JournalTap;
import dev.bursar.database.proxy.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * One node in a process of its own, its PostgreSQL, and a proxy before each. Everything is durable;
 * the node knows PostgreSQL only through its proxy, and callers the node.
 */
final class Site implements AutoCloseable {

  private static final String KEY = "chaos-operator-key";

  /** What Java exits with when it ends on SIGTERM. */
  private static final int ENDED_AS_ASKED = 128 + 15;

  private static final Duration START_MAX = Duration.ofMinutes(5);

  private final ChaosOptions options;
  private final Path logs;
  private int port;
  private final Thread hook = new Thread(this::abandon, "chaos-end");
  private volatile EmbeddedDatabase database;
  private volatile ChildProcess node;
  private int starts;

  /**
   * Held while either is being started, or PostgreSQL stopped: Ctrl-C waits for that, and then ends
   * what there is.
   */
  private final Object replacing = new Object();

  /** Ctrl-C: nothing is started any more. Guarded by {@link #replacing}. */
  private boolean abandoned;

  /** Commits of the journal that the node is not to hear of. */
  final Countdown unheardCommits = new Countdown();

  /** Answers of the node that nobody is to hear. */
  final Countdown unheardAnswers = new Countdown();

  final TcpProxy toPostgres;
  final TcpProxy toNode;

  /**
   * Starts all of it.
   *
   * @param logs where the output of each of the node's processes is kept
   */
  Site(ChaosOptions options, Path logs) throws ChaosFailure, InterruptedException {
    this.options = options;
    this.logs = logs;
    synchronized (replacing) {
      Runtime.getRuntime().addShutdownHook(hook);
      this.database = EmbeddedDatabase.open(data());
      try {
        this.port = Endpoint.freePort();
        this.toPostgres =
            new TcpProxy(database.settings().port(), () -> new JournalTap(unheardCommits));
        this.toNode = new TcpProxy(port, () -> new AnswerTap(unheardAnswers));
        this.node = startNode();
      } catch (IOException | BenchFailure e) {
        database.close();
        throw new ChaosFailure(String.valueOf(e.getMessage()), e);
      }
    }
    try {
      awaitNode();
    } catch (ChaosFailure e) {
      close();
      throw e;
    }
  }

  /** Where those who call find the node. */
  Endpoint endpoint() {
    return Endpoint.local(toNode.port()).withBearer(KEY);
  }

  /** How often the node was started. */
  int starts() {
    return starts;
  }

  /** What the node's process says at its end, if it has ended though nobody made it. */
  Optional<String> ended() {
    return node.isAlive() ? Optional.empty() : Optional.of(node.lastWords("has ended"));
  }

  // ---- the node

  /** Ends the node at once. */
  void killNode() throws InterruptedException {
    node.kill();
  }

  /** Asks the node to end; what is wrong with how it did, if anything is. */
  Optional<String> endNode() {
    if (!node.end()) {
      return Optional.of("the node did not end when it was asked to, and was killed");
    }
    return node.exitValue() == ENDED_AS_ASKED
        ? Optional.empty()
        : Optional.of(node.lastWords("did not end in good order"));
  }

  /** Starts the node anew, and waits until it is ready. */
  void restartNode() throws ChaosFailure, InterruptedException {
    node.close();
    try {
      // Somebody else may have taken the port in the meantime.
      port = Endpoint.freePort();
      toNode.upstream(port);
      synchronized (replacing) {
        if (abandoned) {
          return;
        }
        node = startNode();
      }
    } catch (BenchFailure | IOException e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
    awaitNode();
  }

  /** Has the node stand still. */
  void stopNode() throws ChaosFailure, InterruptedException {
    try {
      node.pause();
    } catch (BenchFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Has the node go on. */
  void continueNode() throws ChaosFailure, InterruptedException {
    try {
      node.resume();
    } catch (BenchFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private ChildProcess startNode() throws BenchFailure {
    starts++;
    DatabaseSettings through = database.settings().through(toPostgres.port());
    return ChildProcess.start(
        "the node",
        Jvm.command(
            List.of(
                // It does not live long enough for more compiling to pay.
                "-XX:TieredStopAtLevel=1",
                "-Dbursar.limits.grace=%dms".formatted(options.grace().toMillis())),
            "dev.bursar.cli.Bursar",
            "up",
            "--no-demo",
            "--port",
            Integer.toString(port),
            "--postgres",
            through.jdbcUrl() + "&user=" + through.user(),
            "--data",
            options.directory().resolve("node").toString()),
        Map.of("BURSAR_OPERATOR_KEY", KEY),
        logs.resolve("node-%d.log".formatted(starts)));
  }

  private void awaitNode() throws ChaosFailure, InterruptedException {
    try (PatientConnection connection =
        new PatientConnection(Endpoint.local(port), new LongAdder(), START_MAX)) {
      connection.call(Request.get("/health/ready"));
    } catch (CallFailure e) {
      throw new ChaosFailure(node.lastWords("does not become ready: " + e.getMessage()), e);
    }
  }

  // ---- PostgreSQL

  /** Ends PostgreSQL at once, and waits until its first process has ended. */
  void killPostgres() throws ChaosFailure, InterruptedException {
    long pid = database.pid();
    if (pid < 0) {
      throw new ChaosFailure("PostgreSQL is not there");
    }
    Signals.kill(pid);
  }

  /** Starts PostgreSQL anew. */
  void restartPostgres() {
    synchronized (replacing) {
      if (abandoned) {
        return;
      }
      try {
        database.close();
      } catch (RuntimeException e) {
        // It was killed.
      }
      database = EmbeddedDatabase.open(data());
      toPostgres.upstream(database.settings().port());
    }
  }

  /** Keeps everybody else from writing to the journal, until it is closed. */
  JournalLock lockJournal() throws ChaosFailure {
    return new JournalLock(database.settings());
  }

  private Path data() {
    return options.directory().resolve("data");
  }

  /** On Ctrl-C nothing is left running, sidecars neither. */
  private void abandon() {
    synchronized (replacing) {
      abandoned = true;
      ChildProcess.abandonAll();
      if (database != null) {
        database.close();
      }
    }
  }

  /** Ends all of it in good order. */
  @Override
  public void close() throws ChaosFailure {
    node.close();
    try (toNode;
        toPostgres) {
      synchronized (replacing) {
        database.close();
      }
    } catch (IOException e) {
      throw new ChaosFailure("a proxy can't be closed: " + e.getMessage(), e);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Ctrl-C: the hook finds all of it closed.
    }
  }
}
