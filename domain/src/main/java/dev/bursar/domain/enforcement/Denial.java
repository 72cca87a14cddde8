package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import org.jspecify.annotations.Nullable;

/**
 * One limit that stands in a request's way, with the numbers that decided it.
 *
 * @param code why
 * @param limit the budget's figures as they were before the request; null where no budget is meant
 * @param scope what is frozen; null otherwise
 * @param available what could have been drawn, for the wallet's denials; else null
 * @param requested what was asked for; null where the price is not known
 * @param detail a sentence for a person
 */
public record Denial(
    DenialCode code,
    @Nullable LimitState limit,
    @Nullable Scope scope,
    @Nullable Credits available,
    @Nullable Credits requested,
    String detail) {

  /** The org has no wallet of this name. */
  public static Denial unknownWallet(String name, @Nullable Credits requested) {
    return new Denial(
        DenialCode.UNKNOWN_WALLET,
        null,
        null,
        null,
        requested,
        "the org has no wallet named " + name);
  }
}
