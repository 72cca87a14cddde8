package dev.bursar.benchmarks.inhouse;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The process: {@code --mode inhouse --port PORT --jdbc-url URL [--pool N]} or {@code --mode noop
 * --port PORT}. Port 0 takes any that is free. Serves until it is ended.
 */
public final class InHouseServer implements AutoCloseable {

  /** Tuned on two cores: more connections only queue for the same row locks and cores. */
  public static final int POOL_SIZE = 16;

  private final ActorSystem<Void> system;
  private final ServerBinding binding;
  private final Runnable closeDatabase;

  private InHouseServer(ActorSystem<Void> system, ServerBinding binding, Runnable closeDatabase) {
    this.system = system;
    this.binding = binding;
    this.closeDatabase = closeDatabase;
  }

  public static void main(String[] args) {
    Map<String, String> options = options(args);
    int port = Integer.parseInt(required(options, "port"));
    if (required(options, "mode").equals("noop")) {
      startNoOp(port);
    } else {
      int pool = Integer.parseInt(options.getOrDefault("pool", Integer.toString(POOL_SIZE)));
      start(port, required(options, "jdbc-url"), pool);
    }
  }

  /** Serves reservations from a database that has the schema. */
  public static InHouseServer start(int port, String jdbcUrl, int poolSize) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setMaximumPoolSize(poolSize);
    config.setAutoCommit(false);
    HikariDataSource dataSource = new HikariDataSource(config);
    // As many threads as connections: no thread ever waits for one.
    ExecutorService blocking =
        Executors.newFixedThreadPool(poolSize, Thread.ofPlatform().name("jdbc-", 0).factory());
    InHouseReservations reservations = new InHouseReservations(dataSource, Clock.systemUTC());
    return bind(
        port,
        new InHouseRoutes(reservations, blocking).route(),
        () -> {
          blocking.shutdown();
          dataSource.close();
        });
  }

  /** Serves the same routes, which parse, do nothing, and answer. */
  public static InHouseServer startNoOp(int port) {
    return bind(port, new NoOpRoutes().route(), () -> {});
  }

  private static InHouseServer bind(int port, Route route, Runnable closeDatabase) {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "inhouse");
    CompletionStage<ServerBinding> binding =
        Http.get(system).newServerAt("127.0.0.1", port).bind(route);
    return new InHouseServer(system, binding.toCompletableFuture().join(), closeDatabase);
  }

  public int port() {
    return binding.localAddress().getPort();
  }

  @Override
  public void close() {
    binding.unbind().toCompletableFuture().join();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    closeDatabase.run();
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      options.put(args[i].replaceFirst("^--", ""), args[i + 1]);
    }
    return options;
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is required");
    }
    return value;
  }
}
