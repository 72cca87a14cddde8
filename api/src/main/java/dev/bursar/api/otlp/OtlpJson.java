package dev.bursar.api.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Spans as OTLP has them in JSON. That is not what Protobuf's own JSON reader takes: ids are
 * hexadecimal here and base64 there. It reads the bytes once from front to back, and keeps nothing
 * of what nobody asks for, which is most of a span: prompts, events, links.
 */
final class OtlpJson {

  private static final int DEPTH_MAX = 500;
  private static final int NAME_CHARS_MAX = 1_000;
  private static final int NUMBER_CHARS_MAX = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(TraceRoutes.BYTES_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .build())
          .build();

  private final JsonParser in;
  private final Set<String> wanted;

  private OtlpJson(JsonParser in, Set<String> wanted) {
    this.in = in;
    this.wanted = wanted;
  }

  /** Reads a field, or does not know it. */
  @FunctionalInterface
  private interface Field {
    boolean read(String name) throws IOException;
  }

  /** Reads what a list holds. */
  @FunctionalInterface
  private interface Item {
    void read() throws IOException;
  }

  /**
   * The spans in these bytes.
   *
   * @param wanted the attributes to read
   * @throws Fault if they are no export of spans
   */
  static List<Spans> read(byte[] utf8, Set<String> wanted) {
    try (JsonParser in = FACTORY.createParser(utf8)) {
      if (in.nextToken() == null) {
        throw malformed("the body is empty; a JSON object is expected");
      }
      List<Spans> resources = new OtlpJson(in, wanted).resources();
      if (in.nextToken() != null) {
        throw malformed("something follows the JSON object");
      }
      return resources;
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      throw malformed(
          "the body is not valid JSON in UTF-8, is nested deeper than %d levels, or has a field twice"
                  .formatted(DEPTH_MAX)
              + (place == null ? "" : at(place)));
    } catch (IOException e) {
      throw malformed("the body is not valid JSON in UTF-8");
    }
  }

  private List<Spans> resources() throws IOException {
    List<Spans> resources = new ArrayList<>();
    object(
        "the body",
        name ->
            switch (name) {
              case "resourceSpans" -> list(name, () -> resources.add(spans()));
              default -> false;
            });
    return resources;
  }

  private Spans spans() throws IOException {
    Map<String, AttributeValue> attributes = new HashMap<>();
    String[] schemaUrl = {""};
    List<Spans.Scope> scopes = new ArrayList<>();
    object(
        "resourceSpans",
        name ->
            switch (name) {
              case "resource" -> object(name, inner -> attributes(inner, attributes));
              case "schemaUrl" -> text(name, schemaUrl);
              case "scopeSpans" -> list(name, () -> scopes.add(scope()));
              default -> false;
            });
    return new Spans(attributes, schemaUrl[0], scopes);
  }

  private Spans.Scope scope() throws IOException {
    String[] schemaUrl = {""};
    List<Spans.Span> spans = new ArrayList<>();
    object(
        "scopeSpans",
        name ->
            switch (name) {
              case "schemaUrl" -> text(name, schemaUrl);
              case "spans" -> list(name, () -> spans.add(span()));
              default -> false;
            });
    return new Spans.Scope(schemaUrl[0], spans);
  }

  private Spans.Span span() throws IOException {
    String[] traceId = {""};
    String[] spanId = {""};
    String[] end = {"0"};
    Map<String, AttributeValue> attributes = new HashMap<>();
    object(
        "spans",
        name ->
            switch (name) {
              case "traceId" -> text(name, traceId);
              case "spanId" -> text(name, spanId);
              case "endTimeUnixNano" -> number(name, end);
              case "attributes" -> attributes(name, attributes);
              default -> false;
            });
    return new Spans.Span(
        traceId[0].toLowerCase(Locale.ROOT),
        spanId[0].toLowerCase(Locale.ROOT),
        nanos(end[0]),
        attributes);
  }

  private boolean attributes(String field, Map<String, AttributeValue> attributes)
      throws IOException {
    return field.equals("attributes") && list(field, () -> attribute(attributes));
  }

  /** The key may come after the value, which is therefore read even if nobody asks for it. */
  private void attribute(Map<String, AttributeValue> attributes) throws IOException {
    String[] key = {""};
    AttributeValue[] value = {new AttributeValue.Other("nothing")};
    object(
        "attributes",
        name ->
            switch (name) {
              case "key" -> text(name, key);
              case "value" ->
                  key[0].isEmpty() || wanted.contains(key[0])
                      ? object(name, kind -> value(kind, value))
                      : false;
              default -> false;
            });
    if (wanted.contains(key[0])) {
      attributes.putIfAbsent(key[0], value[0]);
    }
  }

  private boolean value(String kind, AttributeValue[] value) throws IOException {
    switch (kind) {
      case "stringValue" -> {
        String[] text = {""};
        text(kind, text);
        value[0] = new AttributeValue.Text(text[0]);
      }
      case "intValue" -> {
        String[] digits = {"0"};
        number(kind, digits);
        value[0] = whole(digits[0]);
      }
      case "doubleValue" -> {
        String[] digits = {"0"};
        number(kind, digits);
        value[0] = real(digits[0]);
      }
      case "boolValue" -> value[0] = new AttributeValue.Other("a truth value");
      case "arrayValue" -> value[0] = new AttributeValue.Other("a list");
      case "kvlistValue" -> value[0] = new AttributeValue.Other("a map");
      case "bytesValue" -> value[0] = new AttributeValue.Other("bytes");
      default -> {
        return false;
      }
    }
    return in.currentToken().isScalarValue();
  }

  /** What no 64 bits can hold stays a text, and is refused where a number is wanted. */
  private static AttributeValue whole(String digits) {
    try {
      return new AttributeValue.Whole(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      return new AttributeValue.Text(digits);
    }
  }

  private static AttributeValue real(String digits) {
    try {
      return new AttributeValue.Real(Double.parseDouble(digits));
    } catch (NumberFormatException e) {
      return new AttributeValue.Text(digits);
    }
  }

  private static long nanos(String digits) {
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Reads an object; null is an empty one, as everywhere in Protobuf's JSON. */
  private boolean object(String what, Field field) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return true;
    }
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(what + " is no JSON object" + at());
    }
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      in.nextToken();
      if (!field.read(name)) {
        in.skipChildren();
      }
    }
    return true;
  }

  private boolean list(String what, Item item) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return true;
    }
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(what + " is no JSON list" + at());
    }
    while (in.nextToken() != JsonToken.END_ARRAY) {
      item.read();
    }
    return true;
  }

  private boolean text(String what, String[] into) throws IOException {
    switch (in.currentToken()) {
      case VALUE_NULL -> {}
      case VALUE_STRING -> into[0] = in.getText();
      default -> throw malformed(what + " is no JSON string" + at());
    }
    return true;
  }

  /** Numbers of 64 bits come as strings, or as numbers. */
  private boolean number(String what, String[] into) throws IOException {
    switch (in.currentToken()) {
      case VALUE_NULL -> {}
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> into[0] = in.getText();
      default -> throw malformed(what + " is neither a number nor a string" + at());
    }
    return true;
  }

  private String at() {
    return at(in.currentLocation());
  }

  private static String at(JsonLocation place) {
    return ", at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
  }

  private static Fault malformed(String detail) {
    return Problem.of(400, "malformed_json", detail).fault();
  }
}
