package dev.bursar.node;

import com.typesafe.config.Config;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import dev.bursar.api.ApiPorts;
import dev.bursar.api.HttpServer;
import dev.bursar.api.Routes;
import dev.bursar.api.cost.FocusRoutes.Seller;
import dev.bursar.api.health.HealthRoutes.Readiness;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.api.lease.StreamTerms;
import dev.bursar.api.lease.ToldSidecars;
import dev.bursar.api.otlp.SpanMapping;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.Migrations;
import dev.bursar.domain.lease.Leasing;
import dev.bursar.domain.time.Clocks;
import dev.bursar.domain.time.TestClock;
import dev.bursar.domain.usage.UsageReporting;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.entities.EntityModels;
import dev.bursar.entities.Limits;
import dev.bursar.node.access.StoredKeys;
import dev.bursar.node.catalog.CatalogFile;
import dev.bursar.node.catalog.CurrentCatalog;
import dev.bursar.node.catalog.StoredCatalogVersions;
import dev.bursar.node.catalog.StoredRedemptions;
import dev.bursar.node.clock.NodeClock;
import dev.bursar.node.clock.SteppedClock;
import dev.bursar.node.entity.EntityCounts;
import dev.bursar.node.entity.EntityParts;
import dev.bursar.node.entity.JournalStore;
import dev.bursar.node.entity.LimitSettings;
import dev.bursar.node.entity.Region;
import dev.bursar.node.entity.ShardedEntities;
import dev.bursar.node.lease.NodeListeners;
import dev.bursar.node.otel.MappingFile;
import dev.bursar.node.storage.OtherNodes;
import dev.bursar.node.storage.StorageWatch;
import dev.bursar.node.yaml.FaultyYaml;
import dev.bursar.projections.Projections;
import dev.bursar.projections.progress.FreshWaits;
import dev.bursar.projections.tree.SigningKey;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: everything that runs in the process, constructed top to bottom. This is the map of it.
 */
public final class Node implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
  private static final Duration REQUESTS_END_WITHIN = Duration.ofSeconds(5);

  private final Database database;
  private final StorageWatch watch;
  private final ExecutorService blocking;
  private final CurrentCatalog catalog;
  private final ActorSystem<Void> system;
  private final Projections projections;
  private final NodeListeners listeners;
  private final HttpServer server;
  private final AtomicReference<Readiness> readiness;

  private Node(
      Database database,
      StorageWatch watch,
      ExecutorService blocking,
      CurrentCatalog catalog,
      ActorSystem<Void> system,
      Projections projections,
      NodeListeners listeners,
      HttpServer server,
      AtomicReference<Readiness> readiness) {
    this.database = database;
    this.watch = watch;
    this.blocking = blocking;
    this.catalog = catalog;
    this.system = system;
    this.projections = projections;
    this.listeners = listeners;
    this.server = server;
    this.readiness = readiness;
  }

  /**
   * Migrates the schema and starts a node; done when it listens. It says that it is ready once it
   * is told so, see {@link #ready}.
   *
   * @throws dev.bursar.database.DatabaseUnusable if the database can't be used, or another node is
   *     on it
   * @throws IllegalArgumentException if the catalog or the mapping of spans has faults, waits don't
   *     fit into each other, or the test clock would start before what is on record
   * @throws IllegalStateException if it can't listen, or does not come up
   */
  public static Node start(NodeSettings settings) {
    boolean catalogGiven = !settings.catalog().isEmpty();
    String document =
        catalogGiven ? CatalogFile.text(settings.catalog()) : CatalogFile.configuredText();
    SpanMapping spans =
        settings.spanMapping() == null
            ? MappingFile.configured()
            : MappingFile.read(settings.spanMapping());
    DatabaseSettings address = settings.database();
    Config config = NodeSystem.config(address);
    Duration catalogDecidesFor = config.getDuration("bursar.node.catalog-decides-for");
    OtherNodes others = new OtherNodes(settings.name(), settings.former(), catalogDecidesFor);
    others.awaitEnd(address);
    Migrations.migrate(address);
    Waits.check(config);
    Limits limits = LimitSettings.from(config);
    int connections = config.getInt("bursar.node.database-connections");
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmGcMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    NodeClock clock =
        settings.testClockStart() == null
            ? NodeClock.ofSystem()
            : NodeClock.standingAt(settings.testClockStart());

    SigningKey signingKey =
        SigningKey.loadOrCreate(
            settings.signingKey(), config.getString("bursar.projections.signer"));
    Database database = Database.open(address.withPoolSize(connections));
    database.dataSource().setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
    if (settings.testClockStart() != null) {
      demandNotBefore(database, settings.testClockStart());
    } else {
      warnOfTimesAhead(database, clock.instant());
    }
    StorageWatch watch =
        StorageWatch.start(
            address,
            config.getDuration("bursar.node.database-asked-every"),
            config.getDuration("bursar.node.database-silence-max"));
    ExecutorService blocking =
        Executors.newFixedThreadPool(
            connections, Thread.ofPlatform().daemon().name("blocking-", 0).factory());
    StoredCatalogVersions versions;
    try {
      versions =
          StoredCatalogVersions.start(
              database.jdbi(),
              clock,
              catalogDecidesFor,
              config.getDuration("bursar.node.catalog-asked-every"),
              document,
              catalogGiven,
              settings.name(),
              blocking);
    } catch (FaultyYaml e) {
      // So that each fault names its file.
      CatalogFile.read(settings.catalog());
      throw e;
    }
    CurrentCatalog catalog = versions.current();
    // From here on others see this one.
    try {
      others.demandNone(database);
    } catch (RuntimeException e) {
      stop(catalog, blocking, watch, database);
      throw e;
    }
    ActorSystem<Void> system = NodeSystem.start(config);
    EntityParts parts =
        new EntityParts(
            new EntityModels(limits, catalog),
            clock,
            limits,
            new JournalStore(database.jdbi(), blocking),
            new EntityCounts(metrics));
    ShardedEntities entities =
        new ShardedEntities(
            system,
            new Region(system, parts),
            limits.askTimeout(),
            new FreshWaits(metrics, FreshWaits.For.ORG));
    Projections projections =
        Projections.start(system, database, entities, clock, signingKey, metrics);
    Config reporting = config.getConfig("bursar.limits");
    UsageReports reports =
        new UsageReporting(
            entities,
            projections.reported(),
            reporting.getInt("reports-at-once"),
            reporting.getInt("reports-orgs-at-once"));
    StoredKeys keys = new StoredKeys(database.jdbi(), blocking, clock);
    if (settings.operatorKey() != null) {
      keys.ensureOperator(settings.operatorKey());
    }
    Optional<TestClock> testClock =
        clock.stands()
            ? Optional.of(
                new SteppedClock(
                    clock,
                    () -> projections.progress().caughtUp(),
                    now -> projections.dueWork().runUntilQuiet(now)))
            : Optional.empty();
    StreamTerms streams =
        new StreamTerms(
            reporting.getDuration("lease-heartbeat-every"),
            reporting.getDuration("lease-acknowledge-within"),
            reporting.getInt("lease-notices-waiting-max"));
    NodeListeners listeners = new NodeListeners(system, streams.acknowledgeWithin(), metrics);
    versions.whenOneCountsByItself(
        () -> {
          var unused = ToldSidecars.ofCatalog(listeners);
        });
    AtomicReference<Readiness> readiness =
        new AtomicReference<>(new Readiness("what it is to serve to be loaded"));
    ApiPorts ports =
        new ApiPorts(
            entities,
            entities,
            projections.ledger(),
            projections.proofs(),
            projections.orgs(),
            projections.usage(),
            projections.costs(),
            reports,
            new Leasing(
                entities, entities, reports, reporting.getDuration("lease-settle").toSeconds()),
            listeners,
            streams,
            catalog,
            versions,
            new StoredRedemptions(database.jdbi(), blocking),
            new Seller(
                config.getString("bursar.seller.provider"),
                config.getString("bursar.seller.service")),
            spans,
            keys,
            testClock,
            clock,
            () -> readiness(readiness::get, watch, catalog, clock),
            metrics,
            metrics::scrape);
    try {
      RequestHandler handler = Routes.handler(system, ports);
      HttpServer server =
          await(HttpServer.bind(system, settings.host(), settings.port(), handler, handler));
      return new Node(
          database, watch, blocking, catalog, system, projections, listeners, server, readiness);
    } catch (RuntimeException e) {
      stop(projections, system, catalog, blocking, watch, database);
      throw e;
    }
  }

  /** Whoever can put nothing on record can decide nothing. */
  private static Readiness readiness(
      Supplier<Readiness> loaded, StorageWatch watch, CurrentCatalog catalog, InstantSource clock) {
    Readiness told = loaded.get();
    if (told.waitingFor() != null) {
      return told;
    }
    return watch
        .away()
        .map(
            silence ->
                new Readiness(
                    "the database, which has not answered for %d seconds"
                        .formatted(silence.toSeconds())))
        .orElseGet(
            () -> {
              if (!catalog.isKnown()) {
                return new Readiness("the database, to tell which version of the catalog counts");
              }
              Integer unreadable = catalog.unreadable(clock.instant());
              return unreadable == null
                  ? told
                  : new Readiness(
                      "a version of the catalog that this program can read; it can't read version "
                          + unreadable);
            });
  }

  /** Time never goes back behind what is on record. */
  private static void demandNotBefore(Database database, Instant start) {
    Instant last = lastOnRecord(database);
    if (start.isAfter(TestClock.LAST)) {
      database.close();
      throw new IllegalArgumentException(
          "the test clock can't start at %s; up to %s is accepted"
              .formatted(start, TestClock.LAST));
    }
    if (start.isBefore(last)) {
      database.close();
      throw new IllegalArgumentException(
          "the test clock can't start at %s: the last event on record is of %s; start at that or later"
              .formatted(start, last));
    }
  }

  /** What a test clock has put on record ahead of the time: its wallets stand there. */
  private static void warnOfTimesAhead(Database database, Instant now) {
    Instant last = lastOnRecord(database);
    if (last.isAfter(now.plus(Clocks.APART_MAX))) {
      LOG.warn(
          "The last event on record is of {}, ahead of the clock, which says {}: what has been"
              + " decided there goes on from that time, until the clock has come to it. After a"
              + " test clock, start with one again, or on other data.",
          last,
          now.truncatedTo(ChronoUnit.SECONDS));
    }
  }

  private static Instant lastOnRecord(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select max(updated_at) from wallet_balance")
                    .mapTo(OffsetDateTime.class)
                    .findOne()
                    .map(OffsetDateTime::toInstant)
                    .orElse(Instant.MIN));
  }

  /** From now on, others may send requests: what the node needs has been loaded. */
  public void ready() {
    readiness.set(Readiness.READY);
  }

  /** Where the node listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** The read side. */
  public Projections projections() {
    return projections;
  }

  /** Stops: no new requests, those under way end, then everything in the reverse order. */
  @Override
  public void close() {
    try {
      // Streams never end by themselves.
      await(listeners.stop());
      await(server.stop(REQUESTS_END_WITHIN));
    } finally {
      stop(projections, system, catalog, blocking, watch, database);
    }
  }

  private static void stop(
      Projections projections,
      ActorSystem<Void> system,
      CurrentCatalog catalog,
      ExecutorService blocking,
      StorageWatch watch,
      Database database) {
    try {
      projections.stop();
      system.terminate();
      await(system.getWhenTerminated());
    } finally {
      stop(catalog, blocking, watch, database);
    }
  }

  private static void stop(
      CurrentCatalog catalog, ExecutorService blocking, StorageWatch watch, Database database) {
    catalog.close();
    blocking.shutdown();
    watch.close();
    database.close();
  }

  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(STOP_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("not done within " + STOP_WITHIN, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
