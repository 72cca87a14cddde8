package dev.bursar.api.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Spans as OTLP has them in Protobuf. */
final class OtlpProtobuf {

  private static final HexFormat HEX = HexFormat.of();
  private static final int ID_BYTES_SHOWN_MAX = 32;

  private OtlpProtobuf() {}

  /**
   * The spans in these bytes.
   *
   * @param wanted the attributes to read
   * @throws Fault if they are no export of spans
   */
  static List<Spans> read(byte[] bytes, Set<String> wanted) {
    try {
      return ExportTraceServiceRequest.parseFrom(bytes).getResourceSpansList().stream()
          .map(resource -> spans(resource, wanted))
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw Problem.of(
              400,
              "malformed_protobuf",
              "the body is no ExportTraceServiceRequest in Protobuf, or breaks off")
          .fault();
    }
  }

  private static Spans spans(ResourceSpans resource, Set<String> wanted) {
    return new Spans(
        attributes(resource.getResource().getAttributesList(), wanted),
        resource.getSchemaUrl(),
        resource.getScopeSpansList().stream().map(scope -> scope(scope, wanted)).toList());
  }

  private static Spans.Scope scope(ScopeSpans scope, Set<String> wanted) {
    return new Spans.Scope(
        scope.getSchemaUrl(),
        scope.getSpansList().stream().map(span -> span(span, wanted)).toList());
  }

  private static Spans.Span span(Span span, Set<String> wanted) {
    return new Spans.Span(
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        span.getEndTimeUnixNano(),
        attributes(span.getAttributesList(), wanted));
  }

  private static String hex(ByteString id) {
    return HEX.formatHex(id.substring(0, Math.min(id.size(), ID_BYTES_SHOWN_MAX)).toByteArray());
  }

  private static Map<String, AttributeValue> attributes(List<KeyValue> sent, Set<String> wanted) {
    Map<String, AttributeValue> attributes = new HashMap<>();
    for (KeyValue each : sent) {
      if (wanted.contains(each.getKey())) {
        attributes.putIfAbsent(each.getKey(), value(each.getValue()));
      }
    }
    return attributes;
  }

  private static AttributeValue value(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> new AttributeValue.Text(value.getStringValue());
      case INT_VALUE -> new AttributeValue.Whole(value.getIntValue());
      case DOUBLE_VALUE -> new AttributeValue.Real(value.getDoubleValue());
      case BOOL_VALUE -> new AttributeValue.Other("a truth value");
      case ARRAY_VALUE -> new AttributeValue.Other("a list");
      case KVLIST_VALUE -> new AttributeValue.Other("a map");
      case BYTES_VALUE -> new AttributeValue.Other("bytes");
      case STRING_VALUE_STRINDEX, VALUE_NOT_SET -> new AttributeValue.Other("nothing");
    };
  }
}
