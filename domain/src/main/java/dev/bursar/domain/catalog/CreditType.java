package dev.bursar.domain.catalog;

/**
 * What balances are counted in.
 *
 * @param id its name in requests and ledgers
 * @param name the name shown to people
 * @param scale how many decimals the amounts have that the catalog gives in it, 0 to {@link
 *     #SCALE_MAX}; what usage costs is counted to six decimals whatever the scale
 */
public record CreditType(String id, String name, int scale) {

  /** The most decimals, which is also what a type has that says nothing of it. */
  public static final int SCALE_MAX = 6;
}
