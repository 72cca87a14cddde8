package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * So much of a limit was used that somebody wants to know; told once in each window.
 *
 * @param budget the budget's name
 * @param member for a default, the user that it was counted for; else empty
 * @param windowStart when the window began
 * @param threshold the percentage of the limit that was reached
 * @param used what was used in the window by then, in the budget's unit
 * @param limit the limit as it was when the work that reached it was let through
 * @param since see {@link Budget}
 */
public record ThresholdAlert(
    String budget,
    String member,
    Instant windowStart,
    int threshold,
    Credits used,
    Credits limit,
    @Nullable Long since) {}
