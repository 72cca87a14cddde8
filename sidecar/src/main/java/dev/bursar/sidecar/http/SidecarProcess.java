package dev.bursar.sidecar.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.api.HttpServer;
import dev.bursar.api.access.Authentication;
import dev.bursar.api.entitlement.EntitlementRoutes;
import dev.bursar.api.entitlement.OpenFeatureRoutes;
import dev.bursar.api.health.HealthRoutes;
import dev.bursar.api.health.HealthRoutes.Readiness;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarMeters;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.WantedFile;
import dev.bursar.sidecar.envoy.Checks;
import dev.bursar.sidecar.envoy.EnvoyServer;
import dev.bursar.sidecar.envoy.HttpAuthorization;
import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.openai.OpenAiProxy;
import dev.bursar.sidecar.server.ChangeStream;
import dev.bursar.sidecar.server.DecisionTurns;
import dev.bursar.sidecar.server.ServerOverHttp;
import dev.bursar.sidecar.usage.Recovery;
import dev.bursar.sidecar.usage.UsageFile;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sidecar behind the server's own routes, on this machine. */
public final class SidecarProcess implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SidecarProcess.class);

  /** How long calls may go on, and after that how long is reported. */
  private static final Duration STOP = Duration.ofSeconds(10);

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  /** How often is put down what was wanted. */
  private static final Duration REMEMBER = Duration.ofSeconds(30);

  /** Whoever waits for a disk holds up no request. */
  private static final String MAY_BLOCK = "pekko.actor.default-blocking-io-dispatcher";

  /**
   * What it is to be.
   *
   * @param server where the server is, without a path
   * @param key the secret of a key that may enforce; the one that it takes itself, too
   * @param name what the server is to call it
   * @param data where what was used is kept
   * @param file how large that may be
   * @param gateways what it is for gateways besides
   */
  public record Options(
      URI server,
      String key,
      String name,
      String host,
      int port,
      Path data,
      UsageFile.Settings file,
      SidecarSettings settings,
      Gateways gateways) {}

  private final ActorSystem system;
  private final ServerOverHttp client;
  private final Sidecar sidecar;
  private final Gate gate;
  private final ChangeStream changes;
  private final HttpServer server;
  private final PassedRequests passed;
  private final @Nullable EnvoyServer envoy;
  private final @Nullable OpenAiProxy models;
  private final Runnable remember;

  private SidecarProcess(
      ActorSystem system,
      ServerOverHttp client,
      Sidecar sidecar,
      Gate gate,
      ChangeStream changes,
      HttpServer server,
      PassedRequests passed,
      @Nullable EnvoyServer envoy,
      @Nullable OpenAiProxy models,
      Runnable remember) {
    this.system = system;
    this.client = client;
    this.sidecar = sidecar;
    this.gate = gate;
    this.changes = changes;
    this.server = server;
    this.passed = passed;
    this.envoy = envoy;
    this.models = models;
    this.remember = remember;
  }

  /** Of its actor system, and of its HTTP server. */
  public static Config config() {
    return ConfigFactory.parseResources("sidecar.conf")
        .withFallback(ConfigFactory.parseResources("http.conf"))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  /**
   * Starts it; it listens when this is done.
   *
   * @throws IOException if the usage file can't be had, or the port
   */
  public static SidecarProcess start(Options options) throws IOException {
    InstantSource clock = InstantSource.system();
    UsageFile file = usageFile(options);
    ServerOverHttp client = new ServerOverHttp(options.server(), options.key(), options.name());
    Sidecar sidecar = new Sidecar(options.settings(), client, client, file, clock);
    ActorSystem system = ActorSystem.create("bursar-sidecar", config());
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ChangeStream changes = new ChangeStream(client, sidecar);
    register(registry, sidecar);
    register(registry, changes);
    gauge(
        registry,
        sidecar,
        "server.away",
        "1 while the server does not answer",
        s -> client.isSilent() || s.meters().isAway(changes.isConnected()) ? 1 : 0);
    OwnKey key = new OwnKey(options.key());
    // Before anybody can ask, and before the server can refuse one of them.
    WantedFile wanted = new WantedFile(options.data().resolve("wanted.json"), key.fingerprint());
    WantedFile.Before before = wanted.read(clock.instant());
    sidecar.toldBefore(before.orgs());
    KnownOrgs orgs = new KnownOrgs(sidecar);
    KnownAnswers known = new KnownAnswers(sidecar::passedOn, clock, sidecar.forgotten());
    Collection<Recovery.Answered> answered = sidecar.answered();
    Gateways gateways = options.gateways();
    Gate gate = new Gate(sidecar, client, gateways.isAny() ? answered : List.of());
    Door door = new Door(key::is);
    Said defaults = Said.of(gateways.defaults());
    Checks checks = new Checks(gate, defaults, registry);
    List<Endpoint> endpoints =
        Stream.of(
                new EnforcementRoutes(sidecar, known, clock, answered).endpoints(),
                new EntitlementRoutes(orgs).endpoints(),
                new OpenFeatureRoutes(orgs).endpoints(),
                new HealthRoutes(() -> readiness(changes), registry::scrape).endpoints())
            .flatMap(List::stream)
            .toList();
    OpenAiProxy models =
        gateways.openAi() == null
            ? null
            : new OpenAiProxy(
                system,
                gateways.openAi(),
                gate,
                door,
                new KnownPrices(sidecar, clock),
                defaults,
                registry);
    Forwarder forwarder = new Forwarder(system, options.server());
    PassedRequests passed =
        new PassedRequests(
            system,
            forwarder,
            new PassedDecisions(
                system,
                forwarder,
                client.decisions(),
                sidecar,
                known,
                clock,
                PassedDecisions.WITHIN),
            client,
            key,
            PassedDecisions.WITHIN,
            DecisionTurns.WITHIN);
    RequestHandler handler =
        new RequestHandler(
            system,
            endpoints,
            new Authentication(key, clock),
            registry,
            new Edges(
                models,
                gateways.authorizes() ? new HttpAuthorization(system, checks, door) : null,
                passed));
    EnvoyServer envoy = null;
    try {
      if (gateways.grpcPort() >= 0) {
        envoy =
            EnvoyServer.start(
                options.host(), gateways.grpcPort(), gate, checks, door, defaults, registry);
      }
      HttpServer server =
          HttpServer.bind(system, options.host(), options.port(), handler, handler)
              .toCompletableFuture()
              .join();
      changes.start();
      sidecar.expect(before.wanted());
      Runnable remember = () -> wanted.write(sidecar.wanted(), sidecar.told(), clock.instant());
      system
          .scheduler()
          .scheduleWithFixedDelay(
              REMEMBER, REMEMBER, remember, system.dispatchers().lookup(MAY_BLOCK));
      return new SidecarProcess(
          system, client, sidecar, gate, changes, server, passed, envoy, models, remember);
    } catch (CompletionException | IOException e) {
      if (envoy != null) {
        envoy.close();
      }
      sidecar.close();
      client.close();
      system.terminate();
      throw new IOException(
          "can't listen on %s:%d"
              .formatted(
                  options.host(), e instanceof IOException ? gateways.grpcPort() : options.port()),
          e.getCause());
    }
  }

  /** Who is given a wrong key is not sent requests that it would only deny. */
  private static Readiness readiness(ChangeStream changes) {
    return changes.isKeyUnknown()
        ? new Readiness("a key that the server takes (key_refused)")
        : Readiness.READY;
  }

  private static UsageFile usageFile(Options options) throws IOException {
    try {
      return UsageFile.open(options.data(), options.file());
    } catch (FileSystemException e) {
      throw new IOException(
          "can't keep what is used in %s: %s".formatted(options.data(), reason(e)), e);
    }
  }

  /** Of most that may go wrong it has only the name of the file. */
  private static String reason(FileSystemException error) {
    return switch (error) {
      case AccessDeniedException it -> "access to %s is denied".formatted(it.getFile());
      case NoSuchFileException it -> "there is no %s, and it can't be made".formatted(it.getFile());
      case FileAlreadyExistsException it -> "%s is no directory".formatted(it.getFile());
      default -> String.valueOf(error.getMessage());
    };
  }

  private static void register(MeterRegistry registry, Sidecar sidecar) {
    SidecarMeters meters = sidecar.meters();
    decisions(registry, meters, "lease", "allow", SidecarMeters::allowed);
    decisions(registry, meters, "terms", "deny", SidecarMeters::denied);
    decisions(registry, meters, "none", "deny", SidecarMeters::undecided);
    decisions(registry, meters, "server", "passed_on", SidecarMeters::elsewhere);
    decisions(registry, meters, "fail_mode", "allow", SidecarMeters::uncheckedAllowed);
    decisions(registry, meters, "fail_mode", "deny", SidecarMeters::uncheckedDenied);
    FunctionCounter.builder("bursar.sidecar.usage.rejected", meters, SidecarMeters::rejectedUses)
        .description("Uses that the server did not take; each is in the log")
        .register(registry);
    FunctionCounter.builder(
            "bursar.sidecar.usage.finalized", meters, SidecarMeters::finalizedBeforeCommits)
        .description("Reservations that had ended when they were to be committed; each is logged")
        .register(registry);
    FunctionCounter.builder("bursar.sidecar.terms.unreadable", meters, SidecarMeters::unreadable)
        .description("Answers with terms that could not be read; an org's first is in the log")
        .register(registry);
    FunctionCounter.builder(
            "bursar.sidecar.usage.damaged.bytes", meters, SidecarMeters::damagedBytes)
        .description("Bytes of the usage file that could not be read when this was started")
        .register(registry);
    gauge(
        registry,
        sidecar,
        "usage.file.away",
        "1 while the usage file can't be written",
        s -> s.file().isAway() ? 1 : 0);
    gauge(
        registry, sidecar, "lease.hit.ratio", "Decisions made at once", s -> s.meters().hitRatio());
    gauge(registry, sidecar, "leases", "Leases that are not over", Sidecar::leases);
    gauge(
        registry,
        sidecar,
        "staleness.seconds",
        "Age of the oldest terms in use",
        Sidecar::stalenessSeconds);
    gauge(registry, sidecar, "usage.unsent", "Uses to be reported", s -> s.file().unsent());
    gauge(
        registry,
        sidecar,
        "usage.aside",
        "Uses that could not be reported and are set aside",
        s -> s.file().unsentAside());
    gauge(
        registry,
        sidecar,
        "usage.unsent.bytes",
        "Bytes of uses to be reported",
        s -> s.file().unsentBytes());
  }

  private static void register(MeterRegistry registry, ChangeStream changes) {
    FunctionCounter.builder("bursar.sidecar.notices", changes, ChangeStream::notices)
        .description("Changes that the server has told")
        .register(registry);
    Gauge.builder("bursar.sidecar.connected", changes, c -> c.isConnected() ? 1 : 0)
        .description("1 while the server tells what changes")
        .register(registry);
  }

  private static void decisions(
      MeterRegistry registry,
      SidecarMeters meters,
      String source,
      String result,
      ToDoubleFunction<SidecarMeters> count) {
    FunctionCounter.builder("bursar.sidecar.decisions", meters, count)
        .description("Requests decided, by what and how")
        .tag("source", source)
        .tag("result", result)
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      Sidecar sidecar,
      String name,
      String description,
      ToDoubleFunction<Sidecar> value) {
    Gauge.builder("bursar.sidecar." + name, sidecar, value)
        .description(description)
        .register(registry);
  }

  /** Where it listens. */
  public int port() {
    return server.address().getPort();
  }

  /** Where it listens for gRPC; -1 if it does not. */
  public int grpcPort() {
    return envoy == null ? -1 : envoy.port();
  }

  /** What it decides with. */
  public Sidecar sidecar() {
    return sidecar;
  }

  /**
   * Takes nothing more, and lets what is under way finish for so long; then it charges what models
   * have used that are running yet, reports what was used, and gives back what is left.
   */
  @Override
  public void close() {
    passed.stop();
    // Whoever asks over gRPC has the same seconds.
    CompletionStage<Done> drained = server.drain(STOP);
    if (envoy != null) {
      envoy.close();
    }
    awaited(drained);
    if (models != null) {
      models.stop();
    }
    // Who had to be cut off is told while that is reported.
    CompletionStage<Done> ended = server.stop(LAST_ANSWERS);
    remember.run();
    sidecar.stop(STOP);
    gate.close();
    changes.close();
    awaited(ended);
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    client.close();
  }

  /** What is not closed as it should be holds up no report. */
  private static void awaited(CompletionStage<Done> closed) {
    try {
      closed.toCompletableFuture().join();
    } catch (CompletionException e) {
      LOG.atWarn().setMessage("the port could not be closed").setCause(e.getCause()).log();
    }
  }
}
