package dev.bursar.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/**
 * How values of one type are stored: a name, a version and the steps from every earlier version.
 * Writes the newest version, reads all. Thread-safe.
 */
final class StoredForm<T> {

  private final String name;
  private final List<Upcaster> upcasters;
  private final String manifest;
  private final ObjectWriter writer;
  private final ObjectReader reader;
  private final ObjectReader trees;

  /**
   * @param name what stands before the version in the manifest
   * @param upcasters the step from version 1 to 2, from 2 to 3, …; the newest version is one more
   *     than there are steps
   */
  StoredForm(String name, ObjectMapper mapper, JavaType type, List<Upcaster> upcasters) {
    this.name = name;
    this.upcasters = List.copyOf(upcasters);
    this.manifest = name + '.' + (upcasters.size() + 1);
    this.writer = mapper.writerFor(type);
    this.reader = mapper.readerFor(type);
    this.trees = mapper.readerFor(ObjectNode.class);
  }

  String manifest() {
    return manifest;
  }

  byte[] encode(T value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new StoredFormException("there is no " + manifest + " of this", e);
    }
  }

  T decode(String storedManifest, byte[] bytes) {
    int version = storedManifest.equals(manifest) ? upcasters.size() + 1 : version(storedManifest);
    T value;
    try {
      value = version > upcasters.size() ? reader.readValue(bytes) : upcast(version, bytes);
    } catch (IOException | RuntimeException e) {
      throw new StoredFormException(
          "%d bytes are no %s".formatted(bytes.length, storedManifest), e);
    }
    if (value == null) {
      throw new StoredFormException("%d bytes are no %s".formatted(bytes.length, storedManifest));
    }
    return value;
  }

  private T upcast(int version, byte[] bytes) throws IOException {
    ObjectNode tree = trees.readValue(bytes);
    for (Upcaster step : upcasters.subList(version - 1, upcasters.size())) {
      tree = step.upcast(tree);
    }
    return reader.readValue((JsonNode) tree);
  }

  private int version(String storedManifest) {
    for (int version = 1; version <= upcasters.size(); version++) {
      if (storedManifest.equals(name + '.' + version)) {
        return version;
      }
    }
    throw new StoredFormException(
        "the manifest %s is not known here; %s.1 to %s are"
            .formatted(storedManifest, name, manifest));
  }
}
