package dev.bursar.api.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.problem.Fault;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OtlpFormTest {

  private static final Set<String> WANTED = Set.of("s", "i", "d", "l", "service.name");

  private static final List<Spans> EXPECTED =
      List.of(
          new Spans(
              Map.of("service.name", new AttributeValue.Text("assistant")),
              "https://opentelemetry.io/schemas/1.27.0",
              List.of(
                  new Spans.Scope(
                      "https://opentelemetry.io/schemas/1.40.0",
                      List.of(
                          new Spans.Span(
                              "5b8efff798038103d269b633813fc60c",
                              "eee19b7ec3c1b174",
                              1_544_712_661_000_000_000L,
                              Map.of(
                                  "s", new AttributeValue.Text("text"),
                                  "i", new AttributeValue.Whole(-7),
                                  "d", new AttributeValue.Real(0.5),
                                  "l", new AttributeValue.Other("a list"))))))));

  private static List<Spans> json(String text) {
    return OtlpForm.JSON.read(text.getBytes(StandardCharsets.UTF_8), WANTED);
  }

  /** As the collector's exporter writes it, with what a reader may not know. */
  @Test
  void jsonIsReadAsOtlpHasIt() {
    String text =
        """
        {"resourceSpans":[{
          "resource":{"attributes":[
            {"key":"service.name","value":{"stringValue":"assistant"}},
            {"key":"host.name","value":{"stringValue":"h-1"}}],"droppedAttributesCount":1},
          "scopeSpans":[{
            "scope":{"name":"my.library","version":"1.0.0","attributes":[]},
            "spans":[{
              "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174",
              "parentSpanId":"","flags":256,"name":"chat gpt-5","kind":3,
              "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",
              "attributes":[
                {"key":"s","value":{"stringValue":"text"}},
                {"key":"s","value":{"stringValue":"the first counts"}},
                {"value":{"intValue":"-7"},"key":"i"},
                {"key":"d","value":{"doubleValue":0.5}},
                {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x"},{"kvlistValue":{"values":[]}}]}}},
                {"key":"prompt","value":{"kvlistValue":{"values":[{"key":"i","value":{"intValue":"9"}}]}}}],
              "events":[{"timeUnixNano":"1","name":"e","attributes":[{"key":"i","value":{"intValue":"8"}}]}],
              "links":null,"status":{"code":2,"message":"failed"},"fieldOfTomorrow":{"deep":[1,[2]]}}],
            "schemaUrl":"https://opentelemetry.io/schemas/1.40.0"}],
          "schemaUrl":"https://opentelemetry.io/schemas/1.27.0"}]}
        """;
    assertThat(json(text)).isEqualTo(EXPECTED);
  }

  @Test
  void protobufSaysTheSame() {
    Span span =
        Span.newBuilder()
            .setTraceId(bytes("5b8efff798038103d269b633813fc60c"))
            .setSpanId(bytes("eee19b7ec3c1b174"))
            .setEndTimeUnixNano(1_544_712_661_000_000_000L)
            .addAttributes(pair("s", AnyValue.newBuilder().setStringValue("text")))
            .addAttributes(pair("s", AnyValue.newBuilder().setStringValue("the first counts")))
            .addAttributes(pair("i", AnyValue.newBuilder().setIntValue(-7)))
            .addAttributes(pair("d", AnyValue.newBuilder().setDoubleValue(0.5)))
            .addAttributes(
                pair("l", AnyValue.newBuilder().setArrayValue(ArrayValue.getDefaultInstance())))
            .addAttributes(pair("prompt", AnyValue.newBuilder().setStringValue("long")))
            .build();
    byte[] request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder()
                            .addAttributes(
                                pair(
                                    "service.name",
                                    AnyValue.newBuilder().setStringValue("assistant"))))
                    .setSchemaUrl("https://opentelemetry.io/schemas/1.27.0")
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .setSchemaUrl("https://opentelemetry.io/schemas/1.40.0")
                            .addSpans(span)))
            .build()
            .toByteArray();
    assertThat(OtlpForm.PROTOBUF.read(request, WANTED)).isEqualTo(EXPECTED);
  }

  private static com.google.protobuf.ByteString bytes(String hex) {
    return com.google.protobuf.ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static KeyValue pair(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void numbersOf64BitsMayBeNumbersOrStringsAndNoneIsExpandedFromItsExponent() {
    for (var each :
        Map.of(
                "{'intValue':7}", new AttributeValue.Whole(7),
                "{'intValue':'9223372036854775807'}", new AttributeValue.Whole(Long.MAX_VALUE),
                "{'intValue':9223372036854775808}", new AttributeValue.Text("9223372036854775808"),
                "{'intValue':1e999999999}", new AttributeValue.Text("1e999999999"),
                "{'doubleValue':'NaN'}", new AttributeValue.Real(Double.NaN),
                "{'doubleValue':1e999}", new AttributeValue.Real(Double.POSITIVE_INFINITY),
                "{'boolValue':true}", new AttributeValue.Other("a truth value"),
                "{}", new AttributeValue.Other("nothing"),
                "null", new AttributeValue.Other("nothing"))
            .entrySet()) {
      List<Spans> read =
          json(
              ("{'resourceSpans':[{'resource':{'attributes':[{'key':'i','value':"
                      + each.getKey()
                      + "}]}}]}")
                  .replace('\'', '"'));
      assertThat(read.getFirst().attributes()).containsEntry("i", each.getValue());
    }
  }

  @Test
  void anExportOfNothingIsOne() {
    assertThat(json("{}")).isEmpty();
    assertThat(json("{\"resourceSpans\":null}")).isEmpty();
    assertThat(OtlpForm.PROTOBUF.read(new byte[0], WANTED)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{} {}",
        "{'resourceSpans':{}}",
        "{'resourceSpans':[1]}",
        "{'resourceSpans':[{'scopeSpans':[{'spans':[{'traceId':7}]}]}]}",
        "{'resourceSpans':[{'scopeSpans':[{'spans':[{'endTimeUnixNano':{}}]}]}]}",
        "{'resourceSpans':[],'resourceSpans':[]}",
        "{'resourceSpans':[{'scopeSpans':[{'spans':[{'attributes':[{'key':'i','value':{'intValue':[]}}]}]}]}]}"
      })
  void whatIsNoExportIsRefused(String text) {
    assertThatThrownBy(() -> json(text.replace('\'', '"')))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.problem().code()).isEqualTo("malformed_json"));
  }

  @Test
  void depthHasABound() {
    String deep = "{\"unknown\":" + "[".repeat(100_000);
    assertThatThrownBy(() -> json(deep)).isInstanceOf(Fault.class);
    byte[] nested = {0x0a, 0x7f, 0x12, 0x7d};
    assertThatThrownBy(() -> OtlpForm.PROTOBUF.read(nested, WANTED))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> assertThat(fault.problem().code()).isEqualTo("malformed_protobuf"));
  }
}
