package dev.bursar.projections.tree;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One answer for all who ask the same while it is being worked out, a name at a time: whoever asks
 * gets one that was begun after he asked. So there are never more than two turns of a name, the one
 * under way and the next, however many ask. Thread-safe.
 */
final class Turns<T> {

  /** Of a name of which a turn is under way: those who wait for the next. */
  private static final class Waiting<T> {
    @Nullable CompletableFuture<T> next;
  }

  private final Function<String, CompletionStage<T>> work;
  private final Map<String, Waiting<T>> underWay = new HashMap<>();

  /**
   * @param work works out the answer for a name
   */
  Turns(Function<String, CompletionStage<T>> work) {
    this.work = work;
  }

  CompletionStage<T> ask(String name) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    synchronized (this) {
      Waiting<T> waiting = underWay.get(name);
      if (waiting != null) {
        CompletableFuture<T> next = waiting.next == null ? answer : waiting.next;
        waiting.next = next;
        return next.minimalCompletionStage();
      }
      underWay.put(name, new Waiting<>());
    }
    take(name, answer);
    return answer.minimalCompletionStage();
  }

  private void take(String name, CompletableFuture<T> answer) {
    CompletionStage<T> worked;
    try {
      worked = work.apply(name);
    } catch (RuntimeException e) {
      worked = CompletableFuture.failedFuture(e);
    }
    worked.whenComplete(
        (value, fault) -> {
          CompletableFuture<T> next = next(name);
          if (next != null) {
            take(name, next);
          }
          if (fault == null) {
            answer.complete(value);
          } else {
            answer.completeExceptionally(fault);
          }
        });
  }

  private synchronized @Nullable CompletableFuture<T> next(String name) {
    Waiting<T> waiting = underWay.get(name);
    CompletableFuture<T> next = waiting == null ? null : waiting.next;
    if (waiting == null || next == null) {
      underWay.remove(name);
    } else {
      waiting.next = null;
    }
    return next;
  }
}
