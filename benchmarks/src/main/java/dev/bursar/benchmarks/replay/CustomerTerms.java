package dev.bursar.benchmarks.replay;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What the made-up customers have and may use, in platform credits of 0.01 USD. Chosen for an hour
 * of real conversation traffic, 19,000 calls at about 0.25 credits each, over 20 orgs: most calls
 * pass, some run into a user's day, a team's month, or an empty wallet.
 */
final class CustomerTerms {

  static final String CREDIT_TYPE = "platform";
  static final String WALLET = "main";

  /** The busiest org's limits; the others' shrink with their share of the traffic. */
  private static final BigDecimal ORG_MONTH = new BigDecimal("5000");

  private static final BigDecimal DEPARTMENT_MONTH = new BigDecimal("4500");
  private static final BigDecimal TEAM_MONTH = new BigDecimal("500");
  private static final BigDecimal USER_DAY = new BigDecimal("310");

  private static final BigDecimal PROMOTIONAL = new BigDecimal("250");
  private static final BigDecimal PAID = new BigDecimal("4000");

  /** Every so many-th org has run low: its paid grant is too small. */
  private static final int POOR_EVERY = 5;

  private static final BigDecimal POOR_PAID = new BigDecimal("650");

  private CustomerTerms() {}

  static BigDecimal orgMonth(int org) {
    return scaled(ORG_MONTH, org);
  }

  static BigDecimal departmentMonth(int org) {
    return scaled(DEPARTMENT_MONTH, org);
  }

  static BigDecimal teamMonth(int org) {
    return scaled(TEAM_MONTH, org);
  }

  static BigDecimal userDay(int org) {
    return scaled(USER_DAY, org);
  }

  static BigDecimal promotional(int org) {
    return scaled(PROMOTIONAL, org);
  }

  static BigDecimal paid(int org) {
    return isPoor(org) ? scaled(POOR_PAID, org) : scaled(PAID, org);
  }

  private static boolean isPoor(int org) {
    return org % POOR_EVERY == POOR_EVERY - 1;
  }

  /**
   * A Zipf share: the second org gets half of what the first gets, and so on; rounded up to tenths
   * of a credit.
   */
  private static BigDecimal scaled(BigDecimal busiest, int org) {
    return busiest.divide(BigDecimal.valueOf(org + 1L), 1, RoundingMode.UP);
  }
}
