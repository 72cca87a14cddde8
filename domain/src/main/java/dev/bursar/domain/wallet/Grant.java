package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
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
 * @param costBasis what was paid for it in real money, or null
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
    @Nullable CostBasis costBasis,
    String source,
    Instant createdAt) {

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

  /**
   * What was paid.
   *
   * @param amount in the currency's main unit, 0 or more
   * @param currency ISO 4217
   */
  public record CostBasis(Credits amount, String currency) {}
}
