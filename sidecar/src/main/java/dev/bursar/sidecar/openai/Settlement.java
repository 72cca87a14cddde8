package dev.bursar.sidecar.openai;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.gateway.Gate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Charges calls by what their answers say that they used, else by what has passed by. */
final class Settlement {

  /** In the metadata of what was charged by estimate, or of which part was: why. */
  static final String ESTIMATED = "bursar.estimated";

  /** Whoever gets an answer waits no longer for what it used to be on record. */
  private static final Duration WAITED_FOR = Duration.ofSeconds(5);

  private final Gate gate;
  private final Prices prices;
  private final OpenAiMeters meters;

  /** What was sent and has not ended; changed by one at a time. */
  private final Set<Held> open = new HashSet<>();

  private boolean isStopped;

  Settlement(Gate gate, Prices prices, OpenAiMeters meters) {
    this.gate = gate;
    this.prices = prices;
    this.meters = meters;
  }

  /** What was set aside for a call. */
  Held of(String reservation, ReserveRequest request, ModelCall call) {
    return new Held(reservation, request, call);
  }

  /** Nothing is sent any more; what was, and has not ended. */
  synchronized List<Held> stop() {
    isStopped = true;
    return List.copyOf(open);
  }

  private synchronized boolean begin(Held held) {
    return !isStopped && open.add(held);
  }

  private synchronized void end(Held held) {
    open.remove(held);
  }

  /** What is set aside for one call; it ends once. */
  final class Held {

    private final String reservation;
    private final ReserveRequest request;
    private final ModelCall call;
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private final CompletableFuture<Void> onRecord = new CompletableFuture<>();
    private volatile boolean isWatched;

    Held(String reservation, ReserveRequest request, ModelCall call) {
      this.reservation = reservation;
      this.request = request;
      this.call = call;
    }

    String reservation() {
      return reservation;
    }

    /** The call is about to be sent; whether it may be. */
    boolean begin() {
      return Settlement.this.begin(this);
    }

    /** Its answer is watched from now on: whoever does that tells how it ended. */
    void watched() {
      isWatched = true;
    }

    /** Whether somebody will tell how it ended, once its answer has. */
    boolean isWatched() {
      return isWatched;
    }

    /** Done when it has ended, and that is on record or can't be now. */
    CompletableFuture<Void> onRecord() {
      return onRecord;
    }

    private CompletionStage<?> waited(CompletionStage<Void> ends) {
      CompletableFuture<Void> ended = ends.exceptionally(error -> null).toCompletableFuture();
      ended.thenRun(
          () -> {
            end(this);
            onRecord.complete(null);
          });
      return ended.copy().completeOnTimeout(null, WAITED_FOR.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Nothing ran. */
    CompletionStage<?> release() {
      if (!hasEnded.compareAndSet(false, true)) {
        return CompletableFuture.completedFuture(null);
      }
      meters.charged("nothing");
      return waited(gate.settle(reservation, request, null, null));
    }

    /** Something ran, and this has come of it. */
    CompletionStage<?> charge(Scan scan, Ending ending) {
      return charge(scan.told(), scan.isPartlyEstimated(), scan.outputTokens(), ending);
    }

    /** Something ran, so much is estimated to have come of it, and nobody counted that. */
    CompletionStage<?> estimate(long outputTokens, Ending ending) {
      return charge(null, true, outputTokens, ending);
    }

    private CompletionStage<?> charge(
        @Nullable Tokens told, boolean isEstimated, long outputTokens, Ending ending) {
      if (!hasEnded.compareAndSet(false, true)) {
        return CompletableFuture.completedFuture(null);
      }
      Map<String, String> remarks =
          told == null || isEstimated ? Map.of(ESTIMATED, ending.reason()) : Map.of();
      meters.charged(remarks.isEmpty() ? "usage" : "estimate");
      if (told == null) {
        return waited(ended(new Tokens(call.inputTokens(), 0, outputTokens), false, remarks));
      }
      return waited(
          (told.cachedInput() == 0
                  ? CompletableFuture.completedFuture(false)
                  : prices.has(request, Tokens.CACHED_INPUT))
              .exceptionally(error -> false)
              .thenCompose(apart -> ended(told, apart, remarks)));
    }

    /** What has no price of its own is charged with the rest; or as much as was set aside. */
    private CompletionStage<Void> ended(Tokens tokens, boolean apart, Map<String, String> remarks) {
      Map<String, Long> setAside = call.estimated().units(false);
      return gate.settleAsPriced(
          reservation,
          request,
          tokens.units(apart),
          apart ? List.of(tokens.units(false), setAside) : List.of(setAside),
          remarks);
    }
  }
}
