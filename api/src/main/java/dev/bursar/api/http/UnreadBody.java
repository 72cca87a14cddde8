package dev.bursar.api.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Materializer;

/**
 * Bodies that nobody will look at. Most clients read no answer while they send, and a connection
 * that is closed meanwhile breaks.
 */
public final class UnreadBody {

  /** So long one is waited for. */
  private static final Duration WITHIN = Duration.ofSeconds(5);

  /** So much of one is taken in: whoever sends more is cut off. */
  private static final long BYTES_MAX = 16 << 20;

  private UnreadBody() {}

  /**
   * Takes in what is still to come of a request.
   *
   * @return done once it has come, or breaks off, or takes more than five seconds; never failed
   */
  public static CompletionStage<Done> takenIn(HttpRequest request, Materializer materializer) {
    if (request.entity().isStrict()) {
      return CompletableFuture.completedStage(Done.getInstance());
    }
    CompletableFuture<Done> taken;
    try {
      taken =
          request
              .entity()
              .withSizeLimit(BYTES_MAX)
              .discardBytes(materializer)
              .completionStage()
              .toCompletableFuture();
    } catch (IllegalStateException e) {
      // It has been read.
      return CompletableFuture.completedStage(Done.getInstance());
    }
    return taken
        .completeOnTimeout(Done.getInstance(), WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(broken -> Done.getInstance());
  }
}
