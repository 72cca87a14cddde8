package dev.bursar.domain.operation;

import dev.bursar.domain.time.Clocks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Since when something may have been done that an entity is asked for: how far back it has to look
 * before it does it as if for the first time.
 *
 * @param madeAt when it was decided on: the entity's own time is set forward to this when it is
 *     asked. {@link Instant#EPOCH} where nobody knows
 * @param since nothing of it was done before, by the entity's own time; not after {@code madeAt}
 * @param soughtThrough the row of the entity's own journal up to which it is known not to be there;
 *     0 for none
 */
public record Origin(Instant madeAt, Instant since, long soughtThrough) {

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
    Instant at = madeAt == null ? Instant.EPOCH : madeAt;
    return new Origin(at, at, soughtThrough);
  }

  /**
   * Of what came to be known at this time, by the clock of somebody else than who decided on it.
   */
  public static Origin knownAt(Instant at) {
    return of(before(at));
  }

  /**
   * Of what is on record as decided on at this time, by somebody who may have decided on it before:
   * what that came to was not recorded, and others had been asked for it already.
   *
   * @param madeAt null where nobody knows
   */
  public static Origin recordedAt(@Nullable Instant madeAt) {
    Instant at = madeAt == null ? Instant.EPOCH : madeAt;
    return new Origin(at, before(at), 0);
  }

  private static Instant before(Instant at) {
    return at.equals(Instant.EPOCH) ? at : at.minus(Clocks.APART_MAX);
  }

  /** Of what was decided on twice: the earlier of both counts. */
  public Origin orOf(Origin other) {
    return new Origin(
        other.madeAt.isBefore(madeAt) ? other.madeAt : madeAt,
        other.since.isBefore(since) ? other.since : since,
        soughtThrough);
  }

  /** The same of what is known not to be in the journal up to this row. */
  public Origin soughtThrough(long row) {
    return new Origin(madeAt, since, row);
  }
}
