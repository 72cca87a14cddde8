package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.inhouse.InHouseDatabase;
import dev.bursar.benchmarks.inhouse.InHouseServer;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The in-house server on a database of its own, with the settings that Bursar's has; or the one
 * that does nothing.
 */
final class BaselineServer extends ServerUnderTest {

  private static final Duration START_MAX = Duration.ofMinutes(1);

  /** In micro-credits, a billion credits. */
  private static final long OUT_OF_REACH = 1_000_000_000_000_000L;

  private final @Nullable EmbeddedDatabase database;

  private BaselineServer(
      ChildProcess process, Endpoint endpoint, @Nullable EmbeddedDatabase database) {
    super(process, endpoint);
    this.database = database;
  }

  static BaselineServer startInHouse(Path directory, int port)
      throws BenchFailure, InterruptedException {
    EmbeddedDatabase database = EmbeddedDatabase.temporary();
    try {
      String url = url(database.settings());
      InHouseDatabase.create(url);
      return start(Contender.IN_HOUSE, directory, port, database, "--jdbc-url", url);
    } catch (SQLException e) {
      database.close();
      throw new BenchFailure("in-house: no schema: " + e.getMessage(), e);
    } catch (BenchFailure | InterruptedException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  static BaselineServer startNoOp(Path directory, int port)
      throws BenchFailure, InterruptedException {
    return start(Contender.NO_OP, directory, port, null);
  }

  private static BaselineServer start(
      Contender contender,
      Path directory,
      int port,
      @Nullable EmbeddedDatabase database,
      String... more)
      throws BenchFailure, InterruptedException {
    String[] arguments = new String[4 + more.length];
    arguments[0] = "--mode";
    arguments[1] = contender == Contender.NO_OP ? "noop" : "inhouse";
    arguments[2] = "--port";
    arguments[3] = Integer.toString(port);
    System.arraycopy(more, 0, arguments, 4, more.length);
    ChildProcess process =
        ChildProcess.start(
            contender.label(),
            Jvm.command(InHouseServer.class.getName(), arguments),
            Map.of(),
            directory.resolve("output.log"));
    BaselineServer server = new BaselineServer(process, Endpoint.local(port), database);
    try {
      server.awaitReady(START_MAX, status -> status > 0);
      return server;
    } catch (BenchFailure | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  @Override
  void addCustomers(Shape shape, BenchProgress progress) throws BenchFailure {
    if (database == null) {
      return;
    }
    progress.say("making " + shape.orgs().size() + " orgs");
    try {
      InHouseDatabase.add(
          url(database.settings()),
          new InHouseDatabase.Customers(
              shape.orgs(),
              Shape.DEPARTMENT,
              Shape.PRODUCT,
              Shape.COST_CENTER,
              Shape.TEAM,
              shape.users(),
              OUT_OF_REACH,
              OUT_OF_REACH,
              OUT_OF_REACH));
    } catch (SQLException e) {
      throw new BenchFailure("in-house: no orgs: " + e.getMessage(), e);
    }
  }

  private static String url(DatabaseSettings settings) {
    return settings.jdbcUrl() + "?user=" + settings.user();
  }

  @Override
  public void close() {
    super.close();
    if (database != null) {
      database.close();
    }
  }
}
