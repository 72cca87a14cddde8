package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.MediaRange;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.Accept;
import org.apache.pekko.http.scaladsl.model.HttpHeader;
import org.jspecify.annotations.Nullable;
import scala.Product;

/** How rows can be had. */
public enum Format {
  JSON(ContentTypes.APPLICATION_JSON),
  CSV(ContentTypes.TEXT_CSV_UTF8),
  NDJSON(
      MediaTypes.customWithFixedCharset(
              "application", "x-ndjson", HttpCharsets.UTF_8, Map.of(), true)
          .toContentType()),
  PARQUET(MediaTypes.customBinary("application", "vnd.apache.parquet", false).toContentType()),
  TEXT(ContentTypes.TEXT_PLAIN_UTF8);

  @SuppressWarnings("ImmutableEnumChecker") // content types never change
  private final ContentType type;

  Format(ContentType type) {
    this.type = type;
  }

  ContentType type() {
    return type;
  }

  /**
   * What the client likes best of what there is; the first, if it does not say.
   *
   * @param header what it accepts, as sent; or null
   */
  static Format of(@Nullable String header, List<Format> offered) {
    Accept accept = header == null ? null : parsed(header);
    if (accept == null) {
      return offered.getFirst();
    }
    Optional<Format> best =
        offered.stream()
            .filter(format -> liking(accept, format.type.mediaType()) > 0)
            .max(
                Comparator.comparing((Format format) -> liking(accept, format.type.mediaType()))
                    .thenComparing(format -> -offered.indexOf(format)));
    return best.orElseThrow(
        () ->
            Problem.of(
                    406,
                    "not_acceptable",
                    "can be had as "
                        + offered.stream()
                            .map(format -> format.type.mediaType().toString())
                            .collect(Collectors.joining(", ")))
                .at("Accept")
                .fault());
  }

  /** The server hands headers on as they came; null for one that says nothing that can be read. */
  private static @Nullable Accept parsed(String header) {
    // The result is a case class of Scala's, with the header first if there is one.
    return HttpHeader.parse("Accept", header, HttpHeader.parse$default$3())
                instanceof Product result
            && result.productElement(0) instanceof Accept accept
        ? accept
        : null;
  }

  /** The most specific range counts, as RFC 9110 has it. */
  private static float liking(Accept accept, MediaType type) {
    float liking = 0;
    int specific = -1;
    for (MediaRange range : accept.getMediaRanges()) {
      if (range.matches(type)) {
        String main = range.mainType();
        int how = main.equals("*") ? 0 : range.toString().startsWith(main + "/*") ? 1 : 2;
        if (how > specific) {
          specific = how;
          liking = range.qValue();
        }
      }
    }
    return liking;
  }
}
