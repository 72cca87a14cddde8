package dev.bursar.cli;

import dev.bursar.api.access.Authentication;
import dev.bursar.database.DataDirectory;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.node.Node;
import dev.bursar.node.NodeSettings;
import dev.bursar.sidecar.command.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bursar up}: one node, on a PostgreSQL of its own or on a given one. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Start one node, on an embedded PostgreSQL that is kept in a directory, or on a given one.",
      "A restart finds everything. Ctrl-C stops it."
    })
final class UpCommand implements Callable<Integer> {

  private static final int PORT_MAX = 65_535;

  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "The port to listen on. Default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "The address to listen on. Default: ${DEFAULT-VALUE}")
  private String host;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the embedded PostgreSQL is kept. Default: .bursar in the project's folder")
  private @Nullable Path data;

  @Option(
      names = "--postgres",
      paramLabel = "JDBC_URL",
      description =
          "A PostgreSQL to use instead, such as jdbc:postgresql://host/db?user=u&password=p")
  private @Nullable String postgres;

  @Option(
      names = "--catalog",
      paramLabel = "FILE",
      description = "A file of the catalog; several are read as one. Default: the one in config/")
  private List<Path> catalog = List.of();

  @Option(
      names = "--span-mapping",
      paramLabel = "FILE",
      description =
          "How spans of OpenTelemetry are read into usage. Default: otel.yaml in config/, which"
              + " explains itself")
  private @Nullable Path spanMapping;

  @Option(names = "--no-demo", description = "Load no demo org.")
  private boolean noDemo;

  @Option(
      names = "--operator-key",
      paramLabel = "KEY",
      defaultValue = "${env:BURSAR_OPERATOR_KEY}",
      description =
          "The secret of the operator's key. Default: $$BURSAR_OPERATOR_KEY, else one made at the"
              + " first start and kept in DIR")
  private @Nullable String operatorKey;

  @Option(
      names = "--test-clock",
      paramLabel = "START",
      description =
          "Stop the clock at this time, such as 2024-01-01T00:00:00Z; PUT /v1/test_clock moves it. On"
              + " data that is there already: when the last event on record happened, or later.")
  private @Nullable String testClock;

  @Override
  public Integer call() throws InterruptedException {
    LibraryChatter.silence();
    Instant clockStart = clockStart();
    demandFree(host, port);
    demandSecret(operatorKey);
    Path directory = DataFolder.of(data);
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch stopped = new CountDownLatch(1);
    try (EmbeddedDatabase embedded = postgres == null ? EmbeddedDatabase.open(directory) : null;
        DataDirectory held = postgres == null ? null : DataDirectory.hold(directory)) {
      if (embedded != null) {
        embedded.endWithProcess();
      }
      DatabaseSettings database =
          embedded != null ? embedded.settings() : DatabaseSettings.of(String.valueOf(postgres));
      String key = operatorKey != null ? operatorKey : DataFolder.operatorKey(directory);
      String name = UUID.randomUUID().toString();
      try (Node node =
          Node.start(
              new NodeSettings(
                  database,
                  host,
                  port,
                  catalog,
                  spanMapping,
                  key,
                  clockStart,
                  name,
                  DataFolder.lastNode(directory),
                  directory.resolve("ledger-signing-key.pem")))) {
        DataFolder.keepNode(directory, name);
        String address = "http://%s:%d".formatted(host, node.address().getPort());
        if (!noDemo) {
          new Demo(address, key).load(clockStart != null ? clockStart : Instant.now());
        }
        node.ready();
        out.println(greeting(address, key, embedded != null ? directory : null));
        out.flush();
        if (embedded != null) {
          // Once the node has stopped.
          embedded.endWhenClosed();
        }
        Terminal.awaitInterrupt(stopped);
        out.println("bursar: stopping");
        out.flush();
      }
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private @Nullable Instant clockStart() {
    try {
      return testClock == null ? null : Instant.parse(testClock);
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          "--test-clock: %s is not a time; 2024-01-01T00:00:00Z is".formatted(testClock), e);
    }
  }

  private static void demandSecret(@Nullable String key) {
    if (key != null && !Authentication.isSecret(key)) {
      throw new CommandFailure(
          "--operator-key, or $BURSAR_OPERATOR_KEY: no request could carry it; 1 to 200 characters of"
              + " ASCII without spaces would do");
    }
  }

  /** Better said before a database is started than after. */
  private static void demandFree(String host, int port) {
    if (port < 0 || port > PORT_MAX) {
      throw new CommandFailure("--port: %d is not a port; 0 to 65535 are".formatted(port));
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException e) {
      throw new CommandFailure(
          "--port: %d can't be listened on: %s".formatted(port, e.getMessage()), e);
    }
  }

  private String greeting(String address, String key, @Nullable Path directory) {
    String kept = directory == null ? "the given PostgreSQL" : directory.toString();
    // A secret that came from the environment does not belong into a log.
    String shown = isFromEnvironment() ? "$BURSAR_OPERATOR_KEY" : key;
    String head =
        """

        Bursar listens on %s
        operator's key    %s
        data kept in      %s
        """
            .formatted(address, shown, kept);
    return noDemo ? head : head + Demo.tries(address, authorization(key));
  }

  /** The header as a shell takes it: it puts in what is in the environment, and nothing else. */
  private String authorization(String key) {
    return isFromEnvironment()
        ? "\"Authorization: Bearer $BURSAR_OPERATOR_KEY\""
        : "'Authorization: Bearer %s'".formatted(key.replace("'", "'\\''"));
  }

  private boolean isFromEnvironment() {
    return operatorKey != null && operatorKey.equals(System.getenv("BURSAR_OPERATOR_KEY"));
  }
}
