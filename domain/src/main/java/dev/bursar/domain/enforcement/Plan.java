package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the org makes of a request: who else has to agree, and to what.
 *
 * @param reservation the reservation's name
 * @param request what was asked
 * @param wallet the wallet to draw on
 * @param creditType the credit type; empty when there is no rate
 * @param amount how much; 0 when there is no rate
 * @param price what usage costs; null when the request is by amount
 * @param limits the org's own limits that apply, with this request held in them if it was held
 * @param teamLimits the limits that the subject's team counts; empty when it need not be asked
 * @param actor the id of the key that asked
 * @param idempotencyKey the client's key, or null
 * @param salt 16 random bytes for the attribution of the entries
 * @param departments those that the team lies in, the nearest first
 * @param madeAt when the org decided, by the clock of its node, which may be behind the org's last
 *     event; null in early rows
 * @param countsAt in whose windows it counts, if not in those of when the org decided; else null
 * @param leaseUntil of a lease, when it expires: at the latest with the first window that it holds
 *     in; else null
 * @param catalogVersion of a lease, the version of the catalog by which what is decided from it is
 *     priced; null where there is none, and in early rows
 */
public record Plan(
    String reservation,
    ReserveRequest request,
    String wallet,
    String creditType,
    Credits amount,
    @Nullable Price price,
    List<LimitState> limits,
    List<Budgets.Applicable> teamLimits,
    String actor,
    @Nullable String idempotencyKey,
    byte[] salt,
    List<String> departments,
    @Nullable Instant madeAt,
    @Nullable Instant countsAt,
    @Nullable Instant leaseUntil,
    @Nullable Integer catalogVersion) {

  /** For one request. */
  public Plan(
      String reservation,
      ReserveRequest request,
      String wallet,
      String creditType,
      Credits amount,
      @Nullable Price price,
      List<LimitState> limits,
      List<Budgets.Applicable> teamLimits,
      String actor,
      @Nullable String idempotencyKey,
      byte[] salt,
      List<String> departments,
      @Nullable Instant madeAt,
      @Nullable Instant countsAt) {
    this(
        reservation,
        request,
        wallet,
        creditType,
        amount,
        price,
        limits,
        teamLimits,
        actor,
        idempotencyKey,
        salt,
        departments,
        madeAt,
        countsAt,
        null,
        null);
  }

  /**
   * The same, as a lease that expires then; as it is, for null.
   *
   * @param version of the catalog that counts for what is decided from it, or null
   */
  public Plan until(@Nullable Instant expiry, @Nullable Integer version) {
    return expiry == null
        ? this
        : new Plan(
            reservation,
            request,
            wallet,
            creditType,
            amount,
            price,
            limits,
            teamLimits,
            actor,
            idempotencyKey,
            salt,
            departments,
            madeAt,
            countsAt,
            expiry,
            version);
  }

  /** How much is asked for, in every measure. */
  public Quantities quantities() {
    return request.quantities(amount);
  }

  /** In whose windows it counts; null in early rows, where that is when the row was written. */
  public @Nullable Instant countedAt() {
    return countsAt == null ? madeAt : countsAt;
  }

  /** In which windows work counts that has run already; null of work to come, and in early rows. */
  public @Nullable CountedWork countedWork() {
    Reported reported = request.reported();
    Instant at = countedAt();
    return reported == null || at == null ? null : CountedWork.of(at, reported);
  }

  /** Whether the subject's team has to agree. */
  public boolean asksTeam() {
    return !teamLimits.isEmpty();
  }
}
