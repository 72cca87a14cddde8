package dev.bursar.domain.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import org.jspecify.annotations.Nullable;

/**
 * One entry as the wallet's event carries it: the figures. What all entries of a transaction share
 * stands once beside them, in {@link Transaction}.
 *
 * @param sequence 1, 2, 3 … within the wallet, without gaps
 * @param type what it records
 * @param amount signed: positive adds to the balance; a {@link EntryType#DEBT} entry adds to the
 *     debt instead and leaves the balance as it is
 * @param balance the credit type's balance in this wallet after the entry
 * @param debt the credit type's debt in this wallet after the entry, 0 or more
 * @param grant the grant drawn from or added to; null for debt
 * @param value what the amount is worth by the grant's cost basis, with the amount's sign; null
 *     where the grant has none, and for debt. The values on a grant add up to what is left of its
 *     cost
 * @param hash SHA-256 of the entry's canonical form, which contains the predecessor's hash
 */
public record Posting(
    long sequence,
    EntryType type,
    Credits amount,
    Credits balance,
    Credits debt,
    @Nullable String grant,
    @Nullable Money value,
    byte[] hash) {}
