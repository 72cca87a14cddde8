package dev.bursar.api.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.usage.UsageReports.Report;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpanReaderTest {

  private static final String TRACE = "5b8efff798038103d269b633813fc60c";
  private static final String SPAN = "eee19b7ec3c1b174";
  private static final long ENDED_NANOS = 1_772_445_600_123_456_789L;
  private static final Catalog CATALOG =
      new Catalog(
          Map.of("platform", "Platform credits"),
          Set.of("input_tokens", "cached_input_tokens", "output_tokens"),
          List.of(
              rate("gpt-5", "input_tokens", "cached_input_tokens", "output_tokens"),
              rate("plain", "input_tokens", "output_tokens"),
              rate("embed", "input_tokens")));

  private final SpanReader reader = new SpanReader(SpanMappings.TWO_CONVENTIONS);
  private final Map<String, AttributeValue> resource = new HashMap<>();
  private final Map<String, AttributeValue> span = new HashMap<>();
  private String schema = "";
  private String traceId = TRACE;
  private String spanId = SPAN;
  private long endNanos = ENDED_NANOS;

  private static Rate rate(String model, String... meters) {
    Map<String, BigDecimal> perUnit = new HashMap<>();
    for (String meter : meters) {
      perUnit.put(meter, BigDecimal.ONE);
    }
    return new Rate(null, model, "platform", perUnit);
  }

  private static AccessKey key(@Nullable String org) {
    return new AccessKey("k", Role.SERVICE, org, "exporter", Instant.EPOCH, null, null);
  }

  private SpanReaderTest with(String name, String text) {
    span.put(name, new AttributeValue.Text(text));
    return this;
  }

  private SpanReaderTest with(String name, long number) {
    span.put(name, new AttributeValue.Whole(number));
    return this;
  }

  private Reading.Done read(@Nullable String org) {
    Spans.Span one = new Spans.Span(traceId, spanId, endNanos, span);
    Spans.Scope scope = new Spans.Scope(schema, List.of(one));
    return switch (reader.read(new Spans(resource, "", List.of(scope)), scope, one, key(org))) {
      case Reading.Done it -> it;
      case Reading.OfOrg it -> it.by().apply(CATALOG);
    };
  }

  private ModelCall counted() {
    Reading reading = read("acme");
    assertThat(reading).isInstanceOf(Reading.Counted.class);
    return ((Reading.Counted) reading).call();
  }

  private Reading.Refused refused() {
    Reading reading = read("acme");
    assertThat(reading).isInstanceOf(Reading.Refused.class);
    return (Reading.Refused) reading;
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # model, input, cached, written, output, what is counted
          gpt-5,   1000,  -,      -,       50,     '{input_tokens=1000, output_tokens=50}'
          gpt-5,   1000,  800,    -,       50,     '{cached_input_tokens=800, input_tokens=200, output_tokens=50}'
          gpt-5,   1000,  1000,   -,       50,     '{cached_input_tokens=1000, output_tokens=50}'
          gpt-5,   1000,  0,      -,       50,     '{input_tokens=1000, output_tokens=50}'
          gpt-5,   1000,  800,    100,     50,     '{cached_input_tokens=800, input_tokens=200, output_tokens=50}'
          plain,   1000,  800,    100,     50,     '{input_tokens=1000, output_tokens=50}'
          embed,   1000,  -,      -,       0,      '{input_tokens=1000}'
          other,   1000,  800,    -,       50,     '{input_tokens=1000, output_tokens=50}'
          gpt-5,   -,     -,      -,       50,     '{output_tokens=50}'
          """)
  void tokensThatArePartOfOthersCountOnce(
      String model, Long input, Long cached, Long written, Long output, String expected) {
    with("gen_ai.request.model", model);
    Map<String, Long> numbers = new HashMap<>();
    numbers.put("gen_ai.usage.input_tokens", input);
    numbers.put("gen_ai.usage.cache_read.input_tokens", cached);
    numbers.put("gen_ai.usage.cache_creation.input_tokens", written);
    numbers.put("gen_ai.usage.output_tokens", output);
    numbers.forEach(
        (name, number) -> {
          if (number != null) {
            with(name, number);
          }
        });
    assertThat(new TreeMap<>(counted().usage())).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # schema,                                     attributes,                        convention
          '',                                           input_tokens output_tokens,        new
          '',                                           prompt_tokens completion_tokens,   old
          '',                                           input_tokens,                      new
          '',                                           input_tokens completion_tokens,    mixed
          https://opentelemetry.io/schemas/1.40.0,      input_tokens,                      new
          https://opentelemetry.io/schemas/1.41.0-dev,  input_tokens,                      new
          https://opentelemetry.io/schemas/1.28.0,      input_tokens,                      mixed
          https://opentelemetry.io/schemas/1.28.0,      input_tokens output_tokens,        new
          https://opentelemetry.io/schemas/1.9.0,       input_tokens,                      new
          https://example.com/1.28.0,                   input_tokens,                      new
          https://opentelemetry.io/schemas/latest,      input_tokens,                      new
          """)
  void theConventionThatFindsMostReadsTheSpan(String url, String attributes, String convention) {
    schema = url;
    for (String name : attributes.split(" ")) {
      with("gen_ai.usage." + name, 7);
    }
    ModelCall call = counted();
    assertThat(call.metadata()).containsEntry("mapping", "test-7/" + convention);
    assertThat(call.usage().values()).hasSize(attributes.split(" ").length).containsOnly(7L);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # operation,  framework, counts
          chat,         -,         call
          embeddings,   -,         call
          -,            -,         call
          invoke_agent, -,         nothing
          execute_tool, -,         nothing
          chat,         chain,     nothing
          -,            chain,     nothing
          transcribe,   -,         refused
          transcribe,   chain,     nothing
          chat,         step,      call
          """)
  void whatLiesAroundModelCallsIsNotCountedBesideThem(
      String operation, String framework, String expected) {
    with("gen_ai.usage.input_tokens", 7);
    if (operation != null) {
      with("gen_ai.operation.name", operation);
    }
    if (framework != null) {
      with("framework.kind", framework);
    }
    String what =
        switch (read("acme")) {
          case Reading.Counted it -> "call";
          case Reading.Nothing it -> "nothing";
          case Reading.Refused it -> "refused";
        };
    assertThat(what).isEqualTo(expected);
  }

  @Test
  void aSpanThatUsedNothingIsNothing() {
    assertThat(read("acme")).isInstanceOf(Reading.Nothing.class);
    with("gen_ai.operation.name", "chat").with("gen_ai.request.model", "gpt-5");
    assertThat(read("acme")).isInstanceOf(Reading.Nothing.class);
    with("gen_ai.usage.input_tokens", 0).with("gen_ai.usage.output_tokens", 0);
    assertThat(read("acme")).isInstanceOf(Reading.Nothing.class);
  }

  @Test
  void numbersMayComeInAnyForm() {
    with("gen_ai.usage.input_tokens", "12");
    span.put("gen_ai.usage.output_tokens", new AttributeValue.Real(3.0));
    assertThat(counted().usage()).isEqualTo(Map.of("input_tokens", 12L, "output_tokens", 3L));
  }

  @Test
  void whatIsNoNumberOfUnitsIsRefused() {
    for (AttributeValue odd :
        List.of(
            new AttributeValue.Whole(-1),
            new AttributeValue.Whole(1_000_000_000_000_001L),
            new AttributeValue.Whole(Long.MAX_VALUE),
            new AttributeValue.Whole(Long.MIN_VALUE),
            new AttributeValue.Real(1.5),
            new AttributeValue.Real(-3),
            new AttributeValue.Real(1e300),
            new AttributeValue.Real(Double.NaN),
            new AttributeValue.Real(Double.POSITIVE_INFINITY),
            new AttributeValue.Text("9223372036854775808"),
            new AttributeValue.Text("1e3"),
            new AttributeValue.Text("-1"),
            new AttributeValue.Text(""),
            new AttributeValue.Other("a list"))) {
      span.put("gen_ai.usage.input_tokens", odd);
      Reading.Refused refused = refused();
      assertThat(refused.field()).isEqualTo("gen_ai.usage.input_tokens");
      assertThat(refused.detail())
          .startsWith("is " + odd.shown() + ";")
          .endsWith("a whole number from 0 to 1000000000000000 is accepted");
    }
  }

  @Test
  void partsThatAreMoreThanTheirWholeAreRefused() {
    with("gen_ai.usage.input_tokens", 100)
        .with("gen_ai.usage.cache_read.input_tokens", 60)
        .with("gen_ai.usage.cache_creation.input_tokens", 41);
    assertThat(refused().detail())
        .startsWith("is 41, which makes the parts of the 100 input_tokens 101;");
  }

  @Test
  void whereTheWholeIsNotSaidItIsWhatItsPartsComeTo() {
    with("gen_ai.usage.cache_read.input_tokens", 60);
    assertThat(counted().usage()).isEqualTo(Map.of("input_tokens", 60L));
    with("gen_ai.request.model", "gpt-5")
        .with("gen_ai.usage.cache_creation.input_tokens", 40)
        .with("gen_ai.usage.output_tokens", 7);
    Map<String, Long> usage = counted().usage();
    assertThat(usage).containsEntry("cached_input_tokens", 60L).containsEntry("output_tokens", 7L);
    assertThat(usage.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(107);
    with("gen_ai.usage.input_tokens", 0);
    assertThat(refused().field()).isEqualTo("gen_ai.usage.cache_read.input_tokens");
  }

  @Test
  void theModelIsTheFirstThatHasARate() {
    with("gen_ai.usage.input_tokens", 7);
    assertThat(counted().model()).isNull();
    with("gen_ai.response.model", "gpt-5-2025-08-07");
    assertThat(counted().model()).isEqualTo("gpt-5-2025-08-07");
    with("gen_ai.request.model", "latest");
    assertThat(counted().model()).isEqualTo("latest");
    with("gen_ai.response.model", "gpt-5");
    assertThat(counted().model()).isEqualTo("gpt-5");
    with("gen_ai.request.model", "plain");
    assertThat(counted().model()).isEqualTo("plain");
  }

  @Test
  void theSpanIsNamedForGoodAndCountsWhenItEnded() {
    resource.put("service.name", new AttributeValue.Text("assistant"));
    Report report = with("gen_ai.usage.input_tokens", 7).counted().report();
    assertThat(report.source()).isEqualTo("otlp/assistant");
    assertThat(report.id()).isEqualTo(TRACE + "-" + SPAN);
    assertThat(report.happenedAt()).isEqualTo("2026-03-02T10:00:00.123456Z");
    assertThat(report.work().traceId()).isEqualTo(TRACE);
    assertThat(report.work().commit()).isTrue();
  }

  @Test
  void aSpanWithoutItsIdsOrItsEndIsRefused() {
    with("gen_ai.usage.input_tokens", 7);
    for (String id : List.of("", "0".repeat(32), TRACE + "0", "x" + TRACE.substring(1))) {
      traceId = id;
      assertThat(refused().field()).isEqualTo("trace_id");
    }
    traceId = TRACE;
    spanId = "0".repeat(16);
    assertThat(refused().field()).isEqualTo("span_id");
    spanId = SPAN;
    endNanos = 0;
    assertThat(refused().field()).isEqualTo("end_time_unix_nano");
    endNanos = Long.MIN_VALUE;
    assertThat(counted().endedAt()).isEqualTo("2262-04-11T23:47:16.854775Z");
  }

  @Test
  void theSpanSaysWhoIsChargedAndElseItsResourceDoes() {
    resource.put("bursar.team", new AttributeValue.Text("platform"));
    resource.put("user.id", new AttributeValue.Text("nobody"));
    resource.put("bursar.wallet", new AttributeValue.Text("main"));
    with("gen_ai.usage.input_tokens", 7)
        .with("bursar.team", "analytics")
        .with("bursar.org", "acme")
        .with("user.id", 17)
        .with("gen_ai.agent.name", "crawler")
        .with("gen_ai.conversation.id", "s-1")
        .with("gen_ai.provider.name", "openai");
    ModelCall call = counted();
    assertThat(call.who())
        .isEqualTo(
            Map.of(
                Attribution.ORG, "acme",
                Attribution.TEAM, "analytics",
                Attribution.USER, "17",
                Attribution.AGENT, "crawler",
                Attribution.SESSION, "s-1",
                Attribution.WALLET, "main"));
    assertThat(call.metadata()).isEqualTo(Map.of("mapping", "test-7/new", "provider", "openai"));

    ModelCall less = call.without(Attribution.AGENT, "no such agent");
    assertThat(less.who()).doesNotContainKey(Attribution.AGENT);
    assertThat(less.metadata()).containsEntry("unknown_agent", "crawler");
    assertThat(less.warnings()).containsExactly("the agent crawler is left out: no such agent");
  }

  @Test
  void theOrgIsTheKeysOwnUnlessTheSpanSaysSo() {
    with("gen_ai.usage.input_tokens", 7);
    assertThat(((Reading.Counted) read("acme")).call().report().work().subject().org())
        .isEqualTo("acme");
    assertThat(((Reading.Refused) read(null)).detail())
        .contains("one of [bursar.org] has to be on the span or its resource");
    with("bursar.org", "globex");
    assertThat(((Reading.Counted) read(null)).call().report().work().subject().org())
        .isEqualTo("globex");
    assertThat(((Reading.Refused) read("acme")).detail()).isEqualTo("there is no org named globex");
  }

  @Test
  void aNameThatIsNoneIsLeftOutUnlessItSaysWhoPays() {
    with("gen_ai.usage.input_tokens", 7).with("bursar.user", "a\nb");
    assertThat(counted().who()).doesNotContainKey(Attribution.USER);
    assertThat(counted().warnings())
        .singleElement()
        .asString()
        .startsWith("the user is left out: it has the character U+000A");
    with("bursar.wallet", "x".repeat(256));
    assertThat(refused().field()).isEqualTo("wallet");
  }

  @Test
  void whatIsKeptIsCutToWhatMayBeKept() {
    with("gen_ai.usage.input_tokens", 7)
        .with("gen_ai.provider.name", "x".repeat(499) + "\uD83D\uDE00");
    assertThat(counted().metadata()).containsEntry("provider", "x".repeat(499));
    with("gen_ai.provider.name", "a\u0000b");
    assertThat(counted().metadata()).doesNotContainKey("provider");
  }
}
