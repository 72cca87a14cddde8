package dev.bursar.api.http;

import dev.bursar.api.json.Json;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Reads bodies: JSON, not compressed, at most 1 MiB, and within 10 seconds. */
final class BodyReader {

  static final long BYTES_MAX = 1_048_576;
  private static final long READ_MS_MAX = 10_000;

  /** The body of a request that has none. */
  static final Json.Fields NO_FIELDS = new Json.Fields(Map.of());

  private final Materializer materializer;

  BodyReader(Materializer materializer) {
    this.materializer = materializer;
  }

  /**
   * The body, if it has come with the head, as it does when it is small; null if it has yet to
   * come.
   *
   * @throws Fault if it is not to be read at all, or is no JSON object
   */
  Json.@Nullable Fields readAtOnce(HttpRequest request, Head head) {
    RequestEntity entity = request.entity();
    if (entity.isKnownEmpty()) {
      return NO_FIELDS;
    }
    String encoding = head.contentEncoding();
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw Problem.of(415, "unsupported_encoding", "bodies are accepted uncompressed only")
          .with("Accept-Encoding", "identity")
          .fault();
    }
    if (!isJson(entity)) {
      throw Problem.of(415, "unsupported_media_type", "bodies are accepted as application/json")
          .fault();
    }
    return entity.isStrict() ? parsed(((HttpEntity.Strict) entity).getData()) : null;
  }

  private static boolean isJson(RequestEntity entity) {
    if (entity.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
      return true;
    }
    String type = entity.getContentType().toString().toLowerCase(Locale.ROOT).replace(" ", "");
    return type.equals("application/json") || type.equals("application/json;charset=utf-8");
  }

  /** The body, once it has come. */
  CompletionStage<Json.Fields> read(HttpRequest request) {
    return request
        .entity()
        .withSizeLimit(BYTES_MAX)
        .toStrict(READ_MS_MAX, BYTES_MAX, materializer)
        .handle(
            (entity, error) -> {
              if (error != null) {
                throw unread(error);
              }
              return parsed(entity.getData());
            });
  }

  private static Json.Fields parsed(ByteString bytes) {
    if (bytes.size() > BYTES_MAX) {
      throw tooLarge();
    }
    return JsonReader.read(bytes.toArrayUnsafe());
  }

  private static Fault unread(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof TimeoutException) {
      return Problem.closing(
              408, "body_timeout", "the body did not come within %d ms".formatted(READ_MS_MAX))
          .fault();
    }
    String message = String.valueOf(cause.getMessage());
    return cause instanceof org.apache.pekko.http.scaladsl.model.EntityStreamSizeException
            || message.contains("too large")
        ? tooLarge()
        : Problem.closing(400, "malformed_body", "the body broke off or is not framed as HTTP asks")
            .fault();
  }

  private static Fault tooLarge() {
    return Problem.closing(
            413, "too_large", "bodies of at most %d bytes are accepted".formatted(BYTES_MAX))
        .fault();
  }

  /** Takes in what is left of a body that nobody wants, up to the bound; then the line is cut. */
  void abandon(HttpRequest request) {
    try {
      request.entity().withSizeLimit(BYTES_MAX).discardBytes(materializer);
    } catch (IllegalStateException e) {
      // It has been read.
    }
  }
}
