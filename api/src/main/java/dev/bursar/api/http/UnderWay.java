package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.scaladsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import scala.concurrent.duration.FiniteDuration;

/**
 * The requests that are under way: from when they come until all of their answer has been taken
 * from whoever makes it. Once the server stops no other is begun.
 */
public final class UnderWay {

  private static final Problem STOPPING =
      Problem.passing(503, "stopping", "the server stops, and begins nothing any more; ask again");

  private static final Problem UNANSWERED =
      Problem.passing(
          503,
          "stopping",
          "the server stops, and it may or may not have happened; ask again with the same"
              + " Idempotency-Key");

  /** So long an answer may go unread until its reader is taken to have gone away before. */
  private static final FiniteDuration UNREAD_MAX = FiniteDuration.create(1, TimeUnit.SECONDS);

  /** So much of an answer goes out at once, and may be on its way when it is no longer counted. */
  private static final int SLICE_BYTES = 1 << 16;

  private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
  private final Refusing refusing;
  private final Materializer materializer;
  private final AtomicInteger count = new AtomicInteger();

  /** Those that were not answered at once, and are not yet. */
  private final Map<CompletableFuture<HttpResponse>, HttpRequest> unanswered =
      new ConcurrentHashMap<>();

  private final SharedKillSwitch answers = KillSwitches.shared("answers");
  private final CompletableFuture<Done> ended = new CompletableFuture<>();
  private volatile boolean isStopping;

  /**
   * @param handler answers what is begun
   * @param refusing tells what is not, or has no answer in the end
   */
  public UnderWay(
      Function<HttpRequest, CompletionStage<HttpResponse>> handler,
      Refusing refusing,
      Materializer materializer) {
    this.handler = handler;
    this.refusing = refusing;
    this.materializer = materializer;
  }

  /** Answers a request. */
  public CompletionStage<HttpResponse> answer(HttpRequest request) throws Exception {
    // In this order: whoever stops it looks at the count after having said so.
    count.incrementAndGet();
    if (isStopping) {
      HttpResponse refused = closing(refusing.refuse(request, STOPPING));
      return UnreadBody.takenIn(request, materializer)
          .thenApply(
              taken -> {
                end();
                return refused;
              });
    }
    CompletionStage<HttpResponse> made;
    try {
      made = handler.apply(request);
    } catch (Exception e) {
      end();
      throw e;
    }
    CompletableFuture<HttpResponse> answer = made.thenApply(this::watched).toCompletableFuture();
    if (answer.isDone()) {
      end();
      return answer;
    }
    unanswered.put(answer, request);
    return answer.whenComplete(
        (response, error) -> {
          unanswered.remove(answer);
          end();
        });
  }

  private void end() {
    if (count.decrementAndGet() == 0 && isStopping) {
      ended.complete(Done.getInstance());
    }
  }

  /** From now on nothing is begun; done once nothing is under way. */
  public CompletionStage<Done> stop() {
    isStopping = true;
    if (count.get() == 0) {
      ended.complete(Done.getInstance());
    }
    return ended.minimalCompletionStage();
  }

  /**
   * Nobody can wait any more: who has no answer yet is told so, and answers that are on their way
   * break off.
   */
  public void giveUp() {
    answers.abort(new CutOff("the server stops"));
    unanswered.forEach(
        (answer, request) -> answer.complete(closing(refusing.refuse(request, UNANSWERED))));
  }

  private static HttpResponse closing(HttpResponse response) {
    return response.addHeader(Connection.create("close"));
  }

  /**
   * An answer that is made while it is read is counted as long as that is done; so is one of which
   * a slow reader takes long to take all.
   */
  private HttpResponse watched(HttpResponse response) {
    HttpResponse counted =
        switch (response.entity()) {
          case HttpEntity.Strict it when it.getData().size() > SLICE_BYTES ->
              response.withEntity(
                  HttpEntities.create(
                      it.getContentType(), it.getData().size(), slices(it).via(reading())));
          case HttpEntity.Strict it -> response;
          case HttpEntity.Default it ->
              response.withEntity(
                  HttpEntities.create(
                      it.getContentType(),
                      it.getContentLength(),
                      it.getDataBytes().via(reading())));
          case org.apache.pekko.http.scaladsl.model.HttpEntity.Chunked it ->
              response.withEntity(
                  it.copy(
                      it.contentType(),
                      it.chunks().via(this.<ChunkStreamPart>reading().asScala())));
          default -> response.transformEntityDataBytes(reading());
        };
    return isStopping ? closing(counted) : counted;
  }

  private static Source<ByteString, NotUsed> slices(HttpEntity.Strict entity) {
    ByteString bytes = entity.getData();
    return Source.range(0, (bytes.size() - 1) / SLICE_BYTES)
        .map(i -> bytes.slice(i * SLICE_BYTES, (i + 1) * SLICE_BYTES));
  }

  private <T> Flow<T, T, NotUsed> reading() {
    count.incrementAndGet();
    AtomicBoolean isRead = new AtomicBoolean();
    Cancellable unread =
        materializer.scheduleOnce(
            UNREAD_MAX,
            () -> {
              if (isRead.compareAndSet(false, true)) {
                end();
              }
            });
    return Flow.<T>create()
        .via(answers.<T>flow())
        .watchTermination(
            (none, read) -> {
              unread.cancel();
              if (isRead.compareAndSet(false, true)) {
                read.whenComplete((done, error) -> end());
              }
              return none;
            });
  }
}
