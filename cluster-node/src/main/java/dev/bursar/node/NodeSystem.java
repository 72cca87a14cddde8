package dev.bursar.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/** The actor system of a node: its configuration, and its place in the cluster. */
public final class NodeSystem {

  private static final Duration UP_WITHIN = Duration.ofSeconds(30);

  private NodeSystem() {}

  /** The configuration of a node on this database: system properties, then {@code bursar.conf}. */
  public static Config config(DatabaseSettings database) {
    return ConfigFactory.defaultOverrides()
        .withFallback(address("slick", database))
        .withFallback(address("snapshots", database.withTimeouts(DatabaseTimeouts.ONE_LARGE_ROW)))
        .withFallback(ConfigFactory.parseResources("bursar.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  private static Config address(String name, DatabaseSettings database) {
    String db = "pekko-persistence-jdbc.shared-databases.%s.db.".formatted(name);
    return ConfigFactory.parseMap(
        Map.of(
            db + "url", database.connectionUrl(),
            db + "user", database.user(),
            db + "password", database.password()));
  }

  /** Starts an actor system that is a cluster of its own, and waits until it is up. */
  public static ActorSystem<Void> start(Config config) {
    CompletableFuture<Void> up = new CompletableFuture<>();
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.setup(
                context -> {
                  Cluster cluster = Cluster.get(context.getSystem());
                  cluster
                      .subscriptions()
                      .tell(
                          Subscribe.create(
                              context.<SelfUp>spawnAnonymous(
                                  Behaviors.receiveMessage(
                                      event -> {
                                        up.complete(null);
                                        return Behaviors.stopped();
                                      })),
                              SelfUp.class));
                  cluster.manager().tell(Join.create(cluster.selfMember().address()));
                  return Behaviors.empty();
                }),
            "bursar",
            config);
    try {
      up.get(UP_WITHIN.toSeconds(), TimeUnit.SECONDS);
      return system;
    } catch (ExecutionException | TimeoutException e) {
      system.terminate();
      throw new IllegalStateException("the node did not come up in " + UP_WITHIN, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      system.terminate();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
