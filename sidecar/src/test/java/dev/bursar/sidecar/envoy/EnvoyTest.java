package dev.bursar.sidecar.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.typesafe.config.ConfigFactory;
import dev.bursar.api.HttpServer;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.UsageFile;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Envoy asks, over HTTP and by a client of gRPC. */
@Timeout(60)
final class EnvoyTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final MethodDescriptor.Marshaller<CheckResponse> CHECKED =
      AuthorizationGrpc.getCheckMethod().getResponseMarshaller();

  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
          throw new UnsupportedOperationException("only sent");
        }
      };

  @TempDir private Path directory;
  private final ModelServer server = new ModelServer(100);
  private final HttpClient client = HttpClient.newHttpClient();
  private Sidecar sidecar;
  private EnvoyServer envoy;
  private ManagedChannel channel;
  private ActorSystem<Void> system;
  private HttpServer http;

  @BeforeEach
  void start() throws IOException {
    start(SidecarSettings.USUAL);
  }

  private void start(SidecarSettings settings) throws IOException {
    sidecar =
        new Sidecar(
            settings,
            server,
            server,
            UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
            InstantSource.system());
    Gate gate = new Gate(sidecar, server, sidecar.answered());
    Door door = new Door("own-key"::equals);
    Said defaults = Said.of(Map.of("feature", "chat"));
    Checks checks = new Checks(gate, defaults, new SimpleMeterRegistry());
    envoy =
        EnvoyServer.start("127.0.0.1", 0, gate, checks, door, defaults, new SimpleMeterRegistry());
    channel =
        OkHttpChannelBuilder.forAddress(
                "127.0.0.1", envoy.port(), InsecureChannelCredentials.create())
            .build();
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "authz",
            ConfigFactory.parseResources("sidecar.conf")
                .withFallback(ConfigFactory.parseResources("http.conf"))
                .withFallback(ConfigFactory.load())
                .resolve());
    HttpAuthorization authorization = new HttpAuthorization(system, checks, door);
    http =
        HttpServer.bind(system, "127.0.0.1", 0, authorization::answer, authorization)
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    envoy.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    sidecar.close();
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private HttpRequest request(String path, String... headers) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d/ext_authz%s".formatted(http.address().getPort(), path)))
        .headers(headers)
        .build();
  }

  private HttpResponse<String> http(String path, String... headers) throws Exception {
    return client.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  // ---- over HTTP

  @Test
  void aRequestIsChargedOnceForItsId() throws Exception {
    String[] headers = {
      "x-request-id", "r-1", "x-bursar-org", "acme", "x-bursar-team", "red", "x-bursar-amount", "2"
    };
    HttpResponse<String> first = http("/v1/ask?q=1", headers);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(header(first, "x-bursar-decision")).isEqualTo("allow");
    assertThat(header(first, "x-bursar-amount")).isEqualTo("2");
    assertThat(header(first, "x-bursar-credit-type")).isEqualTo("platform");
    String id = header(first, "x-bursar-reservation");
    assertThat(id).startsWith(Sidecar.RESERVATION);
    assertThat(header(http("/v1/ask?q=1", headers), "x-bursar-reservation")).isEqualTo(id);
    assertThat(header(http("/v1/ask?q=2", headers), "x-bursar-reservation")).isNotEqualTo(id);
    until(() -> server.charged() == 4);
    assertThat(server.reported().getFirst()).contains("\"team\":\"red\"");
  }

  @Test
  void whatIsSetAsideCanBeCommittedByItsNameAndALookChangesNothing() throws Exception {
    String id =
        header(
            http("/", "x-bursar-org", "acme", "x-bursar-mode", "reserve", "x-bursar-amount", "5"),
            "x-bursar-reservation");
    sidecar.end(id, Credits.of(3), null).toCompletableFuture().join();
    HttpResponse<String> looked =
        http("/", "x-bursar-org", "acme", "x-bursar-mode", "check", "x-bursar-amount", "5");
    assertThat(looked.statusCode()).isEqualTo(200);
    assertThat(looked.headers().firstValue("x-bursar-reservation"))
        .as("in place of a client's own")
        .contains("");
    HttpResponse<String> free = http("", "x-bursar-org", "acme");
    assertThat(header(free, "x-bursar-amount")).isEqualTo("0");
    HttpResponse<String> tokens =
        http(
            "",
            "x-bursar-org",
            "acme",
            "x-bursar-model",
            "gpt",
            "x-bursar-usage",
            "input_tokens=1000, output_tokens=200");
    assertThat(header(tokens, "x-bursar-amount")).as(tokens.body()).isEqualTo("3");
    until(() -> server.charged() == 6);
  }

  /** A proxy takes 5xx for a failure, and may let such requests pass. */
  @Test
  void whoComesWhileItStopsOrHasNoAnswerThenIsDeniedAndNotBy5xx() throws Exception {
    stop();
    SidecarSettings usual = SidecarSettings.USUAL;
    start(
        new SidecarSettings(
            usual.leases(),
            Duration.ofMinutes(5),
            usual.termsEvery(),
            usual.reportEvery(),
            usual.patience(),
            null,
            Map.of(),
            false));
    server.granting(new CompletableFuture<>());
    CompletableFuture<HttpResponse<String>> waiting =
        client.sendAsync(
            request("/", "x-bursar-org", "acme", "x-bursar-amount", "2"),
            HttpResponse.BodyHandlers.ofString());
    until(() -> server.held() > 0);
    try (Socket kept = new Socket(InetAddress.getLoopbackAddress(), http.address().getPort())) {
      assertThat(ofNoOrg(kept)).startsWith("HTTP/1.1 400");
      CompletableFuture<Done> stopped = http.stop(Duration.ofSeconds(1)).toCompletableFuture();
      assertThat(ofNoOrg(kept))
          .startsWith("HTTP/1.1 429")
          .contains("x-bursar-denial: stopping", "Retry-After: 1");
      HttpResponse<String> told = waiting.get();
      assertThat(told.statusCode()).as(told.body()).isEqualTo(429);
      assertThat(header(told, "x-bursar-denial")).isEqualTo("stopping");
      stopped.join();
    }
  }

  /** Asks by a connection that stays open; the head of the answer, whose body is read. */
  private static String ofNoOrg(Socket line) throws IOException {
    line.getOutputStream()
        .write(
            "GET /ext_authz/ HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.isEmpty() || answer.charAt(answer.length() - 1) != '}') {
      int each = line.getInputStream().read();
      assertThat(each).as(answer.toString()).isNotNegative();
      answer.append((char) each);
    }
    return answer.toString();
  }

  @Test
  void aDenialHasItsStatusAndSaysWhy() throws Exception {
    HttpResponse<String> poor =
        http("/", "x-bursar-org", "acme", "x-bursar-amount", "5000", "x-request-id", "r-9");
    assertThat(poor.statusCode()).isEqualTo(402);
    assertThat(header(poor, "content-type")).isEqualTo("application/problem+json");
    assertThat(header(poor, "x-bursar-denial")).isEqualTo("insufficient_credits");
    JsonNode problem = JSON.readTree(poor.body());
    assertThat(problem.path("code").asText()).isEqualTo("insufficient_credits");
    assertThat(problem.path("request_id").asText()).isEqualTo("r-9");
    server.away(true);
    HttpResponse<String> away = http("/", "x-bursar-org", "acme", "x-bursar-amount", "5000");
    assertThat(away.statusCode()).as("never one that a proxy lets pass").isEqualTo(429);
    assertThat(JSON.readTree(away.body()).path("code").asText()).isEqualTo("server_away");
  }

  @Test
  void whatCanNotBeReadIsRefused() throws Exception {
    assertThat(http("/", "x-bursar-org", " ").statusCode()).as("no org").isEqualTo(400);
    for (String[] wrong :
        new String[][] {
          {"x-bursar-amount", "-1"},
          {"x-bursar-amount", "1e9"},
          {"x-bursar-amount", "much"},
          {"x-bursar-usage", "tokens"},
          {"x-bursar-usage", "=5"},
          {"x-bursar-usage", "a=1,a=2"},
          {"x-bursar-usage", "a=99999999999999999999"},
          {"x-bursar-mode", "guess"},
          {"x-bursar-ttl-seconds", "soon"},
          {"x-bursar-ttl-seconds", "999999"},
          {"x-bursar-team", ".."},
          {"x-bursar-key", "guessed"}
        }) {
      HttpResponse<String> answer = http("/", "x-bursar-org", "acme", wrong[0], wrong[1]);
      assertThat(answer.statusCode()).as(String.join(" ", wrong)).isIn(400, 401);
      assertThat(header(answer, "x-bursar-decision")).isEqualTo("deny");
    }
    assertThat(http("/", "x-bursar-org", "acme", "x-bursar-key", "own-key").statusCode())
        .isEqualTo(200);
  }

  @Test
  void aBodyIsTakenInBeforeTheAnswerSoThatTheLineStaysOpen() throws Exception {
    String half = "x".repeat(5_000);
    try (Socket line = new Socket(InetAddress.getLoopbackAddress(), http.address().getPort())) {
      OutputStream out = line.getOutputStream();
      String head =
          "POST /ext_authz/v1/ask HTTP/1.1\r\nHost: here\r\nx-bursar-org: acme\r\n"
              + "x-bursar-amount: 2\r\nContent-Length: 10000\r\n\r\n";
      out.write((head + half).getBytes(StandardCharsets.US_ASCII));
      until(() -> server.charged() == 2);
      out.write(half.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        answer.append((char) line.getInputStream().read());
      }
      assertThat(answer.toString())
          .startsWith("HTTP/1.1 200")
          .doesNotContainIgnoringCase("connection: close");
    }
  }

  @Test
  void aBodyThatStopsComingHoldsUpNoAnswerForLong() throws Exception {
    try (Socket line = new Socket(InetAddress.getLoopbackAddress(), http.address().getPort())) {
      String half =
          "POST /ext_authz/v1/ask HTTP/1.1\r\nHost: here\r\nContent-Length: 10000\r\n\r\nhalf";
      line.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n") < 0) {
        int each = line.getInputStream().read();
        assertThat(each).as(answer.toString()).isNotNegative();
        answer.append((char) each);
      }
      assertThat(answer.toString()).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void anAmountBesideAUsageIsRefusedAndNotDropped() throws Exception {
    HttpResponse<String> both =
        http(
            "/",
            "x-bursar-org",
            "acme",
            "x-bursar-model",
            ModelServer.PRICED_MODEL,
            "x-bursar-usage",
            "output_tokens=1",
            "x-bursar-amount",
            "5");
    assertThat(both.statusCode()).isEqualTo(400);
    JsonNode problem = JSON.readTree(both.body());
    assertThat(problem.path("field").asText()).isEqualTo("x-bursar-amount");
    assertThat(problem.path("detail").asText())
        .isEqualTo("is there beside x-bursar-usage; one of the two is accepted");
    CheckResponse route =
        check(
            Map.of("x-bursar-amount", "5"),
            Map.of("org", "acme", "model", ModelServer.PRICED_MODEL, "usage", "output_tokens=1"),
            Map.of());
    assertThat(route.getStatus().getCode())
        .as("a header is not looked at where the route says it")
        .isEqualTo(Code.OK_VALUE);
  }

  // ---- external authorization over gRPC

  private CheckResponse check(
      Map<String, String> headers, Map<String, String> route, Map<String, Value> metadata) {
    return check(
        AttributeContext.HttpRequest.newBuilder()
            .setMethod("POST")
            .setPath("/v1/ask")
            .putAllHeaders(headers),
        route,
        metadata);
  }

  private CheckResponse check(
      AttributeContext.HttpRequest.Builder http,
      Map<String, String> route,
      Map<String, Value> metadata) {
    return AuthorizationGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .check(
            CheckRequest.newBuilder()
                .setAttributes(
                    AttributeContext.newBuilder()
                        .putAllContextExtensions(route)
                        .setMetadataContext(
                            Metadata.newBuilder()
                                .putFilterMetadata(
                                    "bursar", Struct.newBuilder().putAllFields(metadata).build()))
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
                .build());
  }

  private static Map<String, String> pairs(List<HeaderValueOption> headers) {
    return headers.stream()
        .map(HeaderValueOption::getHeader)
        .collect(Collectors.toMap(HeaderValue::getKey, HeaderValue::getValue));
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  @Test
  void theRouteSaysMostThenMetadataThenHeaders() {
    CheckResponse ok =
        check(
            Map.of("x-bursar-org", "other", "x-bursar-amount", "9", "x-request-id", "r"),
            Map.of("org", "acme"),
            Map.of("amount", number(2.5)));
    assertThat(ok.getStatus().getCode()).as(ok.toString()).isEqualTo(Code.OK_VALUE);
    Map<String, String> upstream = pairs(ok.getOkResponse().getHeadersList());
    assertThat(upstream).containsEntry("x-bursar-amount", "2.5");
    assertThat(upstream.get("x-bursar-reservation")).startsWith(Sidecar.RESERVATION);
    CheckResponse again =
        check(
            Map.of("x-bursar-org", "other", "x-bursar-amount", "9", "x-request-id", "r"),
            Map.of("org", "acme"),
            Map.of("amount", number(2.5)));
    assertThat(pairs(again.getOkResponse().getHeadersList())).isEqualTo(upstream);
    CheckResponse looked =
        check(
            Map.of("x-bursar-reservation", "made-up"),
            Map.of("org", "acme", "mode", "check"),
            Map.of());
    assertThat(looked.getOkResponse().getHeadersToRemoveList())
        .containsExactly("x-bursar-reservation");
  }

  @Test
  void aClientMakesNothingCheaperByItsHeaders() {
    CheckResponse ok =
        check(
            Map.of(
                "x-bursar-mode", "check",
                "x-bursar-usage", "input_tokens=0",
                "x-bursar-credit-type", "image"),
            Map.of("org", "acme", "amount", "4"),
            Map.of());
    Map<String, String> upstream = pairs(ok.getOkResponse().getHeadersList());
    assertThat(upstream)
        .containsEntry("x-bursar-amount", "4")
        .containsEntry("x-bursar-credit-type", "platform");
    until(() -> server.charged() == 4);
  }

  @Test
  void aRequestMayBeToldOfWithABodyAndTheNextIsDecidedToo() {
    AttributeContext.HttpRequest.Builder large =
        AttributeContext.HttpRequest.newBuilder().setBody("x".repeat(3 << 20));
    for (int i = 0; i < 3; i++) {
      CheckResponse told =
          check(large, Map.of("org", "acme", "feature", "chat", "amount", "1"), Map.of());
      assertThat(told.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    }
  }

  @Test
  void bytesThatAreNoMessageEndTheirCallAlone() {
    // given
    MethodDescriptor<byte[], CheckResponse> check =
        AuthorizationGrpc.getCheckMethod().toBuilder(RAW, CHECKED).build();
    byte[] noMessage = {-1, -1, -1};
    // when
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    channel, check, CallOptions.DEFAULT.withWaitForReady(), noMessage))
        // then
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            it -> assertThat(it.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
    assertThat(
            check(Map.of(), Map.of("org", "acme", "feature", "chat", "amount", "1"), Map.of())
                .getStatus()
                .getCode())
        .isEqualTo(Code.OK_VALUE);
  }

  @Test
  void aDenialOverGrpcHasAStatusOfHttp() throws Exception {
    CheckResponse poor = check(Map.of(), Map.of("org", "acme", "amount", "5000"), Map.of());
    assertThat(poor.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(poor.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(402);
    assertThat(JSON.readTree(poor.getDeniedResponse().getBody()).path("code").asText())
        .isEqualTo("insufficient_credits");
    CheckResponse nobody = check(Map.of(), Map.of(), Map.of());
    assertThat(nobody.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
    CheckResponse odd = check(Map.of(), Map.of("org", "acme"), Map.of("amount", number(1e300)));
    assertThat(odd.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
    server.away(true);
    CheckResponse away = check(Map.of(), Map.of("org", "acme", "amount", "5000"), Map.of());
    assertThat(away.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
  }

  @Test
  void whoHasAWrongKeyIsDenied() {
    io.grpc.Metadata key = new io.grpc.Metadata();
    key.put(
        io.grpc.Metadata.Key.of("x-bursar-key", io.grpc.Metadata.ASCII_STRING_MARSHALLER), "no");
    CheckResponse answer =
        AuthorizationGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key))
            .check(CheckRequest.getDefaultInstance());
    assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(401);
    RateLimitResponse limited =
        RateLimitServiceGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(key))
            .shouldRateLimit(
                RateLimitRequest.newBuilder().addDescriptors(descriptor("org", "acme")).build());
    assertThat(limited.getOverallCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
  }

  // ---- the rate limit service

  private static RateLimitDescriptor descriptor(String... pairs) {
    RateLimitDescriptor.Builder descriptor = RateLimitDescriptor.newBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      descriptor.addEntries(
          RateLimitDescriptor.Entry.newBuilder().setKey(pairs[i]).setValue(pairs[i + 1]));
    }
    return descriptor.build();
  }

  private RateLimitResponse limit(int hits, RateLimitDescriptor... descriptors) {
    return RateLimitServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .shouldRateLimit(
            RateLimitRequest.newBuilder()
                .setDomain("models")
                .setHitsAddend(hits)
                .addAllDescriptors(List.of(descriptors))
                .build());
  }

  private static boolean isOk(RateLimitResponse response) {
    return response.getOverallCode() == RateLimitResponse.Code.OK;
  }

  @Test
  void hitsAreUnitsOfAMeterOrTimesAnAmount() {
    assertThat(isOk(limit(0, descriptor("org", "acme", "team", "red", "amount", "0.5")))).isTrue();
    assertThat(isOk(limit(3, descriptor("x-bursar-org", "acme", "amount", "0.5")))).isTrue();
    assertThat(
            isOk(limit(200, descriptor("org", "acme", "model", "gpt", "meter", "output_tokens"))))
        .isTrue();
    assertThat(isOk(limit(1, descriptor("org", "acme", "user", "ann")))).isTrue();
    until(() -> server.charged() == 4);
    assertThat(isOk(limit(100_000, descriptor("org", "acme", "amount", "1")))).isFalse();
  }

  @Test
  void aRepetitionIsOneHit() {
    RateLimitDescriptor one = descriptor("org", "acme", "amount", "2", "request_id", "r");
    RateLimitResponse first = limit(1, one);
    assertThat(limit(1, one)).isEqualTo(first);
    until(() -> server.charged() == 2);
  }

  @Test
  void allDescriptorsAreChargedOrNone() {
    RateLimitResponse both =
        limit(
            2,
            descriptor("org", "acme", "team", "red", "amount", "1"),
            descriptor("org", "acme", "team", "blue", "amount", "2"));
    assertThat(isOk(both)).as(both.toString()).isTrue();
    until(() -> server.charged() == 6);
    RateLimitResponse one =
        limit(
            1,
            descriptor("org", "acme", "amount", "1"),
            descriptor("org", "acme", "amount", "5000"));
    assertThat(isOk(one)).isFalse();
    assertThat(one.getStatusesList())
        .extracting(RateLimitResponse.DescriptorStatus::getCode)
        .containsExactly(RateLimitResponse.Code.OK, RateLimitResponse.Code.OVER_LIMIT);
    until(() -> sidecar.rooms().open().taken() == 0);
    assertThat(server.charged()).isEqualTo(6);
  }

  @Test
  void whatSeveralDescriptorsCostMayNotPassIfItCanNotBeKept() throws Exception {
    RateLimitDescriptor[] both = {
      descriptor("org", "acme", "team", "red", "amount", "1"),
      descriptor("org", "acme", "team", "blue", "amount", "2")
    };
    assertThat(isOk(limit(1, both))).isTrue();
    sidecar.file().close();
    RateLimitResponse answer = limit(1, both);
    assertThat(isOk(answer)).as(answer.toString()).isFalse();
    assertThat(answer.getStatusesList())
        .extracting(RateLimitResponse.DescriptorStatus::getCode)
        .containsOnly(RateLimitResponse.Code.OVER_LIMIT);
  }

  @Test
  void whatCanNotBeDecidedIsOverTheLimit() {
    assertThat(isOk(limit(1))).as("no descriptor").isFalse();
    assertThat(isOk(limit(1, descriptor("generic_key", "x")))).as("no org").isFalse();
    assertThat(isOk(limit(5, descriptor("org", "acme")))).as("five of what?").isFalse();
    assertThat(isOk(limit(1, descriptor("org", "acme", "amount", "1e999999999")))).isFalse();
    assertThat(isOk(limit(1, descriptor("org", "acme", "meter", "unheard_of")))).isFalse();
    server.away(true);
    assertThat(isOk(limit(1, descriptor("org", "acme", "amount", "1")))).isFalse();
  }

  @Test
  void whatSaysTwoThingsOrWhatMeansNothingHereIsOverTheLimit() {
    String[][] wrong = {
      {"org", "acme", "usage", "output_tokens=5"},
      {"org", "acme", "x-bursar-usage", "output_tokens=5", "amount", "1"},
      {"org", "acme", "amount", "1", "mode", "check"},
      {"org", "acme", "amount", "1", "ttl-seconds", "5"},
      {"org", "acme", "amount", "1", "amount", "2"},
      {"org", "acme", "X-Bursar-Org", "other", "amount", "1"},
      {"org", "acme", "cost-center", "a", "cost_center", "a", "amount", "1"},
      {"org", "acme", "amount", "1", "meter", "output_tokens", "model", "gpt"},
      {"org", "acme", "credit_type", "image", "meter", "output_tokens", "model", "gpt"}
    };
    for (String[] pairs : wrong) {
      RateLimitResponse answer = limit(1, descriptor(pairs));
      assertThat(isOk(answer)).as(String.join(" ", pairs)).isFalse();
      assertThat(
              answer.getResponseHeadersToAddList().stream()
                  .collect(Collectors.toMap(HeaderValue::getKey, HeaderValue::getValue)))
          .containsEntry("x-bursar-denial", "invalid");
    }
    assertThat(
            isOk(
                limit(
                    1,
                    descriptor(
                        "generic_key", "a", "generic_key", "b", "org", "acme", "amount", "1"))))
        .as("what is not looked at may be there as often as it is")
        .isTrue();
    until(() -> server.charged() == 1);
  }

  @Test
  void theFailModeMayLetPass() throws IOException {
    stop();
    start(SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()));
    sidecar.terms("acme").toCompletableFuture().join();
    server.away(true);
    assertThat(isOk(limit(1, descriptor("org", "acme", "amount", "1")))).isTrue();
    assertThat(
            isOk(
                limit(
                    1,
                    descriptor("org", "acme", "amount", "1"),
                    descriptor("org", "acme", "amount", "1"))))
        .isTrue();
    CheckResponse checked =
        check(Map.of(), Map.of("org", "acme", "mode", "check", "amount", "1"), Map.of());
    assertThat(checked.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
    server.away(false);
    until(() -> server.unchecked() == 3);
  }
}
