package dev.bursar.domain.budget;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All requests of a scope are denied.
 *
 * @param scope whose
 * @param until exclusive; null until it is lifted
 * @param reason for people
 */
public record Freeze(Scope scope, @Nullable Instant until, String reason) {

  /** Whether it still counts. */
  public boolean inForce(Instant now) {
    return until == null || now.isBefore(until);
  }
}
