package dev.bursar.sidecar.openai;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.gateway.Gate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  Settlement(Gate gate, Prices prices, OpenAiMeters meters) {
    this.gate = gate;
    this.prices = prices;
    this.meters = meters;
  }

  /** What was set aside for a call. */
  Held of(String reservation, ReserveRequest request, ModelCall call) {
    return new Held(reservation, request, call);
  }

  /** What is set aside for one call; it ends once. */
  final class Held {

    private final String reservation;
    private final ReserveRequest request;
    private final ModelCall call;
    private final AtomicBoolean hasEnded = new AtomicBoolean();

    Held(String reservation, ReserveRequest request, ModelCall call) {
      this.reservation = reservation;
      this.request = request;
      this.call = call;
    }

    String reservation() {
      return reservation;
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

  private static CompletionStage<?> waited(CompletionStage<Void> ended) {
    return ended
        .exceptionally(error -> null)
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(null, WAITED_FOR.toMillis(), TimeUnit.MILLISECONDS);
  }
}
