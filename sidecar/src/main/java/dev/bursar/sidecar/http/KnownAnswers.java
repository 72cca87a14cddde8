package dev.bursar.sidecar.http;

import dev.bursar.api.http.Call;
import dev.bursar.api.http.PassedOn;
import dev.bursar.api.http.Reply;
import dev.bursar.api.problem.Problem;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The last answers by idempotency key, so that a repetition is answered as the first was; and which
 * keys were passed on, so that no repetition of theirs is decided here.
 */
final class KnownAnswers {

  private static final int KEYS_MAX = 50_000;

  private record Known(long fingerprint, CompletableFuture<Reply> answer) {}

  private final Map<String, Known> known = new LinkedHashMap<>();

  /** Does something once for the key of a call; each time, if it has none. */
  CompletionStage<Reply> once(Call call, String operation, Supplier<CompletionStage<Reply>> what) {
    String key = call.idempotencyKey();
    if (key == null) {
      return what.get();
    }
    long fingerprint = call.caller().fingerprint();
    String name = operation + ' ' + key;
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    Known before;
    synchronized (known) {
      before = known.putIfAbsent(name, new Known(fingerprint, answer));
      if (before == null && known.size() > KEYS_MAX) {
        Iterator<String> eldest = known.keySet().iterator();
        eldest.next();
        eldest.remove();
      }
    }
    if (before == null) {
      begin(name, answer, what);
      return answer;
    }
    if (before.fingerprint != fingerprint) {
      throw Problem.of(
              422,
              "idempotency_key_reused",
              "the key was used for a request with other content; use a new one")
          .at("Idempotency-Key")
          .fault();
    }
    return before.answer.thenApply(reply -> reply.replayed(true));
  }

  private void begin(
      String name, CompletableFuture<Reply> answer, Supplier<CompletionStage<Reply>> what) {
    CompletionStage<Reply> begun;
    try {
      begun = what.get();
    } catch (RuntimeException e) {
      begun = CompletableFuture.failedStage(e);
    }
    begun.whenComplete(
        (reply, error) -> {
          if (error == null) {
            answer.complete(reply);
            return;
          }
          Throwable cause = error instanceof CompletionException ? error.getCause() : error;
          if (!(cause instanceof PassedOn)) {
            // It changed nothing, and may be tried again.
            synchronized (known) {
              known.remove(name);
            }
          }
          answer.completeExceptionally(cause);
        });
  }
}
