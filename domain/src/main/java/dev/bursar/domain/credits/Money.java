package dev.bursar.domain.credits;

/**
 * An amount of real money.
 *
 * @param amount in the currency's main unit, with at most six decimals
 * @param currency ISO 4217
 */
public record Money(Credits amount, String currency) {}
