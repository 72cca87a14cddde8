package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node and a real sidecar, asked by gateways: the books have what they let pass. */
final class GatewaysTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ASK =
      "{\"model\":\"gpt-5\",\"stream\":%s,\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}";

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final int node = BursarProcess.freePort();
  private final int port = BursarProcess.freePort();
  private final int grpc = BursarProcess.freePort();
  private HttpServer models;

  @BeforeEach
  void models() throws Exception {
    models = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    models.createContext(
        "/v1/chat/completions",
        exchange -> {
          boolean streams =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                  .contains("\"stream\":true");
          exchange
              .getResponseHeaders()
              .set("Content-Type", streams ? "text/event-stream" : "application/json");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            String text =
                streams
                    ? "data: {\"choices\":[{\"delta\":{\"content\":\"So.\"}}]}\n\n"
                        + "data:"
                        + " {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":300}}\n\n"
                        + "data: [DONE]\n\n"
                    : "{\"choices\":[{\"message\":{\"content\":\"%s\"}}]}"
                        .formatted("x".repeat(400));
            out.write(text.getBytes(StandardCharsets.UTF_8));
          }
        });
    models.start();
  }

  @AfterEach
  void end() {
    models.stop(0);
  }

  private HttpResponse<String> send(
      int to, String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode ask(String method, String path, String body) throws Exception {
    return JSON.readTree(
        send(
                node,
                method,
                path,
                body.replace('\'', '"'),
                "Authorization",
                "Bearer " + BursarProcess.KEY)
            .body());
  }

  private BigDecimal main(String figure) throws Exception {
    return new BigDecimal(
        ask("GET", "/v1/orgs/box/wallets/main", "").at("/balances/0/" + figure).asText());
  }

  private BursarProcess sidecar() {
    BursarProcess sidecar =
        BursarProcess.start(
            "sidecar",
            "--server=http://127.0.0.1:" + node,
            "--key=" + BursarProcess.KEY,
            "--port=" + port,
            "--data=" + directory.resolve("sidecar"),
            "--openai-upstream=http://127.0.0.1:" + models.getAddress().getPort() + "/v1",
            "--ext-authz",
            "--grpc-port=" + grpc,
            "--default=org=box",
            "--default=feature=chat");
    sidecar.await(line -> line.equals("gRPC for Envoy on 127.0.0.1:" + grpc));
    sidecar.await(line -> line.startsWith("what was used is kept in"));
    return sidecar;
  }

  @Test
  void whatGatewaysLetPassIsInTheBooks() throws Exception {
    try (BursarProcess up = BursarProcess.up(directory.resolve("node"), node, "--no-demo")) {
      ask("PUT", "/v1/orgs/box", "{'name':'Box'}");
      ask("PUT", "/v1/orgs/box/wallets/main", "{}");
      ask(
          "POST",
          "/v1/orgs/box/wallets/main/grants",
          "{'id':'g','credit_type':'platform','amount':'100','category':'paid'}");
      String reserved;
      try (BursarProcess first = sidecar()) {
        HttpResponse<String> streamed =
            send(port, "POST", "/openai/v1/chat/completions", ASK.formatted("true"));
        assertThat(streamed.body()).contains("So.").doesNotContain("usage");
        HttpResponse<String> uncounted =
            send(port, "POST", "/openai/v1/chat/completions", ASK.formatted("false"));
        assertThat(uncounted.statusCode()).as(uncounted.body()).isEqualTo(200);
        HttpResponse<String> passing = authorize();
        assertThat(passing.statusCode()).as(passing.body()).isEqualTo(200);
        reserved = passing.headers().firstValue("x-bursar-reservation").orElseThrow();
        grpc();
        first.kill();
      }
      BursarProcess second = sidecar();
      assertThat(authorize().headers().firstValue("x-bursar-reservation"))
          .as("once for its id, after a crash, too")
          .contains(reserved);
      second.stop();
      until(() -> main("held").signum() == 0);
      // By list price: 1,000 and 300 tokens; 5 and 100 estimated; 2 by HTTP, 3 and 4 by gRPC.
      assertThat(main("balance")).isEqualByComparingTo("90.474375");
      JsonNode events = ask("GET", "/v1/orgs/box/events?fresh=true", "");
      assertThat(events.path("data")).as(events.toString()).hasSize(5);
      assertThat(events.toString()).containsOnlyOnce("\"bursar.estimated\":\"no_usage\"");
      up.stop();
    }
  }

  /** Each user has a budget, so the server sets it aside; and is away when it is to be charged. */
  /** Without a node: they are read before anything is decided. */
  @Test
  void bodiesAsLargeAsTheyMayBeDoNotEndIt() throws Exception {
    String large = ASK.formatted("false").replace("Why?", "x".repeat(3_900_000));
    try (BursarProcess alone = sidecar()) {
      for (int i = 0; i < 4; i++) {
        assertThat(send(port, "POST", "/openai/v1/chat/completions", large).statusCode())
            .isEqualTo(503);
      }
    }
  }

  @Test
  void whatTheNodeIsToChargeArrivesOnceThoughItIsAwayAndTheSidecarIsKilled() throws Exception {
    String large = "40000";
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    models.createContext(
        "/v2/chat/completions",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          try (exchange) {
            if (body.contains(large)) {
              asked.countDown();
              answers.await();
            }
            byte[] text =
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":300}}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "100", "100")) {
      behind.change(
          "PUT",
          "/budgets/each",
          "{'scope':{'type':'each_user'},'measure':'platform','window':'day','limit':'50'}");
      String[] options = {
        "--openai-upstream=http://127.0.0.1:" + models.getAddress().getPort() + "/v2",
        "--default=org=box",
        "--default=feature=chat"
      };
      CompletableFuture<HttpResponse<String>> call;
      try (BursarProcess first = behind.sidecar(port, options)) {
        // Users have limits, and the calls name none: no lease does for that, the node decides.
        HttpResponse<String> small =
            send(port, "POST", "/openai/v1/chat/completions", ASK.formatted("false"));
        assertThat(small.statusCode()).as(small.body()).isEqualTo(200);
        until(() -> figure(behind, "balance").compareTo(new BigDecimal("99.575")) == 0);
        call =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return send(
                        port,
                        "POST",
                        "/openai/v1/chat/completions",
                        ASK.formatted("false").replace("1000", large));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
        asked.await();
        behind.cut();
        answers.countDown();
        HttpResponse<String> answer = call.get();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-bursar-reservation").orElse(""))
            .as("set aside by the node")
            .startsWith("rsv_");
        first.kill();
      }
      assertThat(figure(behind, "held")).isGreaterThan(new BigDecimal("40"));
      assertThat(figure(behind, "balance")).isEqualByComparingTo("99.575");
      BursarProcess second = behind.sidecar(port, options);
      behind.connect();
      // By list price: 1,000 and 300 tokens each.
      until(() -> figure(behind, "balance").compareTo(new BigDecimal("99.15")) == 0);
      second.stop();
      BursarProcess third = behind.sidecar(port, options);
      third.stop();
      until(() -> figure(behind, "held").signum() == 0);
      assertThat(figure(behind, "balance")).isEqualByComparingTo("99.15");
      JsonNode events =
          JSON.readTree(
              behind.send(behind.port, "GET", "/v1/orgs/box/events?fresh=true", "").body());
      assertThat(events.path("data")).as(events.toString()).hasSize(2);
    }
  }

  /** Its plan rejects what comes to more than was set aside; and it is ended while a model runs. */
  @Test
  void whatModelsHaveUsedIsInTheBooksThoughThePlanRejectsMoreAndTheSidecarIsStopped()
      throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    models.createContext(
        "/v3/chat/completions",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            asked.countDown();
            answers.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "100", "100")) {
      String catalog =
          """
          {"credit_types": [{"id": "platform", "name": "Credits"}],
           "meters": ["input_tokens", "output_tokens"],
           "features": [{"id": "chat", "name": "Chat", "type": "metered", "meters": ["input_tokens", "output_tokens"]}],
           "rates": [{"model": "gpt-5", "credit_type": "platform", "meters": {"input_tokens": 0.001, "output_tokens": 0.01}}],
           "plans": [{"id": "strict", "name": "Strict", "entitlements": {"chat": true}, "overage_policy": "reject"}]}
          """;
      HttpResponse<String> published =
          behind.send(behind.port, "POST", "/v1/catalog/versions", catalog);
      assertThat(published.statusCode()).as(published.body()).isEqualTo(201);
      String version = JSON.readTree(published.body()).path("version").asText();
      behind.send(behind.port, "POST", "/v1/catalog/versions/" + version + "/publish", "{}");
      behind.change("PUT", "", "{'name':'Box','plan':'strict'}");
      String[] options = {
        "--openai-upstream=http://127.0.0.1:" + models.getAddress().getPort() + "/v1",
        "--default=org=box",
        "--default=feature=chat"
      };
      try (BursarProcess first = behind.sidecar(port, options)) {
        HttpResponse<String> more =
            send(
                port,
                "POST",
                "/openai/v1/chat/completions",
                ASK.formatted("true").replace("1000", "10"));
        assertThat(more.statusCode()).as(more.body()).isEqualTo(200);
        // 1,000 and 300 tokens, where 10 were set aside for the answer.
        until(() -> figure(behind, "balance").compareTo(new BigDecimal("96")) == 0);
        first.stop();
      }
      options[0] = options[0].replace("/v1", "/v3");
      try (BursarProcess second = behind.sidecar(port, options)) {
        CompletableFuture<Void> call =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    send(port, "POST", "/openai/v1/chat/completions", ASK.formatted("false"));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
        asked.await();
        second.stop();
        call.handle((done, cutOff) -> done).join();
        // Five tokens of the request.
        assertThat(figure(behind, "balance")).isEqualByComparingTo("95.995");
        assertThat(figure(behind, "held")).isZero();
      } finally {
        answers.countDown();
      }
    }
  }

  private static BigDecimal figure(NodeBehindProxy node, String name) throws Exception {
    return new BigDecimal(
        JSON.readTree(node.send(node.port, "GET", "/v1/orgs/box/wallets/main", "").body())
            .at("/balances/0/" + name)
            .asText());
  }

  private HttpResponse<String> authorize() throws Exception {
    return send(port, "GET", "/ext_authz/v1/x", "", "x-request-id", "r-1", "x-bursar-amount", "2");
  }

  private void grpc() {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", grpc, InsecureChannelCredentials.create())
            .build();
    try {
      RateLimitResponse limited =
          RateLimitServiceGrpc.newBlockingStub(channel)
              .withWaitForReady()
              .shouldRateLimit(
                  RateLimitRequest.newBuilder()
                      .setHitsAddend(3)
                      .addDescriptors(
                          RateLimitDescriptor.newBuilder()
                              .addEntries(
                                  RateLimitDescriptor.Entry.newBuilder()
                                      .setKey("amount")
                                      .setValue("1")))
                      .build());
      assertThat(limited.getOverallCode()).isEqualTo(RateLimitResponse.Code.OK);
      assertThat(
              AuthorizationGrpc.newBlockingStub(channel)
                  .withWaitForReady()
                  .check(
                      CheckRequest.newBuilder()
                          .setAttributes(
                              AttributeContext.newBuilder().putContextExtensions("amount", "4"))
                          .build())
                  .hasOkResponse())
          .isTrue();
    } finally {
      channel.shutdownNow();
    }
  }
}
