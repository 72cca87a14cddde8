package dev.bursar.api.http;

import dev.bursar.api.json.Json;
import java.util.Map;

/**
 * A request's body.
 *
 * @param mediaType as what it came, without parameters; empty if there is none
 * @param bytes as it came, where the operation reads it itself; else empty
 * @param fields what it says, where it is one JSON object; else no fields
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and read once
record Payload(String mediaType, byte[] bytes, Json.Fields fields) {

  private static final byte[] NO_BYTES = new byte[0];
  private static final Json.Fields NO_FIELDS = new Json.Fields(Map.of());

  /** That of a request that has none. */
  static final Payload NONE = new Payload("", NO_BYTES, NO_FIELDS);

  static Payload of(String mediaType, byte[] bytes) {
    return new Payload(mediaType, bytes, NO_FIELDS);
  }

  static Payload of(String mediaType, Json.Fields fields) {
    return new Payload(mediaType, NO_BYTES, fields);
  }
}
