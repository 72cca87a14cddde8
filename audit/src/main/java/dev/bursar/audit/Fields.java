package dev.bursar.audit;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, each to be read once. A field that is not of the form that the
 * format demands makes the line unreadable, and so does one that nobody asked for.
 */
final class Fields {

  private final Map<String, Object> left;
  private final String path;
  private final long line;

  Fields(Map<String, Object> fields, String path, long line) {
    this.left = fields;
    this.path = path;
    this.line = line;
  }

  long line() {
    return line;
  }

  boolean has(String name) {
    return left.containsKey(name);
  }

  String text(String name) throws Stopped {
    String text = optionalText(name);
    if (text == null) {
      throw wrong(name, "is missing");
    }
    return text;
  }

  @Nullable String optionalText(String name) throws Stopped {
    Object value = left.remove(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw wrong(name, "is not a string");
  }

  /** A whole number of 0 or more. */
  long count(String name) throws Stopped {
    Object value = left.remove(name);
    if (value == null) {
      throw wrong(name, "is missing");
    }
    if (value instanceof Json.Numeral numeral
        && numeral.whole()
        && !numeral.text().startsWith("-")) {
      try {
        return Long.parseLong(numeral.text());
      } catch (NumberFormatException e) {
        throw wrong(name, "is beyond the range of counts");
      }
    }
    throw wrong(name, "is not a whole number of 0 or more");
  }

  /** An amount, in millionths. */
  long micros(String name) throws Stopped {
    if (left.get(name) instanceof Json.Numeral numeral) {
      throw wrong(name, "is the number %s; amounts are decimal strings".formatted(numeral.text()));
    }
    String text = text(name);
    String objection = Micros.objection(text);
    if (objection != null) {
      throw wrong(name, "\"%s\" %s".formatted(text, objection));
    }
    return Micros.of(text);
  }

  byte[] hex(String name) throws Stopped {
    String text = text(name);
    if (text.length() % 2 != 0
        || !text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      throw wrong(name, "is not in lower-case hex");
    }
    return HexFormat.of().parseHex(text);
  }

  byte[] hash(String name) throws Stopped {
    byte[] hash = hex(name);
    if (hash.length != Sha256.BYTES) {
      throw wrong(name, "is not the hex of 32 bytes");
    }
    return hash;
  }

  List<byte[]> hashes(String name) throws Stopped {
    if (!(left.remove(name) instanceof List<?> list)) {
      throw wrong(name, "is not a list of hashes");
    }
    List<byte[]> hashes = new ArrayList<>();
    for (Object each : list) {
      byte[] hash = each instanceof String text ? Base64Text.decoded(text) : null;
      if (hash == null || hash.length != Sha256.BYTES) {
        throw wrong(name, "has an element that is not the base64 of 32 bytes");
      }
      hashes.add(hash);
    }
    return hashes;
  }

  /** The object of that name; null if there is none. */
  @Nullable Fields object(String name) throws Stopped {
    Object value = left.remove(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(name, "is not an object");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    map.forEach((key, each) -> fields.put((String) key, each));
    return new Fields(fields, path + name + ".", line);
  }

  /** All that is left, which must be strings. */
  Map<String, String> texts() throws Stopped {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : List.copyOf(left.keySet())) {
      texts.put(name, text(name));
    }
    return texts;
  }

  /** Nothing may be left: what is not known here is not proven. */
  void end() throws Stopped {
    for (String name : left.keySet()) {
      throw wrong(name, "is not a field of version 1 of the format");
    }
  }

  Stopped wrong(String name, String why) {
    return Stopped.unreadable(line, path + name + ": " + why);
  }
}
