package dev.bursar.domain.catalog;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Promotional credits for those who are meant by it: for whoever names its code, or for all of them
 * if it has none.
 *
 * @param id its name
 * @param name the name shown to people
 * @param creditType the credit type
 * @param amount how much each org gets, once, above 0
 * @param startsAt from when it can be had; null means always
 * @param endsAt until when it can be had, exclusive; null means always
 * @param validDays for how many days what was given can be used, 1 or more; null means until {@code
 *     expiresAt}
 * @param expiresAt until when what was given can be used, exclusive; null means as {@code
 *     validDays} says, and for ever if that is null, too
 * @param code what an org has to name to get it; null means that it need not ask
 * @param plans the plans whose orgs are meant; empty means all
 * @param orgs the orgs that are meant; empty means all
 * @param redemptionsMax how many orgs can have it, 1 or more; null means all
 * @param features the features that it may pay for; empty means all
 * @param models the models that it may pay for; empty means all
 */
public record Campaign(
    String id,
    String name,
    String creditType,
    Credits amount,
    @Nullable Instant startsAt,
    @Nullable Instant endsAt,
    @Nullable Integer validDays,
    @Nullable Instant expiresAt,
    @Nullable String code,
    Set<String> plans,
    Set<String> orgs,
    @Nullable Integer redemptionsMax,
    Set<String> features,
    Set<String> models) {}
