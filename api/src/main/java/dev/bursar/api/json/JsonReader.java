package dev.bursar.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a request's JSON, and nothing but one JSON object or list, within bounds. */
public final class JsonReader {

  static final int DEPTH_MAX = 50;
  static final int STRING_CHARS_MAX = 100_000;
  static final int NAME_CHARS_MAX = 1_000;
  static final int NUMBER_CHARS_MAX = 100;

  /** Deeper than this nothing is read on, not even to find where an item ends. */
  private static final int PASSED_DEPTH_MAX = 1_000;

  private static final String TOO_DEEP =
      "the JSON is nested deeper than %d levels".formatted(DEPTH_MAX);

  private static final Json NULL = new Json.Null();
  private static final Json TRUE = new Json.Bool(true);
  private static final Json FALSE = new Json.Bool(false);

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // JSON between systems is UTF-8 (RFC 8259); nothing is guessed.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(PASSED_DEPTH_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  // Bounded here, as the depth is, so that one of many items can be at fault by
                  // itself.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonReader() {}

  /**
   * The object in these bytes.
   *
   * @throws Fault if they are anything else
   */
  public static Json.Fields read(byte[] utf8) {
    return (Json.Fields) read(utf8, JsonToken.START_OBJECT, "object", JsonReader::value);
  }

  /**
   * The list in these bytes.
   *
   * @throws Fault if they are anything else
   */
  public static Json.Items readItems(byte[] utf8) {
    return (Json.Items) read(utf8, JsonToken.START_ARRAY, "array", JsonReader::value);
  }

  /**
   * One of many.
   *
   * @param json what it is
   * @param fault what is wrong with it, though the rest can be read; null if nothing is
   */
  public record Item(Json json, @Nullable Problem fault) {}

  /**
   * The list in these bytes, each item by itself: a field that is there twice, a number or a string
   * that is too long, or what is nested too deep, is the fault of that item alone.
   *
   * @throws Fault if they are no list of JSON
   */
  public static List<Item> readEach(byte[] utf8) {
    List<Item> items = new ArrayList<>();
    read(
        utf8,
        JsonToken.START_ARRAY,
        "array",
        in -> {
          while (in.nextToken() != JsonToken.END_ARRAY) {
            Values values = new Values();
            Json json = values.value(in);
            items.add(new Item(json, values.fault));
          }
          return NULL;
        });
    return items;
  }

  private static Json value(JsonParser in) throws IOException {
    Values values = new Values();
    Json json = values.value(in);
    if (values.fault != null) {
      throw values.fault.fault();
    }
    return json;
  }

  private interface Reading {
    Json of(JsonParser in) throws IOException;
  }

  private static Json read(byte[] utf8, JsonToken expected, String kind, Reading reading) {
    try (JsonParser in = FACTORY.createParser(utf8)) {
      JsonToken first = in.nextToken();
      if (first == null) {
        throw malformed("the body is empty; a JSON %s is expected".formatted(kind));
      }
      if (first != expected) {
        throw malformed("the body is not a JSON " + kind);
      }
      Json body = reading.of(in);
      if (in.nextToken() != null) {
        throw malformed("something follows the JSON %s%s".formatted(kind, at(in)));
      }
      return body;
    } catch (StreamConstraintsException e) {
      throw malformed(
          "%s, or has a name longer than %d characters".formatted(TOO_DEEP, NAME_CHARS_MAX));
    } catch (IOException e) {
      throw malformed(reason(utf8, e));
    }
  }

  /** Reads values, and remembers the first thing that is wrong with them. */
  private static final class Values {
    private @Nullable Problem fault;

    private void wrong(String detail) {
      if (fault == null) {
        fault = problem(detail);
      }
    }

    private Json.Fields fields(JsonParser in) throws IOException {
      Map<String, Json> fields = new LinkedHashMap<>();
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        in.nextToken();
        if (fields.put(name, value(in)) != null) {
          wrong("a field is there twice in one object");
        }
      }
      return new Json.Fields(fields);
    }

    private Json text(String text) {
      if (text.length() <= STRING_CHARS_MAX) {
        return new Json.Text(text);
      }
      wrong("the JSON has a string longer than %d characters".formatted(STRING_CHARS_MAX));
      return NULL;
    }

    private Json numeral(String digits) {
      if (digits.length() <= NUMBER_CHARS_MAX) {
        return new Json.Numeral(digits);
      }
      wrong("the JSON has a number longer than %d characters".formatted(NUMBER_CHARS_MAX));
      return NULL;
    }

    private Json value(JsonParser in) throws IOException {
      if (in.currentToken().isStructStart()
          && in.getParsingContext().getNestingDepth() > DEPTH_MAX) {
        wrong(TOO_DEEP);
        in.skipChildren();
        return NULL;
      }
      return switch (in.currentToken()) {
        case START_OBJECT -> fields(in);
        case START_ARRAY -> {
          List<Json> items = new ArrayList<>();
          while (in.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(in));
          }
          yield new Json.Items(items);
        }
        case VALUE_STRING -> text(in.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numeral(in.getText());
        case VALUE_TRUE -> TRUE;
        case VALUE_FALSE -> FALSE;
        case VALUE_NULL -> NULL;
        default -> throw malformed("the JSON breaks off" + at(in));
      };
    }
  }

  private static String reason(byte[] utf8, IOException e) {
    if (!isUtf8(utf8)) {
      return "the body is not UTF-8";
    }
    return e instanceof com.fasterxml.jackson.core.JsonProcessingException known
            && known.getLocation() != null
        ? "the body is not valid JSON; the fault is at line %d, column %d"
            .formatted(known.getLocation().getLineNr(), known.getLocation().getColumnNr())
        : "the body is not valid JSON";
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static String at(JsonParser in) {
    return ", at line %d, column %d"
        .formatted(in.currentLocation().getLineNr(), in.currentLocation().getColumnNr());
  }

  private static Fault malformed(String detail) {
    return problem(detail).fault();
  }

  private static Problem problem(String detail) {
    return Problem.of(400, "malformed_json", detail);
  }
}
