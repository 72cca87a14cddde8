package dev.bursar.simulation.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client sees of the world in which it plays its history. */
public interface Sight {

  /** The time by the clock of whoever runs an org. */
  Instant now(String org);

  /** A time that no clock is behind. */
  Instant earliestNow();

  /**
   * How far ahead the next key may be, in milliseconds; a second is let in, however short a memory
   * is.
   */
  default int keyAheadMaxMs() {
    return 900;
  }

  /** How far ahead of the clocks work may be said to have run, in milliseconds; 0 if not at all. */
  default int workAheadMaxMs() {
    return 0;
  }

  /** How many operations this client was answered that it may ask for again. */
  int finished();

  /** What a wallet has been charged that is known of, by transaction. */
  List<String> charges(EntityId wallet);

  /** What a wallet has been given by plans, and has not ended, as far as that is known. */
  default List<String> planGrants(EntityId wallet) {
    return List.of();
  }

  /**
   * What the nearest of the budgets has left for a request, in a credit type; null if there is none
   * or nobody knows.
   */
  @Nullable Credits room(Subject subject, String creditType);

  /** What a wallet has left that may pay for a feature and model; null if nobody knows. */
  @Nullable Credits available(
      EntityId wallet, String creditType, @Nullable String feature, @Nullable String model);
}
