package dev.bursar.api.http;

import dev.bursar.api.json.JsonReader;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
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

/** Reads bodies: not compressed, of what an operation takes, and within 10 seconds. */
final class BodyReader {

  private static final long READ_MS_MAX = 10_000;

  /** How much of a body that nobody wants is taken in before the line is cut. */
  private static final long ABANDONED_BYTES_MAX = Intake.JSON.bytesMax();

  private static final String APPLICATION_JSON = "application/json";

  private final Materializer materializer;

  BodyReader(Materializer materializer) {
    this.materializer = materializer;
  }

  /**
   * The body, if it has come with the head, as it does when it is small; null if it has yet to
   * come.
   *
   * @throws Fault if it is not to be read at all, or is not what the operation takes
   */
  @Nullable Payload readAtOnce(HttpRequest request, Head head, Intake intake) {
    RequestEntity entity = request.entity();
    if (entity.isKnownEmpty()) {
      return Payload.NONE;
    }
    String encoding = head.contentEncoding();
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw Problem.of(415, "unsupported_encoding", "bodies are accepted uncompressed only")
          .with("Accept-Encoding", "identity")
          .fault();
    }
    String mediaType = mediaType(entity, intake);
    return entity.isStrict()
        ? taken(((HttpEntity.Strict) entity).getData(), mediaType, intake)
        : null;
  }

  private static String mediaType(RequestEntity entity, Intake intake) {
    if (intake.parsed() && entity.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
      return APPLICATION_JSON;
    }
    String accepted = intake.accepted(entity.getContentType().toString());
    if (accepted == null) {
      throw Problem.of(
              415,
              "unsupported_media_type",
              "bodies are accepted as " + String.join(" or ", intake.mediaTypes()))
          .fault();
    }
    return accepted;
  }

  /** The body, once it has come. */
  CompletionStage<Payload> read(HttpRequest request, Intake intake) {
    String mediaType = mediaType(request.entity(), intake);
    return request
        .entity()
        .withSizeLimit(intake.bytesMax())
        .toStrict(READ_MS_MAX, intake.bytesMax(), materializer)
        .handle(
            (entity, error) -> {
              if (error != null) {
                throw unread(error, intake);
              }
              return taken(entity.getData(), mediaType, intake);
            });
  }

  private static Payload taken(ByteString data, String mediaType, Intake intake) {
    if (data.size() > intake.bytesMax()) {
      throw tooLarge(intake);
    }
    byte[] bytes = data.toArrayUnsafe();
    return intake.parsed()
        ? Payload.of(mediaType, JsonReader.read(bytes))
        : Payload.of(mediaType, bytes);
  }

  private static Fault unread(Throwable error, Intake intake) {
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
        ? tooLarge(intake)
        : Problem.closing(400, "malformed_body", "the body broke off or is not framed as HTTP asks")
            .fault();
  }

  private static Fault tooLarge(Intake intake) {
    return Problem.closing(
            413,
            "too_large",
            "bodies of at most %d bytes are accepted".formatted(intake.bytesMax()))
        .fault();
  }

  /** Takes in what is left of a body that nobody wants, up to the bound; then the line is cut. */
  void abandon(HttpRequest request) {
    try {
      request.entity().withSizeLimit(ABANDONED_BYTES_MAX).discardBytes(materializer);
    } catch (IllegalStateException e) {
      // It has been read.
    }
  }
}
