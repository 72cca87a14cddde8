package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model calls told of in spans, as OpenTelemetry's own SDK and its collector send them. */
class SpanExportTest {

  private static final String TRACES = "/v1/traces";
  private static final int BYTES_MAX = 4 * 1024 * 1024;
  private static final Resource SERVICE =
      Resource.create(
          Attributes.of(
              AttributeKey.stringKey("service.name"), "assistant",
              AttributeKey.stringKey("bursar.team"), "analytics"));

  private RunningApi api;
  private String key;
  private SdkTracerProvider tracers;
  private final EndedSpans ended = new EndedSpans();

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
    key = api.key(Role.SERVICE, "acme");
    tracers = SdkTracerProvider.builder().setResource(SERVICE).addSpanProcessor(ended).build();
  }

  @AfterEach
  void stop() {
    tracers.close();
    api.close();
  }

  private SpanExporter exporter(String compression) {
    return OtlpHttpSpanExporter.builder()
        .setEndpoint(api.uri(TRACES).toString())
        .addHeader("Authorization", "Bearer " + key)
        .setCompression(compression)
        .setRetryPolicy(null)
        .build();
  }

  /** A call of gpt-5 that ended when the API's clock stands. */
  private SpanData call(long input, long cached, long output, String... more) {
    var span =
        tracers
            .get("test")
            .spanBuilder("chat gpt-5")
            .setNoParent()
            .setStartTimestamp(RunningApi.START.minusSeconds(2))
            .setAttribute("gen_ai.operation.name", "chat")
            .setAttribute("gen_ai.request.model", "gpt-5")
            .setAttribute("gen_ai.usage.input_tokens", input)
            .setAttribute("gen_ai.usage.cache_read.input_tokens", cached)
            .setAttribute("gen_ai.usage.output_tokens", output);
    for (int i = 0; i < more.length; i += 2) {
      span.setAttribute(more[i], more[i + 1]);
    }
    span.startSpan().end(RunningApi.START);
    return ended.all().getLast();
  }

  private static boolean wentWell(SpanExporter exporter, List<SpanData> spans) {
    try (exporter) {
      CompletableResultCode result = exporter.export(spans);
      return result.join(30, TimeUnit.SECONDS).isSuccess();
    }
  }

  private String balance() {
    return api.get("/v1/orgs/acme/wallets/main").at("/balances/0/balance");
  }

  private String metric(String result) {
    return api.send("GET", "/metrics", null, null)
        .body()
        .lines()
        .filter(line -> line.startsWith("bursar_otlp_spans_total{result=\"%s\"}".formatted(result)))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .findFirst()
        .orElse("");
  }

  /** 200 × 0.001 + 800 × 0.0001 + 50 × 0.004 = 0.48. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip"})
  void theSdksExporterIsTaken(String compression) {
    assertThat(wentWell(exporter(compression), List.of(call(1000, 800, 50)))).isTrue();
    assertThat(balance()).isEqualTo("499.52");
    Answer entry = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume");
    assertThat(entry.at("/data/0/amount")).isEqualTo("-0.48");
    assertThat(entry.at("/data/0/subject/team")).isEqualTo("analytics");
    assertThat(entry.at("/data/0/model")).isEqualTo("gpt-5");
    assertThat(entry.at("/data/0/metadata/mapping")).isEqualTo("test-7/new");
  }

  @Test
  void aBatchThatIsSentAgainCountsOnce() {
    List<SpanData> batch = IntStream.range(0, 100).mapToObj(i -> call(1000, 0, 0)).toList();
    for (int time = 0; time < 3; time++) {
      assertThat(wentWell(exporter("gzip"), batch)).isTrue();
    }
    assertThat(balance()).isEqualTo("400");
    assertThat(metric("accepted")).isEqualTo("100.0");
    assertThat(metric("duplicate")).isEqualTo("200.0");
  }

  @Test
  void whatCannotBeTakenNowIsToBeSentAgain() {
    List<SpanData> batch = List.of(call(1000, 0, 0));
    api.node.trouble(dev.bursar.domain.operation.Answer.Unreachable::new);
    assertThat(wentWell(exporter("none"), batch)).isFalse();
    Answer told = export(json(span(SPAN, 1000, 0)));
    assertThat(told.status()).isEqualTo(503);
    assertThat(told.header("Retry-After")).isEqualTo("1");
    assertThat(told.at("/message")).startsWith("not all spans could be taken");
    api.node.trouble(dev.bursar.domain.operation.Answer.Busy::new);
    assertThat(export(json(span(SPAN, 1000, 0))).status()).isEqualTo(429);
    api.node.trouble(null);
    assertThat(wentWell(exporter("none"), batch)).isTrue();
    assertThat(balance()).isEqualTo("499");
  }

  @Test
  void aSpanAroundCallsAndOneWithoutUsageAreIgnored() {
    List<SpanData> batch = new ArrayList<>();
    batch.add(call(1000, 0, 0));
    batch.add(call(1000, 0, 0, "gen_ai.operation.name", "invoke_agent"));
    batch.add(call(0, 0, 0));
    assertThat(wentWell(exporter("none"), batch)).isTrue();
    assertThat(balance()).isEqualTo("499");
    assertThat(metric("ignored")).isEqualTo("2.0");
  }

  private static final String SPAN = "eee19b7ec3c1b174";

  private static String span(String id, long input, long cached, String... more) {
    StringBuilder attributes = new StringBuilder();
    for (int i = 0; i < more.length; i += 2) {
      attributes.append(
          ",{'key':'%s','value':{'stringValue':'%s'}}".formatted(more[i], more[i + 1]));
    }
    return """
        {'traceId':'5b8efff798038103d269b633813fc60c','spanId':'%s','name':'chat','kind':3,
         'startTimeUnixNano':'1772445599000000000','endTimeUnixNano':'1772445600000000000',
         'attributes':[{'key':'gen_ai.request.model','value':{'stringValue':'gpt-5'}},
           {'key':'gen_ai.usage.input_tokens','value':{'intValue':'%d'}},
           {'key':'gen_ai.usage.cache_read.input_tokens','value':{'intValue':%d}}%s],'status':{'code':2}}
        """
        .formatted(id, input, cached, attributes);
  }

  private static String json(String... spans) {
    return ("{'resourceSpans':[{'resource':{'attributes':[]},'scopeSpans':[{'scope':{'name':'x'},'spans':["
            + String.join(",", spans)
            + "]}]}]}")
        .replace('\'', '"');
  }

  private Answer export(String body) {
    return api.send("POST", TRACES, key, body);
  }

  /** 500 × 0.001 + 500 × 0.0001 = 0.55. */
  @Test
  void jsonIsTakenAndAnsweredInJson() {
    Answer answer = export(json(span(SPAN, 1000, 500)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(balance()).isEqualTo("499.45");
  }

  @Test
  void oneBadSpanSpoilsNoOther() {
    Answer answer =
        export(
            json(
                span("0000000000000001", 1000, 0),
                span("0000000000000002", -5, 0),
                span("0000000000000003", 1000, 1001),
                span("0000000000000004", 1000, 0, "bursar.wallet", "nowhere"),
                span("0000000000000005", 1000, 0, "bursar.org", "globex"),
                span("0000000000000006", 1000, 0)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.at("/partialSuccess/rejectedSpans")).isEqualTo("4");
    assertThat(answer.at("/partialSuccess/errorMessage"))
        .startsWith("4 rejected: span 0000000000000002, gen_ai.usage.input_tokens: is -5;")
        .contains("span 0000000000000003, gen_ai.usage.cache_read.input_tokens: is 1001")
        .endsWith("; and 1 more");
    assertThat(balance()).isEqualTo("498");
    assertThat(metric("rejected")).isEqualTo("4.0");
  }

  @Test
  void aUnitThatTheOrgDoesNotKnowIsLeftOutAndKept() {
    Answer answer =
        export(json(span(SPAN, 1000, 0, "gen_ai.agent.id", "asst_1", "bursar.team", "analytics")));
    assertThat(answer.at("/partialSuccess/rejectedSpans")).isEqualTo("0");
    assertThat(answer.at("/partialSuccess/errorMessage"))
        .contains("the agent asst_1 is left out: the org has no agent named asst_1");
    Answer entry = api.get("/v1/orgs/acme/wallets/main/ledger?type=consume");
    assertThat(entry.at("/data/0/subject/team")).isEqualTo("analytics");
    assertThat(entry.at("/data/0/subject/agent")).isEmpty();
    assertThat(entry.at("/data/0/metadata/unknown_agent")).isEqualTo("asst_1");
    assertThat(export(json(span(SPAN, 1000, 0, "gen_ai.agent.id", "asst_1"))).body())
        .isEqualTo("{}");
    assertThat(balance()).isEqualTo("499");
  }

  @Test
  void onlyOperatorsAndServicesReport() {
    String body = json(span(SPAN, 1000, 0));
    for (Role role : List.of(Role.ORG_ADMIN, Role.ORG_FINANCE, Role.ORG_VIEWER)) {
      Answer refused = api.send("POST", TRACES, api.key(role, "acme"), body);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.at("/message")).contains("(forbidden, request ");
    }
    assertThat(api.send("POST", TRACES, null, body).status()).isEqualTo(401);
    Answer nobodys = api.send("POST", TRACES, api.key(Role.SERVICE, null), body);
    assertThat(nobodys.at("/partialSuccess/errorMessage")).contains("bursar.org");
    assertThat(
            api.send("POST", TRACES, api.operator, json(span(SPAN, 1000, 0, "bursar.org", "acme")))
                .body())
        .isEqualTo("{}");
  }

  private Answer post(byte[] body, String... headers) {
    return api.send(
        HttpRequest.newBuilder(api.uri(TRACES))
            .header("Authorization", "Bearer " + key)
            .headers(headers)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void aGzipBombIsNotInflated() throws IOException {
    byte[] spaces = " ".repeat(BYTES_MAX - 2).getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream fits = new ByteArrayOutputStream();
    fits.writeBytes(spaces);
    fits.writeBytes("{}".getBytes(StandardCharsets.US_ASCII));
    String[] headers = {"Content-Type", "application/json", "Content-Encoding", "gzip"};
    assertThat(post(gzip(fits.toByteArray()), headers).status()).isEqualTo(200);
    assertThat(post(fits.toByteArray(), "Content-Type", "application/json").status())
        .isEqualTo(200);
    fits.write(' ');
    assertThat(post(fits.toByteArray(), "Content-Type", "application/json").status())
        .isEqualTo(413);
    byte[] bomb = gzip(fits.toByteArray());
    assertThat(bomb).hasSizeLessThan(10_000);
    Answer refused = post(bomb, headers);
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.at("/message")).startsWith("bodies of at most 4194304 bytes are accepted");
    assertThat(post(new byte[] {1, 2, 3}, headers).status()).isEqualTo(400);
    headers[3] = "br";
    assertThat(post(bomb, headers).status()).isEqualTo(415);
  }

  @Test
  void whatIsNoExportIsToldInTheFormInWhichItCame() {
    byte[] odd = "no export".getBytes(StandardCharsets.US_ASCII);
    Answer protobuf = post(odd, "Content-Type", "application/x-protobuf");
    assertThat(protobuf.status()).isEqualTo(400);
    assertThat(protobuf.header("Content-Type")).isEqualTo("application/x-protobuf");
    // A google.rpc.Status: field 2, of a length, and then the text.
    assertThat(protobuf.body()).startsWith("\u0012").contains("ExportTraceServiceRequest");
    Answer json = post(odd, "Content-Type", "application/json");
    assertThat(json.status()).isEqualTo(400);
    assertThat(json.at("/message")).contains("(malformed_json, request req_");
    Answer text = post(odd, "Content-Type", "text/plain");
    assertThat(text.status()).isEqualTo(415);
    assertThat(text.at("/message")).contains("application/x-protobuf or application/json");
  }

  @Test
  void anExportOfNothingIsAnsweredWithAMessageOfNoBytes() {
    Answer answer = post(new byte[0], "Content-Type", "application/x-protobuf");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/x-protobuf");
    assertThat(answer.body()).isEmpty();
  }
}
