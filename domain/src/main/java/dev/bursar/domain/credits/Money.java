package dev.bursar.domain.credits;

import java.util.Currency;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An amount of real money.
 *
 * @param amount in the currency's main unit, with at most six decimals
 * @param currency ISO 4217
 */
public record Money(Credits amount, String currency) {

  /** What is paid in, with its decimals; what has no minor unit, such as gold or XXX, is not. */
  private static final Map<String, Integer> DECIMALS =
      Currency.getAvailableCurrencies().stream()
          .filter(each -> each.getDefaultFractionDigits() >= 0)
          .collect(
              Collectors.toUnmodifiableMap(
                  Currency::getCurrencyCode, Currency::getDefaultFractionDigits));

  /** With how many decimals prices are told in a currency; null if nothing is paid in it. */
  public static @Nullable Integer decimals(String currency) {
    return DECIMALS.get(currency);
  }

  /** Whether anything is paid in its currency. */
  public boolean isPayable() {
    return DECIMALS.containsKey(currency);
  }
}
