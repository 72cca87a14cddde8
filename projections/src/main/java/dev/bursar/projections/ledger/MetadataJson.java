package dev.bursar.projections.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An entry's metadata as JSON. */
final class MetadataJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, String>> TYPE = new TypeReference<>() {};
  private static final byte[] NONE = "{}".getBytes(StandardCharsets.UTF_8);

  private MetadataJson() {}

  static byte[] write(Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return NONE;
    }
    try {
      return MAPPER.writeValueAsBytes(metadata);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("metadata has no JSON form", e);
    }
  }

  static Map<String, String> read(String json) {
    if (json.equals("{}")) {
      return Map.of();
    }
    try {
      return MAPPER.readValue(json, TYPE);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored metadata is not an object of texts", e);
    }
  }
}
