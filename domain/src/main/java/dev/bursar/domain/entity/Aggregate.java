package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an entity is made of: its state and its rules. Time is always a parameter; the same events
 * always give the same state.
 *
 * @param <C> commands
 * @param <E> events
 * @param <R> replies
 */
public interface Aggregate<C, E, R> {

  /** What is to be made of a command. Changes nothing. */
  Decision<E, R> decide(C command, Instant now);

  /**
   * The same, for who passes on when it was decided.
   *
   * @param clock what the clock shows, which may be behind {@code now}: that is not before the last
   *     event, and the clock may have been set back, or another's was ahead
   */
  default Decision<E, R> decide(C command, Instant now, Instant clock) {
    return decide(command, now);
  }

  /** The next event that fell due by itself by now, or null. Changes nothing. */
  @Nullable E due(Instant now);

  /** Takes an event in. Refuses nothing. */
  void evolve(E event, Place place);

  /**
   * The operation whose outcome this event replaces, besides the one that led to it; null for most.
   * A hold that was taken back must not be confirmed to whoever asks for it again.
   */
  default @Nullable Operation replaces(E event) {
    return null;
  }

  /** The reply that an event gives to the command that led to it. */
  R reply(E event);

  /** The time of the last event; {@link Instant#EPOCH} before any. */
  Instant lastAt();

  /** When the next thing falls due by itself; null if nothing does. */
  @Nullable Instant nextDue();
}
