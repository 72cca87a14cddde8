package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.lease.LeaseTerms;
import java.math.BigInteger;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for in every measure: one of it that is for itself, and so many as it names
 * that is a lease.
 *
 * @param amount credits, in millionths
 * @param units of a lease, what it may use besides; else null
 */
record NaiveQuantities(BigInteger amount, @Nullable Map<String, Long> units) {

  static NaiveQuantities of(ReserveRequest request) {
    LeaseTerms terms = request.lease();
    return new NaiveQuantities(
        NaiveWallet.micros(Objects.requireNonNull(request.amount())),
        terms == null ? null : terms.allowances());
  }

  boolean isLease() {
    return units != null;
  }

  @Override
  public String toString() {
    return "NaiveQuantities[amount=%s, units=%s]".formatted(PlainWords.amount(amount), units);
  }

  /** In millionths. */
  BigInteger in(String measure) {
    return switch (measure) {
      case Quantities.REQUESTS, Quantities.OPEN_RESERVATIONS ->
          units == null
              ? NaiveLimits.ONE_REQUEST
              : NaiveWallet.micros(Credits.of(units.getOrDefault(measure, 0L)));
      default -> amount;
    };
  }
}
