package dev.bursar.entities;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Questions about reservations that an entity found open when it started or looked again: some at a
 * time, each asked again until it is answered. Owned by one entity.
 */
final class Questions {

  private static final int AT_ONCE = 256;
  private static final int TICKS_TO_WAIT = 2;

  private final Consumer<String> ask;
  private final LinkedHashSet<String> waiting = new LinkedHashSet<>();
  private final Map<String, Integer> askedAtTick = new LinkedHashMap<>();
  private int ticks;

  /**
   * @param ask asks about a reservation
   */
  Questions(Consumer<String> ask) {
    this.ask = ask;
  }

  void add(String reservation) {
    if (!askedAtTick.containsKey(reservation)) {
      waiting.add(reservation);
      askMore();
    }
  }

  /** Whether an answer about this reservation is awaited. */
  boolean isAsked(String reservation) {
    return askedAtTick.containsKey(reservation);
  }

  /** The question needs no further answer. */
  void answered(String reservation) {
    askedAtTick.remove(reservation);
    askMore();
  }

  private void askMore() {
    while (askedAtTick.size() < AT_ONCE && !waiting.isEmpty()) {
      String next = waiting.removeFirst();
      if (askedAtTick.putIfAbsent(next, ticks) == null) {
        ask.accept(next);
      }
    }
  }

  /** Asks again what was not answered for long. */
  void onTick() {
    ticks++;
    askedAtTick.replaceAll(
        (reservation, at) -> {
          if (ticks - at < TICKS_TO_WAIT) {
            return at;
          }
          ask.accept(reservation);
          return ticks;
        });
  }

  boolean isEmpty() {
    return askedAtTick.isEmpty() && waiting.isEmpty();
  }
}
