package dev.bursar.domain.catalog;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credits that can be bought at once.
 *
 * @param id its name
 * @param name the name shown to people
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param prices what it costs, 0 or more, once in each currency that it can be paid in; at least
 *     one
 * @param validDays for how many days after it was bought, 1 or more; null means for ever
 */
public record TopUpPack(
    String id,
    String name,
    String creditType,
    Credits amount,
    List<Money> prices,
    @Nullable Integer validDays) {}
