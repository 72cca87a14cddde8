package dev.bursar.api.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What bodies an operation takes.
 *
 * @param mediaTypes as what they may come, in lower case and without parameters
 * @param bytesMax how large they may be
 * @param parsed whether each is one JSON object, read before the operation is called; otherwise the
 *     operation reads the bytes itself
 * @param gzipped whether they may come compressed by gzip; the bound is for both forms
 */
public record Intake(List<String> mediaTypes, int bytesMax, boolean parsed, boolean gzipped) {

  /** One JSON object of at most 1 MiB: what all operations take that say nothing else. */
  public static final Intake JSON = new Intake(List.of("application/json"), 1_048_576, true, false);

  /** A JSON object of up to so many bytes. */
  public static Intake json(int bytesMax) {
    return new Intake(JSON.mediaTypes(), bytesMax, true, false);
  }

  /** Bytes that the operation makes sense of. */
  public static Intake bytes(int bytesMax, String... mediaTypes) {
    return new Intake(List.of(mediaTypes), bytesMax, false, false);
  }

  /** The same, also compressed. */
  public Intake orGzipped() {
    return new Intake(mediaTypes, bytesMax, parsed, true);
  }

  /** The accepted media type that a {@code Content-Type} names, in UTF-8 if it is text; or null. */
  @Nullable String accepted(String contentType) {
    String type = contentType.toLowerCase(Locale.ROOT).replace(" ", "");
    int end = type.indexOf(';');
    String parameters = end < 0 ? "" : type.substring(end);
    String bare = end < 0 ? type : type.substring(0, end);
    boolean utf8 =
        parameters.isEmpty()
            || parameters.equals(";charset=utf-8")
            || parameters.equals(";charset=\"utf-8\"");
    return utf8 && mediaTypes.contains(bare) ? bare : null;
  }
}
