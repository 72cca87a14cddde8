package dev.bursar.projections;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.export.Export;
import dev.bursar.projections.tree.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Join;
import org.jspecify.annotations.Nullable;

/** The read side of a node that is a cluster of its own, or one of a cluster's. */
final class ReadSide implements AutoCloseable {

  static final SigningKey SIGNING_KEY = SigningKey.generate("bursar.test");
  static final Duration PATIENCE = Duration.ofSeconds(90);

  final Projections projections;
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Database database;
  private final ActorSystem<Void> system;

  ReadSide(DatabaseSettings settings, Entities entities, InstantSource clock, String overrides) {
    this(settings, entities, clock, overrides, null);
  }

  /**
   * @param other in whose cluster it is; null if it is one of its own
   */
  ReadSide(
      DatabaseSettings settings,
      Entities entities,
      InstantSource clock,
      String overrides,
      @Nullable ReadSide other) {
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(
                ConfigFactory.parseString(
                    """
                    pekko.actor.provider = cluster
                    pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                    pekko.cluster.jmx.enabled = off
                    pekko.cluster.min-nr-of-members = 1
                    pekko.loglevel = WARNING
                    pekko.coordinated-shutdown.exit-jvm = off
                    pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    bursar.projections { catch-up-timeout = 60s, query-timeout = 60s }
                    # The worlds of tests do not grow old.
                    bursar.projections.retention {
                      usage-events = 36500d, usage-hours = 36500d, usage-days = 36500d
                    }
                    """))
            .withFallback(ConfigFactory.parseResources("quick-cluster.conf"))
            .withFallback(ConfigFactory.parseResources("projections.conf"))
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    database = Database.open(settings.withPoolSize(10));
    system = ActorSystem.create(Behaviors.empty(), "read-side", config);
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create((other == null ? this : other).address()));
    projections = Projections.start(system, database, entities, clock, SIGNING_KEY, metrics);
  }

  private Address address() {
    return Cluster.get(system).selfMember().address();
  }

  /** Takes another for dead, which ends its part in the cluster. */
  void down(ReadSide other) {
    Cluster.get(system).manager().tell(new Down(other.address()));
  }

  /** As a node that is stopped; what it was doing may be cut off anywhere. */
  @Override
  public void close() {
    projections.stop();
    system.terminate();
    await(system.getWhenTerminated());
    database.close();
  }

  void caughtUp() {
    await(projections.progress().caughtUp());
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** All rows of an export. */
  static <T> List<T> all(CompletionStage<Export<T>> begun) {
    List<T> rows = new ArrayList<>();
    try (Export<T> export = await(begun)) {
      for (var part = await(export.next()); part.isPresent(); part = await(export.next())) {
        rows.addAll(part.get());
      }
    }
    return rows;
  }

  /** Waits for a condition that somebody else brings about. */
  static void until(BooleanSupplier condition) {
    CountDownLatch never = new CountDownLatch(1);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not within " + PATIENCE);
        }
        never.await(10, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
