package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One block of credits put into a wallet, with its own terms.
 *
 * @param id its name within the wallet
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param category how it came about
 * @param priority 0 to 100; lower burns first
 * @param effectiveAt from when it can be used
 * @param expiresAt until when, exclusive; null means for ever
 * @param features the features it may pay for; empty means all
 * @param models the models it may pay for; empty means all
 * @param costBasis what was paid for it in real money, 0 or more, or null
 * @param recurrence how it is given again and again, or null
 * @param source who or what caused it
 * @param createdAt when it was added
 */
public record Grant(
    String id,
    String creditType,
    Credits amount,
    Category category,
    int priority,
    Instant effectiveAt,
    @Nullable Instant expiresAt,
    Set<String> features,
    Set<String> models,
    @Nullable Money costBasis,
    @Nullable Recurrence recurrence,
    String source,
    Instant createdAt) {

  /** What the names of grants that come with plans and add-ons begin with, and of no others. */
  public static final String OF_PLANS = "plan:";

  /** The priority of a grant that names none. */
  public static final int PRIORITY_DEFAULT = 50;

  /** How a grant came about, in the order in which they burn at equal priority and expiry. */
  public enum Category {
    PROMOTIONAL,
    PLAN,
    PAID;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether it came with a plan or an add-on, and not by somebody's hand. */
  public boolean isOfPlan() {
    return category == Category.PLAN && id.startsWith(OF_PLANS);
  }

  /** Whether it has reached its end by this time. */
  boolean isOverAt(Instant at) {
    return expiresAt != null && !at.isBefore(expiresAt);
  }

  /** The same, but over by this time, and with nothing to come after it. */
  Grant overAt(Instant at) {
    return isOverAt(at)
        ? this
        : GrantRules.like(
            this,
            id,
            amount,
            costBasis,
            recurrence == null ? null : recurrence.until(at),
            effectiveAt,
            at,
            createdAt);
  }

  /**
   * What so much of the grant is worth by its cost basis; null if it has none. Half a millionth is
   * rounded up.
   *
   * @param of 0 to the grant's amount
   */
  public @Nullable Credits worth(Credits of) {
    if (costBasis == null) {
      return null;
    }
    BigInteger all = BigInteger.valueOf(amount.micros());
    BigInteger part =
        BigInteger.valueOf(costBasis.amount().micros()).multiply(BigInteger.valueOf(of.micros()));
    return new Credits(part.add(part).add(all).divide(all.add(all)).longValueExact());
  }
}
