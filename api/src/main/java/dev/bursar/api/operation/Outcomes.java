package dev.bursar.api.operation;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import java.util.Locale;

/** What the outcome of a call through a port means in HTTP. The one table of refusals is here. */
public final class Outcomes {

  private static final Problem BUSY =
      Problem.passing(
          429, "busy", "more is being asked of this org or wallet than can wait; ask again");
  private static final Problem UNREACHABLE =
      Problem.passing(
          503,
          "unreachable",
          "the owner of the data did not answer, and it may or may not have happened; ask again with the same Idempotency-Key");

  /** What goes away by itself. */
  private static final int PASSING = 503;

  private Outcomes() {}

  /**
   * The answer, if it went well.
   *
   * @throws Fault if it did not
   */
  public static <T> Answer.Done<T> done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T> done -> done;
      case Answer.Refused<T> refused -> throw problem(refused.refusal()).fault();
      case Answer.Busy<T> busy -> throw BUSY.fault();
      case Answer.Unreachable<T> unreachable -> throw UNREACHABLE.fault();
    };
  }

  /** The answer's value, of which only this kind makes sense. */
  public static <T, R extends T> R value(Answer<T> answer, Class<R> kind) {
    return kind.cast(done(answer).value());
  }

  /** How a refusal is told. */
  public static Problem problem(Refusal refusal) {
    Refusal.Code code = refusal.code();
    String name = code.name().toLowerCase(Locale.ROOT);
    int status = status(code);
    return status == PASSING
        ? Problem.passing(status, name, refusal.detail())
        : Problem.of(status, name, refusal.detail()).at(refusal.field()).naming(refusal.subjects());
  }

  private static int status(Refusal.Code code) {
    return switch (code) {
      case INVALID, UNKNOWN_UNIT, UNKNOWN_CREDIT_TYPE, AMOUNT_OVERFLOW -> 400;
      case NOT_FOUND,
          ORG_NOT_FOUND,
          WALLET_NOT_FOUND,
          GRANT_NOT_FOUND,
          BUDGET_NOT_FOUND,
          RESERVATION_NOT_FOUND,
          TRANSACTION_NOT_FOUND,
          VERSION_NOT_FOUND,
          LEASE_NOT_FOUND ->
          404;
      case IDEMPOTENCY_KEY_EXPIRED,
          GRANT_EXISTS,
          GRANT_VOIDED,
          GRANT_EXPIRED,
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
          RESERVATION_LEASED,
          LEASE_EPOCH_STALE,
          LEASE_TOO_WIDE,
          LEASE_ENDED,
          OVERAGE_REJECTED,
          LIMIT_REACHED,
          ATTEMPT_WITHDRAWN,
          ALREADY_REPORTED,
          REPORT_UNDECIDED,
          VERSION_NOT_PUBLISHED,
          VERSION_UNREADABLE ->
          409;
      case FORBIDDEN -> 403;
      case CATALOG_UNKNOWN -> PASSING;
      case RESERVATION_EXPIRED -> 410;
      case IDEMPOTENCY_KEY_REUSED -> 422;
    };
  }
}
