package dev.bursar.domain.operation;

import dev.bursar.domain.time.Clocks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Since when something may have been done that an entity is asked for: how far back it has to look
 * before it does it as if for the first time.
 *
 * @param madeAt nothing of it was done before, by the entity's own time, which is set forward to
 *     this when it is asked. {@link Instant#EPOCH} where nobody knows
 * @param soughtThrough the row of the entity's own journal up to which it is known not to be there;
 *     0 for none
 */
public record Origin(Instant madeAt, long soughtThrough) {

  /**
   * Of what was decided on at this time, and looked for nowhere.
   *
   * @param madeAt null where nobody knows
   */
  public static Origin of(@Nullable Instant madeAt) {
    return of(madeAt, 0);
  }

  /**
   * Of what was decided on at this time.
   *
   * @param madeAt null where nobody knows
   * @param soughtThrough the row up to which it is known not to be there; 0 for none
   */
  public static Origin of(@Nullable Instant madeAt, long soughtThrough) {
    return new Origin(madeAt == null ? Instant.EPOCH : madeAt, soughtThrough);
  }

  /**
   * Of what came to be known at this time, by the clock of somebody else than who decided on it.
   */
  public static Origin knownAt(Instant at) {
    return at.equals(Instant.EPOCH) ? of(at) : of(at.minus(Clocks.APART_MAX));
  }

  /** The same of what is known not to be in the journal up to this row. */
  public Origin soughtThrough(long row) {
    return new Origin(madeAt, row);
  }
}
