package dev.bursar.api.http;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.ledger.LedgerQueries;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
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
 * @param freshness how new what was read is, if the headers have to say so; or null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and written once
public record Reply(
    int status,
    ContentType type,
    byte[] body,
    @Nullable Source<ByteString, NotUsed> rows,
    boolean replayed,
    LedgerQueries.@Nullable Freshness freshness) {

  private static final byte[] NOTHING = new byte[0];

  /** A body as it is. */
  public static Reply of(ContentType type, byte[] body) {
    return new Reply(200, type, body, null, false, null);
  }

  /** A JSON object. */
  public static Reply ok(Consumer<JsonWriter> fields) {
    return json(200, fields);
  }

  /** A JSON object with another status. */
  public static Reply json(int status, Consumer<JsonWriter> fields) {
    return new Reply(
        status, ContentTypes.APPLICATION_JSON, JsonWriter.bytes(fields), null, false, null);
  }

  /** Rows as they come. If they fail on the way, the connection breaks off. */
  public static Reply rows(Format format, Source<ByteString, NotUsed> rows) {
    return new Reply(200, format.type(), NOTHING, rows, false, null);
  }

  /** Text in a format. */
  public static Reply text(Format format, byte[] text) {
    return of(format.type(), text);
  }

  /** What was read is as new as this; for formats that have no place to say so themselves. */
  public Reply asOf(LedgerQueries.Freshness freshness) {
    return new Reply(status, type, body, rows, replayed, freshness);
  }

  /** Done, and nothing to say. */
  public static Reply nothing() {
    return new Reply(204, ContentTypes.NO_CONTENT_TYPE, NOTHING, null, false, null);
  }

  /** The same, marked as a repetition or not. */
  public Reply replayed(boolean isReplayed) {
    return isReplayed == replayed
        ? this
        : new Reply(status, type, body, rows, isReplayed, freshness);
  }
}
