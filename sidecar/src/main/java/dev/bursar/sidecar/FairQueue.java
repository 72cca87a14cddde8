package dev.bursar.sidecar;

import dev.bursar.sidecar.server.Places;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the server is to be asked of many orgs, as far as there are {@link Places} for it: that of
 * one org in its order, and orgs in turn. What nobody waits for comes behind all else that waits,
 * and has some of the places at most. Safe for use by many threads.
 */
final class FairQueue {

  /** A question that begins; done with whether the server has answered. */
  interface Question extends Supplier<CompletionStage<Boolean>> {}

  private record Turn(String org, Question question, boolean isUrgent) {}

  private final Places places;
  private final Places placesAhead;

  /** By org; the org whose turn is next comes first. */
  private final Map<String, Queue<Question>> urgent = new LinkedHashMap<>();

  private final Map<String, Queue<Question>> ahead = new LinkedHashMap<>();
  private final AtomicInteger beginning = new AtomicInteger();

  /**
   * @param atOnce how many questions are under way at once
   * @param aheadMax how many of them may be such as nobody waits for
   */
  FairQueue(int atOnce, int aheadMax) {
    this.places = new Places(atOnce);
    this.placesAhead = new Places(aheadMax);
  }

  /** Adds a question, which begins when its turn comes: now, or as others end. */
  void add(String org, boolean isUrgent, Question question) {
    synchronized (this) {
      (isUrgent ? urgent : ahead).computeIfAbsent(org, k -> new ArrayDeque<>()).add(question);
    }
    begin();
  }

  /** Begins what there is a place for; one thread at a time, which holds nothing meanwhile. */
  private void begin() {
    for (int missed = beginning.incrementAndGet() == 1 ? 1 : 0;
        missed != 0;
        missed = beginning.addAndGet(-missed)) {
      for (Turn turn = next(); turn != null; turn = next()) {
        begin(turn);
      }
    }
  }

  private void begin(Turn turn) {
    answer(turn.question)
        .whenComplete(
            (answered, error) -> {
              boolean isAnswered = error == null && answered;
              places.giveBack(turn.org, isAnswered);
              placesAhead.heard(turn.org, isAnswered);
              if (!turn.isUrgent) {
                placesAhead.giveBack(turn.org);
              }
              begin();
            });
  }

  private static CompletionStage<Boolean> answer(Question question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized @Nullable Turn next() {
    Turn next = next(true);
    return next == null ? next(false) : next;
  }

  private @Nullable Turn next(boolean isUrgent) {
    Map<String, Queue<Question>> waiting = isUrgent ? urgent : ahead;
    for (Iterator<Map.Entry<String, Queue<Question>>> each = waiting.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<String, Queue<Question>> first = each.next();
      String org = first.getKey();
      if (take(org, isUrgent)) {
        Queue<Question> its = first.getValue();
        Turn turn = new Turn(org, its.remove(), isUrgent);
        each.remove();
        if (!its.isEmpty()) {
          waiting.put(org, its);
        }
        return turn;
      }
    }
    return null;
  }

  private boolean take(String org, boolean isUrgent) {
    if (!isUrgent && !placesAhead.take(org)) {
      return false;
    }
    boolean taken = places.take(org);
    if (!taken && !isUrgent) {
      placesAhead.giveBack(org);
    }
    return taken;
  }
}
