package dev.bursar.domain.operation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.Subject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named way to say no to a command that would have changed something. It is a value, not an
 * exception, and nothing was changed.
 *
 * @param code why
 * @param field the field of the request that is at fault, in the client's words, or null
 * @param detail a sentence for a person: the field, the value, what would be accepted
 * @param subjects whom the request could name instead, where these are few; else empty
 */
public record Refusal(Code code, @Nullable String field, String detail, List<Subject> subjects) {

  public Refusal {
    subjects = List.copyOf(subjects);
  }

  public Refusal(Code code, @Nullable String field, String detail) {
    this(code, field, detail, List.of());
  }

  /** The reasons, in the order in which they are looked for: identity, validity, state, funds. */
  public enum Code {
    IDEMPOTENCY_KEY_REUSED,
    IDEMPOTENCY_KEY_EXPIRED,
    ATTEMPT_WITHDRAWN,
    ALREADY_REPORTED,
    REPORT_UNDECIDED,
    CATALOG_UNKNOWN,
    INVALID,
    UNKNOWN_UNIT,
    UNKNOWN_CREDIT_TYPE,
    NOT_FOUND,
    ORG_NOT_FOUND,
    WALLET_NOT_FOUND,
    GRANT_NOT_FOUND,
    BUDGET_NOT_FOUND,
    RESERVATION_NOT_FOUND,
    GRANT_EXISTS,
    GRANT_VOIDED,
    GRANT_EXPIRED,
    TRANSACTION_NOT_FOUND,
    VERSION_NOT_FOUND,
    VERSION_NOT_PUBLISHED,
    VERSION_UNREADABLE,
    NOT_REFUNDABLE,
    REFUND_EXCEEDS_CHARGE,
    EXCEEDS_AVAILABLE,
    WALLET_IN_DEBT,
    TRANSFER_RETURNED,
    OWNER_FIXED,
    UNIT_IN_USE,
    UNIT_CYCLE,
    UNIT_KIND_FIXED,
    RESERVATION_FINALIZED,
    RESERVATION_EXPIRED,
    RESERVATION_LEASED,
    LEASE_NOT_FOUND,
    LEASE_EPOCH_STALE,
    LEASE_TOO_WIDE,
    LEASE_ENDED,
    OVERAGE_REJECTED,
    AMOUNT_OVERFLOW,
    LIMIT_REACHED,
    FORBIDDEN
  }

  /** The key was used before, and what came of it is no longer known. */
  public static Refusal keyForgotten() {
    return new Refusal(
        Code.IDEMPOTENCY_KEY_EXPIRED,
        "Idempotency-Key",
        "the key was used before, and what came of it is no longer remembered; see limits.conf");
  }

  /** The key is so old that nobody can tell any more whether it was used. */
  public static Refusal keyTooOld() {
    return new Refusal(
        Code.IDEMPOTENCY_KEY_EXPIRED,
        "Idempotency-Key",
        "the key was made before the oldest operation that is remembered, so that it can't be told whether it was used; see limits.conf, and ask with a new key");
  }

  /**
   * The key's time is in the future.
   *
   * @param upTo what would be accepted
   */
  public static Refusal keyAhead(Instant madeAt, Instant upTo) {
    return new Refusal(
        Code.INVALID,
        "Idempotency-Key",
        "carries the time %s, in the future; up to %s is accepted".formatted(madeAt, upTo));
  }

  /** The attempt was given up in mid-way; what it held is given back. */
  public static Refusal withdrawn() {
    return new Refusal(
        Code.ATTEMPT_WITHDRAWN,
        "Idempotency-Key",
        "the attempt with this key was given up, since the journal could not be written or there was no room for it in time; what it held is given back: ask with a new key");
  }

  /** The event is on record already. */
  public static Refusal alreadyReported() {
    return new Refusal(Code.ALREADY_REPORTED, "id", "an event of this source and id is on record");
  }

  /** The event was reported before, and whether it comes to be on record is being decided. */
  public static Refusal beingReported() {
    return new Refusal(
        Code.REPORT_UNDECIDED,
        "id",
        "an event of this source and id is being decided on; send it again to hear what came of it");
  }

  /** The event may have been reported after it was looked up, so that nobody remembers it. */
  public static Refusal perhapsReported() {
    return new Refusal(
        Code.REPORT_UNDECIDED,
        "id",
        "an event of this source and id may have come on record since it was looked up; send it again");
  }

  /**
   * A later version of the catalog may have been published, or one that this node can't read;
   * nothing is decided by an older.
   */
  public static Refusal catalogUnknown() {
    return new Refusal(
        Code.CATALOG_UNKNOWN,
        null,
        "this node can't tell by which version of the catalog to decide: it has yet to read the one that the org has chosen, the database does not answer it, or the version is of another program and can't be read by this one; ask again");
  }

  /** Another request has set or removed the budget while this one was about to. */
  public static Refusal overtaken() {
    return new Refusal(
        Code.ATTEMPT_WITHDRAWN,
        "budget",
        "other requests have set the budget meanwhile; ask again");
  }

  /** The key was used before, for something else. */
  public static Refusal keyReused() {
    return new Refusal(
        Code.IDEMPOTENCY_KEY_REUSED,
        "Idempotency-Key",
        "the key was used before for another request");
  }

  /** Nobody sets less than nothing aside. */
  public static Refusal negative(Credits amount) {
    return new Refusal(Code.INVALID, "amount", "is %s; 0 or more is accepted".formatted(amount));
  }

  /** A refusal that blames no single field. */
  public static Refusal of(Code code, String detail) {
    return new Refusal(code, null, detail);
  }
}
