package dev.bursar.api.http;

import dev.bursar.api.json.JsonReader;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/** Reads bodies of what an operation takes, within 10 seconds. Safe for use by many threads. */
final class BodyReader {

  private static final long READ_MS_MAX = 10_000;

  /**
   * How much of a body that nobody wants is taken in before the line is cut: most clients read no
   * answer while they send.
   */
  private static final long TAKEN_IN_BYTES_MAX = 16 * 1_048_576;

  /** All bodies together that are whole in memory, or on their way, before they are read. */
  private static final long WHOLE_BYTES_MAX = 10 * 1_048_576;

  private static final Problem MANY =
      Problem.passing(
          429,
          "busy",
          "as many bodies are under way as may be at once; ask again when some have"
              + " been answered");

  private static final String APPLICATION_JSON = "application/json";

  private final Materializer materializer;

  /** The bytes of bodies that are whole, or on their way to be. */
  private final AtomicLong whole = new AtomicLong();

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
    if (entity.isKnownEmpty() && intake.parsed()) {
      return Payload.NONE;
    }
    boolean gzipped = gzipped(head, intake);
    String mediaType = mediaType(entity, intake);
    return entity.isStrict()
        ? taken(((HttpEntity.Strict) entity).getData(), gzipped, mediaType, intake)
        : null;
  }

  private static boolean gzipped(Head head, Intake intake) {
    String encoding = head.contentEncoding();
    if (encoding == null || encoding.equalsIgnoreCase("identity")) {
      return false;
    }
    if (intake.gzipped() && encoding.equalsIgnoreCase("gzip")) {
      return true;
    }
    throw Problem.of(
            415,
            "unsupported_encoding",
            intake.gzipped()
                ? "bodies are accepted uncompressed, or compressed by gzip"
                : "bodies are accepted uncompressed only")
        .with("Accept-Encoding", intake.gzipped() ? "gzip, identity" : "identity")
        .fault();
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
  CompletionStage<Payload> read(HttpRequest request, Head head, Intake intake) {
    boolean gzipped = gzipped(head, intake);
    String mediaType = mediaType(request.entity(), intake);
    return arrived(request, new Arriving(intake, null))
        .thenApply(bytes -> taken(bytes, gzipped, mediaType, intake));
  }

  /**
   * Does something with the same request once its body is there, so that it can be read and sent on
   * as well. Until that is answered its bytes count among all that are.
   *
   * @return failed with a {@link Fault} if it can't be read, or if too much is under way
   */
  CompletionStage<HttpResponse> whole(
      HttpRequest request,
      Intake intake,
      Function<HttpRequest, CompletionStage<HttpResponse>> what) {
    Arriving body = new Arriving(intake, whole);
    return arrived(request, body)
        .thenCompose(
            bytes ->
                what.apply(
                    request.withEntity(
                        HttpEntities.create(request.entity().getContentType(), bytes))))
        .whenComplete((answer, error) -> body.forget());
  }

  private CompletionStage<ByteString> arrived(HttpRequest request, Arriving body) {
    return request
        .entity()
        .withSizeLimit(TAKEN_IN_BYTES_MAX)
        .getDataBytes()
        .completionTimeout(Duration.ofMillis(READ_MS_MAX))
        .runForeach(body::add, materializer)
        .handle((done, error) -> body.result(error));
  }

  /** A body of which what is within the bounds is kept; of one that passes them, nothing. */
  private static final class Arriving {

    private final Intake intake;
    private final @Nullable AtomicLong all;
    private ByteStringBuilder bytes = new ByteStringBuilder();
    private @Nullable Fault refusal;

    /**
     * @param all the bytes of all bodies that are bounded together; null for none
     */
    Arriving(Intake intake, @Nullable AtomicLong all) {
      this.intake = intake;
      this.all = all;
    }

    void add(ByteString part) {
      if (refusal != null) {
        return;
      }
      if (bytes.length() + part.size() > intake.bytesMax()) {
        refuse(tooLarge(intake));
      } else {
        bytes.append(part);
        if (all != null && all.addAndGet(part.size()) > WHOLE_BYTES_MAX) {
          refuse(MANY.fault());
        }
      }
    }

    private void refuse(Fault why) {
      refusal = why;
      forget();
    }

    /** It counts no longer. */
    void forget() {
      if (all != null) {
        all.addAndGet(-bytes.length());
      }
      bytes = new ByteStringBuilder();
    }

    ByteString result(@Nullable Throwable error) {
      if (refusal != null) {
        throw refusal;
      }
      if (error != null) {
        throw unread(error, intake);
      }
      return bytes.result();
    }
  }

  private static Payload taken(ByteString data, boolean gzipped, String mediaType, Intake intake) {
    if (data.size() > intake.bytesMax()) {
      throw tooLarge(intake);
    }
    byte[] sent = data.toArrayUnsafe();
    byte[] bytes = gzipped ? inflated(sent, intake) : sent;
    return intake.parsed()
        ? Payload.of(mediaType, JsonReader.read(bytes))
        : Payload.of(mediaType, bytes);
  }

  /** What is within the bound is taken out, and not a byte more: a small body may be a huge one. */
  private static byte[] inflated(byte[] gzip, Intake intake) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      byte[] bytes = in.readNBytes(intake.bytesMax());
      if (in.read() >= 0) {
        throw tooLarge(intake);
      }
      return bytes;
    } catch (IOException e) {
      throw Problem.of(400, "malformed_gzip", "the body is not valid gzip, or breaks off").fault();
    }
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
      request.entity().withSizeLimit(TAKEN_IN_BYTES_MAX).discardBytes(materializer);
    } catch (IllegalStateException e) {
      // It has been read.
    }
  }
}
