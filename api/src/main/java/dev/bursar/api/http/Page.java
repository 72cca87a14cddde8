package dev.bursar.api.http;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for. A cursor holds the name of its list, with the question if
 * there are several, and the last row shown, so that it opens no other list.
 */
public final class Page {

  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1_000;
  private static final int CURSOR_CHARS_MAX = 4_000;

  /** Stands in no name, since names have no control characters. */
  private static final String SEPARATOR = "\n";

  private final String list;
  private final int limit;
  private final @Nullable String after;

  /**
   * Reads {@code limit} and {@code cursor}.
   *
   * @param list what is listed, and of whom
   * @throws Fault if they are not what they should be
   */
  Page(Query query, List<String> list) {
    this.list = String.join(SEPARATOR, list) + SEPARATOR;
    this.limit = limit(query.get("limit"));
    String cursor = query.get("cursor");
    this.after = cursor == null ? null : after(cursor);
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return LIMIT_DEFAULT;
    }
    if (text.matches("[0-9]{1,4}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LIMIT_MAX) {
        return limit;
      }
    }
    throw Problem.invalid("limit", "is not a whole number from 1 to " + LIMIT_MAX).fault();
  }

  private String after(String cursor) {
    if (cursor.length() <= CURSOR_CHARS_MAX) {
      try {
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        if (text.startsWith(list) && text.indexOf('\n', list.length()) < 0) {
          return text.substring(list.length());
        }
      } catch (IllegalArgumentException e) {
        // Not base64url.
      }
    }
    throw bad();
  }

  /** What to throw for a cursor that this list did not give. */
  public static Fault bad() {
    return Problem.invalid(
            "cursor", "was not given by this list, or to another question; leave it out to start")
        .fault();
  }

  /** How many rows at most. */
  public int limit() {
    return limit;
  }

  /** The row to start after, or null for the beginning. */
  public @Nullable String after() {
    return after;
  }

  /**
   * Writes the fields that every list has.
   *
   * @param next after what the next page begins; null if there is none
   */
  public <T> void write(
      JsonWriter json, List<T> rows, @Nullable String next, BiConsumer<JsonWriter, T> fields) {
    json.objects("data", rows, fields).field("has_more", next != null);
    if (next != null) {
      byte[] cursor = (list + next).getBytes(StandardCharsets.UTF_8);
      json.field("next_cursor", Base64.getUrlEncoder().withoutPadding().encodeToString(cursor));
    }
  }

  /** Writes the fields that every list has, where the next page begins after the last row. */
  public <T> void write(
      JsonWriter json,
      List<T> rows,
      boolean hasMore,
      Function<T, String> name,
      BiConsumer<JsonWriter, T> fields) {
    write(json, rows, hasMore && !rows.isEmpty() ? name.apply(rows.getLast()) : null, fields);
  }
}
