package dev.bursar.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON object, strictly: nothing after it, no name twice, no half of a surrogate pair,
 * which has no bytes in UTF-8. Gives maps, lists, strings and {@link Numeral}.
 */
final class Json {

  private static final int DEPTH_MAX = 4;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(Lines.BYTES_MAX)
                  .build())
          .build();

  /** A number as it is written. */
  record Numeral(String text, boolean whole) {}

  private Json() {}

  /** The object in a line. */
  static Fields object(String text, long line) throws Stopped {
    if (text.isBlank()) {
      throw Stopped.unreadable(line, "the line is empty; one JSON object a line is expected");
    }
    if (text.charAt(0) == '\uFEFF') {
      throw Stopped.unreadable(line, "the line begins with a byte order mark");
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw Stopped.unreadable(line, "the line is not a JSON object");
      }
      Map<String, Object> object = object(parser, line);
      if (parser.nextToken() != null) {
        throw Stopped.unreadable(line, "something stands behind the JSON object");
      }
      return new Fields(object, "", line);
    } catch (JsonProcessingException e) {
      throw Stopped.unreadable(line, "malformed JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw Stopped.unreadable(line, "malformed JSON: " + e);
    }
  }

  private static Map<String, Object> object(JsonParser parser, long line)
      throws IOException, Stopped {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = whole(parser.currentName(), line);
      parser.nextToken();
      if (object.put(name, value(parser, name, line)) != null) {
        throw Stopped.unreadable(
            line, "the name \"%s\" stands twice in one object".formatted(name));
      }
    }
    return object;
  }

  private static Object value(JsonParser parser, String name, long line)
      throws IOException, Stopped {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, line);
      case START_ARRAY -> list(parser, name, line);
      case VALUE_STRING -> whole(parser.getText(), line);
      case VALUE_NUMBER_INT -> new Numeral(parser.getText(), true);
      case VALUE_NUMBER_FLOAT -> new Numeral(parser.getText(), false);
      default ->
          throw Stopped.unreadable(
              line,
              "%s: %s is not accepted; what is absent is left out"
                  .formatted(name, parser.getText()));
    };
  }

  private static List<Object> list(JsonParser parser, String name, long line)
      throws IOException, Stopped {
    List<Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(parser, name, line));
    }
    return list;
  }

  private static String whole(String text, long line) throws Stopped {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw Stopped.unreadable(
            line, "a text has half of a surrogate pair, which is no character");
      }
    }
    return text;
  }
}
