package dev.bursar.projections.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps as columns of JSON. */
public final class JsonColumns {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, String>> TEXTS =
      new TypeReference<>() {};
  private static final TypeReference<LinkedHashMap<String, Long>> NUMBERS =
      new TypeReference<>() {};
  private static final String NONE = "{}";
  private static final byte[] NONE_BYTES = NONE.getBytes(StandardCharsets.UTF_8);

  private JsonColumns() {}

  /** A map of texts, such as an entry's metadata. */
  public static byte[] texts(Map<String, String> texts) {
    return bytes(texts);
  }

  /** A map of numbers, such as units by meter. */
  public static byte[] numbers(Map<String, Long> numbers) {
    return bytes(numbers);
  }

  /** Any tree of maps, lists, texts and numbers. */
  public static String tree(Map<String, ?> tree) {
    return text(bytes(tree));
  }

  /** A list of texts. */
  public static String list(List<String> texts) {
    try {
      return MAPPER.writeValueAsString(texts);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it has no JSON form", e);
    }
  }

  private static byte[] bytes(Map<String, ?> map) {
    if (map.isEmpty()) {
      return NONE_BYTES;
    }
    try {
      return MAPPER.writeValueAsBytes(map);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it has no JSON form", e);
    }
  }

  /** The same as a text. */
  public static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  /** Reads a map of texts. */
  public static Map<String, String> readTexts(String json) {
    return read(json, TEXTS);
  }

  /** Reads a map of numbers. */
  public static Map<String, Long> readNumbers(String json) {
    return read(json, NUMBERS);
  }

  private static <T> Map<String, T> read(String json, TypeReference<LinkedHashMap<String, T>> as) {
    if (json.equals(NONE)) {
      return Map.of();
    }
    try {
      return MAPPER.readValue(json, as);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what is stored is not the object that it should be", e);
    }
  }
}
