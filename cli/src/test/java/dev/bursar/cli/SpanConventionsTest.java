package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same call of a model in the words of every convention that the mapping knows, from
 * OpenTelemetry's own SDK to a node with the catalog and the mapping that come along.
 */
class SpanConventionsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMAS = "https://opentelemetry.io/schemas/";

  /** 2,000 × 0.000125 + 8,000 × 0.0000125 + 500 × 0.001. */
  private static final BigDecimal COST = new BigDecimal("-0.85");

  private static final long INPUT = 10_000;
  private static final long CACHED = 8_000;
  private static final long OUTPUT = 500;

  @TempDir private Path directory;
  private final EndedSpans spans = new EndedSpans();
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder().addSpanProcessor(spans).build();

  /** A call by a user, who is named for the convention. */
  private void call(
      String convention,
      String schema,
      String input,
      String cached,
      String output,
      String... more) {
    SpanBuilder span =
        tracers
            .tracerBuilder("instrumentation of " + convention)
            .setSchemaUrl(schema)
            .build()
            .spanBuilder("call")
            .setNoParent()
            .setAttribute("bursar.org", "acme")
            .setAttribute("user.id", convention)
            .setAttribute(input, INPUT)
            .setAttribute(cached, CACHED)
            .setAttribute(output, OUTPUT);
    for (int i = 0; i < more.length; i += 2) {
      span.setAttribute(more[i], more[i + 1]);
    }
    span.startSpan().end();
  }

  private void callsInAllConventions() {
    String gpt = "gen_ai.request.model";
    String kind = "gen_ai.operation.name";
    call(
        "gen-ai-1.42",
        SCHEMAS + "gen-ai-dev/1.42.0-dev",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.output_tokens",
        gpt,
        "gpt-5",
        kind,
        "chat");
    call(
        "semconv-1.40",
        SCHEMAS + "1.41.0",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.output_tokens",
        gpt,
        "latest",
        "gen_ai.response.model",
        "gpt-5",
        kind,
        "chat");
    call(
        "semconv-1.27",
        SCHEMAS + "1.36.0",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.output_tokens",
        gpt,
        "gpt-5",
        kind,
        "text_completion");
    call(
        "semconv-1.25",
        SCHEMAS + "1.26.0",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.completion_tokens",
        gpt,
        "gpt-5",
        "llm.request.type",
        "chat");
    call(
        "openinference",
        "",
        "llm.token_count.prompt",
        "llm.token_count.prompt_details.cache_read",
        "llm.token_count.completion",
        "llm.model_name",
        "gpt-5",
        "openinference.span.kind",
        "LLM");
  }

  private void whatLiesAroundThem() {
    for (String[] around :
        new String[][] {
          {"gen_ai.operation.name", "invoke_agent"},
          {"gen_ai.operation.name", "execute_tool"},
          {"traceloop.span.kind", "workflow"},
          {"openinference.span.kind", "CHAIN"}
        }) {
      call(
          "nobody",
          "",
          "gen_ai.usage.input_tokens",
          "gen_ai.usage.cached_tokens",
          "gen_ai.usage.output_tokens",
          around[0],
          around[1],
          "gen_ai.request.model",
          "gpt-5");
    }
  }

  private void export(int port) {
    try (OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:%d/v1/traces".formatted(port))
            .addHeader("Authorization", "Bearer " + BursarProcess.KEY)
            .setCompression("gzip")
            .build()) {
      assertThat(exporter.export(spans.all()).join(60, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  private static JsonNode get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/v1/orgs/acme/%s".formatted(port, path)))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  /** What each user was charged, by the convention that the entry names. */
  private static Map<String, BigDecimal> charged(int port) throws Exception {
    // Waits until the read models show all that was answered, the ledger among them.
    get(port, "usage?fresh=true");
    Map<String, BigDecimal> charged = new TreeMap<>();
    for (JsonNode entry : get(port, "wallets/main/ledger?type=consume&limit=100").get("data")) {
      String mapping = entry.at("/metadata/mapping").asText();
      if (!mapping.isEmpty()) {
        assertThat(mapping).isEqualTo("bursar-1/" + entry.at("/subject/user").asText());
        charged.merge(
            entry.at("/subject/user").asText(),
            new BigDecimal(entry.get("amount").asText()),
            BigDecimal::add);
      }
    }
    return charged;
  }

  @Test
  void everyConventionComesToTheSameCreditsOnce() throws Exception {
    callsInAllConventions();
    whatLiesAroundThem();
    Map<String, BigDecimal> expected =
        Map.of(
            "gen-ai-1.42", COST,
            "semconv-1.40", COST,
            "semconv-1.27", COST,
            "semconv-1.25", COST,
            "openinference", COST);
    int port = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, port)) {
      export(port);
      export(port);
      assertThat(charged(port)).isEqualTo(expected);
      node.kill();
    }
    int again = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, again)) {
      export(again);
      assertThat(charged(again)).isEqualTo(expected);
    }
  }
}
