package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;

/**
 * What had been used before a budget was set, in the window in which it was.
 *
 * @param member for a default, the user that it was counted for; else empty
 * @param windowStart when the window began
 * @param used how much, in the budget's unit
 */
public record OpeningCount(String member, Instant windowStart, Credits used) {}
