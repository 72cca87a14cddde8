package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A grant in force or past, and what is left of it. Mutable, owned by its wallet. */
public final class GrantState {

  /**
   * Burn order, a total order: priority, the sooner end, promotional before plan before paid, the
   * earlier start, the earlier addition, the name.
   */
  static final Comparator<GrantState> BURN_ORDER = Comparator.comparing(GrantState::grant, order());

  final Grant grant;
  final Attribution attribution;
  Credits remaining = Credits.ZERO;
  Credits held = Credits.ZERO;

  /** Why it can no longer be drawn on: it expired, or was voided; null while it can be. */
  @Nullable EntryType ended;

  /** When it was voided, or null; null also if that was before snapshots kept it. */
  @Nullable Instant voidedAt;

  /**
   * The last entry of the wallet once it was voided; null where {@link #voidedAt} is, and also if
   * that was before snapshots kept it.
   */
  @Nullable Long voidedThrough;

  GrantState(Grant grant, Attribution attribution) {
    this.grant = grant;
    this.attribution = attribution;
  }

  private static Comparator<Grant> order() {
    return Comparator.comparingInt(Grant::priority)
        .thenComparing(Grant::expiresAt, Comparator.nullsLast(Comparator.naturalOrder()))
        .thenComparing(Grant::category)
        .thenComparing(Grant::effectiveAt)
        .thenComparing(Grant::createdAt)
        .thenComparing(Grant::id);
  }

  /** The terms. */
  public Grant grant() {
    return grant;
  }

  /** What is left of it, held parts included. */
  public Credits remaining() {
    return remaining;
  }

  /** What is set aside of it. */
  public Credits held() {
    return held;
  }

  /** Whether it was voided or has expired. */
  public boolean isEnded() {
    return ended != null;
  }

  /** Whether it was voided. */
  public boolean isVoided() {
    return ended == EntryType.VOID;
  }

  /** Who caused it. */
  public Attribution attribution() {
    return attribution;
  }

  Credits available() {
    return ended != null ? Credits.ZERO : remaining.minus(held);
  }
}
