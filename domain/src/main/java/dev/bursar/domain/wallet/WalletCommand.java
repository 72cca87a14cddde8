package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.Attribution;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be asked of a wallet. */
public sealed interface WalletCommand {

  /** Open the wallet, or confirm that it is open with this owner. */
  record Open(WalletOwner owner) implements WalletCommand {}

  /** Add a grant; its {@code createdAt} is set by the wallet. */
  record AddGrant(Grant grant, Attribution attribution) implements WalletCommand {}

  /** Take what is not held of a grant out of the wallet. */
  record VoidGrant(String grant, Attribution attribution) implements WalletCommand {}

  /**
   * Set credits aside, or say what stands in the way.
   *
   * @param commit whether to charge them at once: a hold and its commit in one
   */
  record HoldCredits(
      String reservation,
      String creditType,
      Credits amount,
      @Nullable Price price,
      long ttlSeconds,
      OveragePolicy overagePolicy,
      boolean commit,
      boolean teamHolds,
      Attribution attribution)
      implements WalletCommand {}

  /** Say what would stand in a hold's way; changes nothing. */
  record CheckCredits(
      String creditType, Credits amount, @Nullable String feature, @Nullable String model)
      implements WalletCommand {}

  /** Charge what the work came to: an amount, or usage at the hold's price; one of the two. */
  record Commit(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      String actor,
      @Nullable String idempotencyKey)
      implements WalletCommand {}

  /** Give everything back. */
  record Release(String reservation, String actor, @Nullable String idempotencyKey)
      implements WalletCommand {}

  /** Take back a hold whose reservation was denied elsewhere, or bar it if it has not come yet. */
  record Cancel(String reservation) implements WalletCommand {}

  /** Let the hold live for so many seconds from now. */
  record Extend(String reservation, long ttlSeconds) implements WalletCommand {}

  /** Do what has fallen due; nothing else. */
  record Wake() implements WalletCommand {}

  /** Tell the balances. */
  record View() implements WalletCommand {}

  /** Tell the grants in burn order: up to {@code limit} of them after the grant {@code after}. */
  record ListGrants(@Nullable String after, int limit) implements WalletCommand {}

  /** Tell which reservations are open. */
  record ListOpen() implements WalletCommand {}

  /** Tell what is known of a reservation. */
  record Find(String reservation) implements WalletCommand {}
}
