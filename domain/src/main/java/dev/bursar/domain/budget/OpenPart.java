package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.Map;

/**
 * A reservation that is open when a budget is about to be set, and counts against it; or one that
 * has expired, and of which late usage would.
 *
 * @param reservation its name
 * @param member for a default, the user that it is for; else empty
 * @param windowStart when the window began in which it was made
 * @param amount what it holds
 * @param usage units by meter
 * @param atTeam whether its team holds it already, for other budgets
 */
public record OpenPart(
    String reservation,
    String member,
    Instant windowStart,
    Credits amount,
    Map<String, Long> usage,
    boolean atTeam) {

  Quantities asked() {
    return new Quantities(amount, usage);
  }
}
