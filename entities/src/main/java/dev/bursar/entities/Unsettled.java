package dev.bursar.entities;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reservations that somebody may have been told the end of, while the org has it not on record:
 * what it found open when it started, what another incarnation began, and endings that it was told
 * of and had no room for. Whoever wants to know of all that was acknowledged waits until there are
 * none, or for so long. Owned by one entity.
 */
final class Unsettled {

  private record Waiting(long untilMs, Runnable go, Runnable giveUp) {}

  private final Set<String> reservations = new LinkedHashSet<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean looked;

  void add(String reservation) {
    reservations.add(reservation);
  }

  /** What was open when the entity started is known from now on. */
  void looked() {
    looked = true;
    goOnIfNone();
  }

  boolean hasLooked() {
    return looked;
  }

  /** It is on record how this one ended, or it has not. */
  void settled(String reservation) {
    if (reservations.remove(reservation)) {
      goOnIfNone();
    }
  }

  boolean isNone() {
    return looked && reservations.isEmpty();
  }

  List<String> all() {
    return List.copyOf(reservations);
  }

  /** Whether there is something to be looked after. */
  boolean isBusy() {
    return !reservations.isEmpty() || !waiting.isEmpty();
  }

  int waiting() {
    return waiting.size();
  }

  /**
   * Waits until there are none.
   *
   * @param untilMs until when at the latest, by the host's time; no earlier than for those before
   */
  void await(long untilMs, Runnable go, Runnable giveUp) {
    waiting.add(new Waiting(untilMs, go, giveUp));
    goOnIfNone();
  }

  private void goOnIfNone() {
    while (isNone() && !waiting.isEmpty()) {
      waiting.remove().go.run();
    }
  }

  /** Those who have waited for too long give up. */
  void onTick(long nowMs) {
    while (!waiting.isEmpty() && waiting.element().untilMs <= nowMs) {
      waiting.remove().giveUp.run();
    }
  }

  /** All give up. */
  void giveUp() {
    while (!waiting.isEmpty()) {
      waiting.remove().giveUp.run();
    }
  }
}
