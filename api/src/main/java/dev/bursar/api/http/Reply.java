package dev.bursar.api.http;

import dev.bursar.api.json.JsonWriter;
import java.util.function.Consumer;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;

/**
 * An answer that went well.
 *
 * @param status the HTTP status
 * @param type what the body is
 * @param body the body, as it goes out
 * @param replayed whether it repeats the answer to an earlier request with the same key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and written once
public record Reply(int status, ContentType type, byte[] body, boolean replayed) {

  private static final byte[] NOTHING = new byte[0];

  /** A JSON object. */
  public static Reply ok(Consumer<JsonWriter> fields) {
    return json(200, fields);
  }

  /** A JSON object with another status. */
  public static Reply json(int status, Consumer<JsonWriter> fields) {
    return new Reply(status, ContentTypes.APPLICATION_JSON, JsonWriter.bytes(fields), false);
  }

  /** Done, and nothing to say. */
  public static Reply nothing() {
    return new Reply(204, ContentTypes.NO_CONTENT_TYPE, NOTHING, false);
  }

  /** The same, marked as a repetition or not. */
  public Reply replayed(boolean isReplayed) {
    return isReplayed == replayed ? this : new Reply(status, type, body, isReplayed);
  }
}
