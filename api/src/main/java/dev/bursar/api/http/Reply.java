package dev.bursar.api.http;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.ledger.LedgerQueries;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * An answer that went well.
 *
 * @param status the HTTP status
 * @param type what the body is
 * @param body the body, as it goes out
 * @param rows the body instead, as it comes, for what is too long to be held in memory; or null
 * @param replayed whether it repeats the answer to an earlier request with the same key
 * @param etag stands for the whole of the body, so that a client can ask whether it has changed; or
 *     null
 * @param freshness how new what was read is, if the headers have to say so; or null
 * @param sidecars which holders of leases have it, as the header says it; null where there are none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and written once
public record Reply(
    int status,
    ContentType type,
    byte[] body,
    @Nullable Source<ByteString, NotUsed> rows,
    boolean replayed,
    @Nullable String etag,
    LedgerQueries.@Nullable Freshness freshness,
    @Nullable String sidecars) {

  private static final byte[] NOTHING = new byte[0];
  private static final int TAG_BYTES = 16;

  private static final ContentType EVENTS =
      MediaTypes.customWithFixedCharset("text", "event-stream", HttpCharsets.UTF_8, Map.of(), true)
          .toContentType();

  /** A body as it is. */
  public static Reply of(ContentType type, byte[] body) {
    return new Reply(200, type, body, null, false, null, null, null);
  }

  /** A JSON object. */
  public static Reply ok(Consumer<JsonWriter> fields) {
    return json(200, fields);
  }

  /** A JSON object with another status. */
  public static Reply json(int status, Consumer<JsonWriter> fields) {
    return new Reply(
        status,
        ContentTypes.APPLICATION_JSON,
        JsonWriter.bytes(fields),
        null,
        false,
        null,
        null,
        null);
  }

  /** Rows as they come. If they fail on the way, the connection breaks off. */
  public static Reply rows(Format format, Source<ByteString, NotUsed> rows) {
    return new Reply(200, format.type(), NOTHING, rows, false, null, null, null);
  }

  /** Server-sent events as they come; they end when the source does, or the client. */
  public static Reply events(Source<ByteString, NotUsed> events) {
    return new Reply(200, EVENTS, NOTHING, events, false, null, null, null);
  }

  /** Text in a format. */
  public static Reply text(Format format, byte[] text) {
    return of(format.type(), text);
  }

  /** What was read is as new as this; for formats that have no place to say so themselves. */
  public Reply asOf(LedgerQueries.Freshness freshness) {
    return new Reply(status, type, body, rows, replayed, etag, freshness, sidecars);
  }

  /** Done, and nothing to say. */
  public static Reply nothing() {
    return new Reply(204, ContentTypes.NO_CONTENT_TYPE, NOTHING, null, false, null, null, null);
  }

  /** The same with a tag, by its body; nothing but the tag, if the client has that already. */
  public Reply tagged(Call call) {
    String tag;
    try {
      tag =
          '"'
              + HexFormat.of()
                  .formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, TAG_BYTES)
              + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    return call.has(tag)
        ? new Reply(304, ContentTypes.NO_CONTENT_TYPE, NOTHING, null, false, tag, null, null)
        : new Reply(status, type, body, rows, replayed, tag, freshness, sidecars);
  }

  /** The same, marked as a repetition or not. */
  public Reply replayed(boolean isReplayed) {
    return isReplayed == replayed
        ? this
        : new Reply(status, type, body, rows, isReplayed, etag, freshness, sidecars);
  }

  /** The same, saying which holders of leases have it; null for no leases. */
  public Reply toldTo(@Nullable String list) {
    return new Reply(status, type, body, rows, replayed, etag, freshness, list);
  }
}
