package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credits on their way from one wallet of an org to another. They have left the one for good, and
 * come to the other exactly once, with the terms of the grants that they came from; only if the
 * other can't take them do they go back.
 *
 * @param id its name; no two are alike
 * @param from the wallet that they left
 * @param to the wallet that they go to
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param draws the grants that they left
 * @param grants the grants that they become, one for each draw
 * @param attribution who asked for it: what the entries by which they come say, whoever carries
 *     them; null for one that left before transfers told
 */
public record Transfer(
    String id,
    String from,
    String to,
    String creditType,
    Credits amount,
    List<Draw> draws,
    List<Grant> grants,
    @Nullable Attribution attribution) {}
