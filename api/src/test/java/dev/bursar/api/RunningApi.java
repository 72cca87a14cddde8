package dev.bursar.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.api.cost.FocusRoutes.Seller;
import dev.bursar.api.health.HealthRoutes.Readiness;
import dev.bursar.api.lease.StreamTerms;
import dev.bursar.api.node.InMemoryCosts;
import dev.bursar.api.node.InMemoryKeys;
import dev.bursar.api.node.InMemoryListeners;
import dev.bursar.api.node.InMemoryNode;
import dev.bursar.api.node.InMemoryProofs;
import dev.bursar.api.node.InMemoryQueries;
import dev.bursar.api.node.InMemoryRedemptions;
import dev.bursar.api.node.InMemoryUsage;
import dev.bursar.api.node.InMemoryVersions;
import dev.bursar.api.otlp.SpanMappings;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.Formula;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.catalog.Tiers;
import dev.bursar.domain.catalog.TopUpPack;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.lease.Leasing;
import dev.bursar.domain.usage.UsageReporting;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * The API on a real port over the domain's own rules, with an org {@code acme}. Every answer that
 * comes through {@link #send} is held against the OpenAPI document.
 */
public final class RunningApi implements AutoCloseable {

  static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** So soon that no test waits for long. */
  static final StreamTerms STREAMS =
      new StreamTerms(Duration.ofMillis(100), Duration.ofSeconds(2), 100);

  /** What the orgs of tests subscribe to. */
  private static final PricingPlan TEAM =
      new PricingPlan(
          "team",
          "Team",
          null,
          Map.of(
              "sso", new Entitlement.Access(true),
              "export", new Entitlement.Access(false),
              "seats", new Entitlement.Quantity(new BigDecimal("20")),
              "region", new Entitlement.Choice("eu"),
              "chat",
                  new Entitlement.Allowance(
                      "input_tokens", Credits.of(3_000), WindowKind.DAY, null)),
          Map.of(),
          Map.of(),
          OveragePolicy.RECORD,
          FailMode.DENY);

  private static Feature feature(String id, Feature.Kind kind, String... meters) {
    return new Feature(id, id, kind, Set.of(meters));
  }

  private static Map<String, Feature> features() {
    return Map.of(
        "sso", feature("sso", Feature.Kind.BOOLEAN),
        "export", feature("export", Feature.Kind.BOOLEAN),
        "seats", feature("seats", Feature.Kind.NUMBER),
        "region", feature("region", Feature.Kind.TEXT),
        "chat", feature("chat", Feature.Kind.METERED, "input_tokens"),
        "vision", feature("vision", Feature.Kind.BOOLEAN));
  }

  private static AddOn addOn(String id, Map<String, Entitlement> entitlements) {
    return new AddOn(id, id, Set.of(), entitlements, Map.of());
  }

  private static final TopUpPack SMALL =
      new TopUpPack(
          "small",
          "Small",
          "platform",
          Credits.of(1_000),
          List.of(new Money(Credits.of(12), "USD"), new Money(Credits.of(11), "EUR")),
          365);

  /** For those with the plan {@code team}, for a week. */
  private static Campaign campaign(String id, String code, Integer redemptionsMax) {
    return new Campaign(
        id,
        id,
        "platform",
        Credits.of(250),
        START,
        START.plus(Duration.ofDays(7)),
        30,
        null,
        code,
        Set.of("team"),
        Set.of(),
        redemptionsMax,
        Set.of("chat"),
        Set.of());
  }

  private static final Catalog CATALOG =
      new Catalog(
          Map.of(
              "platform", new CreditType("platform", "Platform credits", 6),
              "image", new CreditType("image", "Image credits", 6)),
          Set.of("input_tokens", "cached_input_tokens", "output_tokens"),
          features(),
          new PriceList(
              List.of(
                  new Rate(
                      null,
                      "gpt-5",
                      "platform",
                      Map.of(
                          "input_tokens",
                          new BigDecimal("0.001"),
                          "cached_input_tokens",
                          new BigDecimal("0.0001"),
                          "output_tokens",
                          new BigDecimal("0.004"))),
                  new Rate(
                      null,
                      "tiered",
                      null,
                      new Price(
                          "platform",
                          Map.of("output_tokens", BigDecimal.ONE),
                          Map.of(
                              "input_tokens",
                              new Tiers(
                                  Tiers.Kind.GRADUATED,
                                  List.of(
                                      new Tiers.Step(10L, new BigDecimal("0.5")),
                                      new Tiers.Step(null, new BigDecimal("0.25"))))),
                          null)),
                  new Rate(
                      null,
                      "formula",
                      null,
                      new Price(
                          "platform",
                          Map.of(),
                          Map.of(),
                          new Formula(
                              "input_tokens * 2",
                              new Expression.Product(
                                  new Expression.Units("input_tokens"),
                                  new Expression.Constant(BigDecimal.TWO))))))),
          Map.of("team", TEAM),
          Map.of(
              "sso", addOn("sso", Map.of()),
              "audit", addOn("audit", Map.of("export", new Entitlement.Access(true)))),
          Map.of("small", SMALL),
          Map.of(
              "launch",
              campaign("launch", null, 1),
              "partners",
              campaign("partners", "P-1", null)));

  final InMemoryNode node;
  final InMemoryKeys keys;
  volatile Readiness readiness = Readiness.READY;
  private final ActorSystem<Void> system;
  private final ApiPorts ports;
  final InMemoryQueries queries;
  final InMemoryProofs proofs;
  final InMemoryListeners listeners = new InMemoryListeners(STREAMS.acknowledgeWithin());
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final String operator;

  RunningApi() {
    this(true);
  }

  RunningApi(boolean withTestClock) {
    this(withTestClock, "");
  }

  /**
   * @param overrides settings that go before those of {@code http.conf}
   */
  RunningApi(boolean withTestClock, String overrides) {
    this(withTestClock, overrides, CATALOG, CATALOG, new InMemoryNode(CATALOG, START));
  }

  /** One whose clock stands at another time. */
  static RunningApi at(Instant start) {
    return new RunningApi(true, "", CATALOG, CATALOG, new InMemoryNode(CATALOG, start));
  }

  /** The API started again on the same entities, with another catalog. */
  RunningApi withCatalog(Catalog catalog) {
    return new RunningApi(true, "", catalog, catalog, node);
  }

  /** One where this counts for orgs that have chosen a version for themselves. */
  static RunningApi whereChosenIs(Catalog chosen) {
    Catalogs catalogs = (org, pinned, at) -> pinned == null ? CATALOG : chosen;
    return new RunningApi(true, "", CATALOG, catalogs, new InMemoryNode(catalogs, START));
  }

  private RunningApi(
      boolean withTestClock,
      String overrides,
      Catalog published,
      Catalogs catalogs,
      InMemoryNode entities) {
    node = entities;
    keys = new InMemoryKeys(node);
    operator = key(Role.OPERATOR, null);
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseResources("http.conf"))
            .withFallback(ConfigFactory.load());
    system = ActorSystem.create(Behaviors.empty(), "api-test", config);
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    queries = new InMemoryQueries(node);
    proofs = new InMemoryProofs(queries);
    UsageReporting reports = new UsageReporting(node, node::onRecord, 8, 4);
    ports =
        new ApiPorts(
            node,
            node,
            queries,
            proofs,
            queries.orgQueries(),
            new InMemoryUsage(node),
            new InMemoryCosts(node),
            reports,
            new Leasing(node, node, reports, 600),
            listeners,
            STREAMS,
            catalogs,
            new InMemoryVersions(published, node),
            new InMemoryRedemptions(),
            new Seller("Seller Inc.", "Assistant"),
            SpanMappings.TWO_CONVENTIONS,
            keys,
            withTestClock ? Optional.of(node) : Optional.empty(),
            node,
            () -> readiness,
            meters,
            meters::scrape);
    server =
        HttpServer.bind(system, "127.0.0.1", 0, Routes.handler(system, ports))
            .toCompletableFuture()
            .join();
  }

  /** An answer. */
  record Answer(int status, java.net.http.HttpHeaders headers, String body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(body, e);
      }
    }

    String at(String pointer) {
      return json().at(pointer).asText();
    }

    String code() {
      return isProblem() ? at("/code") : "";
    }

    boolean isProblem() {
      return header("Content-Type").equals("application/problem+json");
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  /** A key's secret. */
  String key(Role role, @Nullable String org) {
    return keys.create(role, org, role.word(), null).secret();
  }

  ApiPorts ports() {
    return ports;
  }

  int port() {
    return server.address().getPort();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  HttpClient client() {
    return client;
  }

  HttpRequest request(
      String method, String path, @Nullable String key, @Nullable String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    if (body != null && !List.of(headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  /** Sends a request and checks the answer against the contract. */
  Answer send(
      String method, String path, @Nullable String key, @Nullable String body, String... headers) {
    Answer answer = send(request(method, path, key, body, headers));
    Contract.check(answer, method, path, body);
    return answer;
  }

  /** What cannot be held against the contract as text: the bytes, whatever they are. */
  HttpResponse<byte[]> bytes(String path, String key, String accept) {
    try {
      return client.send(
          request("GET", path, key, null, "Accept", accept),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** As the operator. */
  Answer send(String method, String path, @Nullable String body) {
    return send(method, path, operator, body);
  }

  Answer post(String path, String body, String... headers) {
    return send("POST", path, operator, json(body), headers);
  }

  Answer put(String path, String body, String... headers) {
    return send("PUT", path, operator, json(body), headers);
  }

  Answer delete(String path, String... headers) {
    return send("DELETE", path, operator, null, headers);
  }

  Answer get(String path) {
    return send("GET", path, operator, null);
  }

  /** Many at once. */
  List<Answer> all(List<HttpRequest> requests) {
    List<CompletableFuture<HttpResponse<String>>> sent =
        requests.stream()
            .map(r -> client.sendAsync(r, HttpResponse.BodyHandlers.ofString()))
            .toList();
    return sent.stream().map(each -> answer(each.join())).toList();
  }

  Answer send(HttpRequest request) {
    try {
      return answer(client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** JSON with its quotes written as apostrophes. */
  static @Nullable String json(@Nullable String text) {
    return text == null ? null : text.replace('\'', '"');
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /** An org with a department, a team, a user, a wallet and 500 credits in it. */
  RunningApi withAcme() {
    put("/v1/orgs/acme", "{'name':'Acme','timezone':'Europe/Berlin'}");
    put("/v1/orgs/acme/units/engineering", "{'kind':'department','name':'Engineering'}");
    put(
        "/v1/orgs/acme/units/analytics",
        "{'kind':'team','name':'Analytics','parent':'engineering'}");
    put("/v1/orgs/acme/users/u-17", "{'name':'Uma','teams':['analytics']}");
    put("/v1/orgs/acme/wallets/main", "{}");
    post(
        "/v1/orgs/acme/wallets/main/grants",
        "{'id':'g-1','credit_type':'platform','amount':'500','category':'paid'}");
    return this;
  }

  @Override
  public void close() {
    listeners.close();
    server.stop(Duration.ofSeconds(1)).toCompletableFuture().join();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    client.close();
    node.close();
  }
}
