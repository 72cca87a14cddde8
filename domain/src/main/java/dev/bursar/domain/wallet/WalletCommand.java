package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be asked of a wallet. */
public sealed interface WalletCommand {

  /** Open the wallet, or confirm that it is open with this owner. */
  record Open(WalletOwner owner) implements WalletCommand {}

  /**
   * Add a grant; its {@code createdAt} and {@code recurrence} are set by the wallet.
   *
   * @param grant its terms; of a recurring one, those of an interval, with the end of all of them
   * @param recurrence how it recurs, or null
   * @param atOnce whether it can be used from the wallet's present on, whatever its {@code
   *     effectiveAt} says
   */
  record AddGrant(
      Grant grant, Recurrence.@Nullable Terms recurrence, Attribution attribution, boolean atOnce)
      implements WalletCommand {

    /** Add a grant that says from when it can be used. */
    public AddGrant(Grant grant, Recurrence.@Nullable Terms recurrence, Attribution attribution) {
      this(grant, recurrence, attribution, false);
    }
  }

  /** Take what is not held of a grant out of the wallet. */
  record VoidGrant(String grant, Attribution attribution) implements WalletCommand {}

  /**
   * Take in what is to become of grants of the org's plan and add-ons, all of it at once: nothing
   * else is decided between two of these steps. What the wallet has already stays as it is, so this
   * may be said again, and come late; a step that it can't take holds up only those after it that
   * are about the same grant.
   *
   * @param steps in the order of their numbers
   */
  record ChangePlanGrants(List<PlanGrantStep> steps) implements WalletCommand {}

  /**
   * Give back what was charged, to whom it came from, in the reverse order of the draw.
   *
   * @param charge what the transaction charged, from the ledger
   * @param amount how much; null means all that has not been given back yet
   */
  record Refund(Charge charge, @Nullable Credits amount, Attribution attribution)
      implements WalletCommand {}

  /**
   * Correct the balance.
   *
   * @param amount what to add, or to take away when it is negative; not 0
   * @param grant of what is added, the name of the grant that will hold it; of what is taken away,
   *     the grant to take it from, or null for burn order
   */
  record Adjust(String creditType, Credits amount, @Nullable String grant, Attribution attribution)
      implements WalletCommand {}

  /**
   * Give back what an adjustment or a void took away, to the grants that it was taken from, in the
   * reverse order. A grant that was voided is in force again.
   *
   * @param taken what the transaction took, from the ledger
   * @param amount how much of it, above 0
   */
  record Reverse(String creditType, Credits amount, Taken taken, Attribution attribution)
      implements WalletCommand {}

  /** Send credits to another wallet of the org. */
  record TransferOut(String to, String creditType, Credits amount, Attribution attribution)
      implements WalletCommand {}

  /** Take credits that have left another wallet of the org. */
  record TransferIn(Transfer transfer) implements WalletCommand {}

  /** Never take these credits, whose transfer was refused; or say that they have come already. */
  record BarTransfer(Transfer transfer) implements WalletCommand {}

  /** The other wallet has them. */
  record SettleTransfer(String transfer) implements WalletCommand {}

  /** The other wallet can't take them: have them back. */
  record ReturnTransfer(String transfer) implements WalletCommand {}

  /** Tell which transfers are on their way. */
  record ListTransfers() implements WalletCommand {}

  /**
   * Set credits aside, or say what stands in the way.
   *
   * @param ttlSeconds how long the hold lives; of a lease, how long beyond its expiry
   * @param commit whether to charge them at once: a hold and its commit in one
   * @param lease the lease that it is; else null
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
      Attribution attribution,
      Origin origin,
      @Nullable Lease lease)
      implements WalletCommand, LookedFor<WalletCommand> {

    /** For one request. */
    public HoldCredits(
        String reservation,
        String creditType,
        Credits amount,
        @Nullable Price price,
        long ttlSeconds,
        OveragePolicy overagePolicy,
        boolean commit,
        boolean teamHolds,
        Attribution attribution,
        Origin origin) {
      this(
          reservation,
          creditType,
          amount,
          price,
          ttlSeconds,
          overagePolicy,
          commit,
          teamHolds,
          attribution,
          origin,
          null);
    }

    @Override
    public HoldCredits from(Origin later) {
      return new HoldCredits(
          reservation,
          creditType,
          amount,
          price,
          ttlSeconds,
          overagePolicy,
          commit,
          teamHolds,
          attribution,
          later,
          lease);
    }
  }

  /**
   * Settle a lease's terms anew, once what was used of it is on record: add what is held for that,
   * or take back what its holder does without.
   *
   * @param epoch the one that its holder knows
   * @param added the reservation that is to be added, or null
   * @param until until when it may be decided from then, if something is added; else null
   * @param settleSeconds how long after that it may be reported on
   * @param handBack how much its holder does without, 0 or more; at most what is left is taken
   * @param meters what is added besides credits, units by meter
   * @param catalogVersion the version of the catalog that counts for it, if something is added and
   *     there are versions; else null
   */
  record SettleLease(
      String lease,
      long epoch,
      @Nullable String added,
      @Nullable Instant until,
      long settleSeconds,
      Credits handBack,
      String actor,
      @Nullable String idempotencyKey,
      Map<String, Long> meters,
      @Nullable Integer catalogVersion)
      implements WalletCommand {

    /** Where nothing is added but credits. */
    public SettleLease(
        String lease,
        long epoch,
        @Nullable String added,
        @Nullable Instant until,
        long settleSeconds,
        Credits handBack,
        String actor,
        @Nullable String idempotencyKey) {
      this(
          lease,
          epoch,
          added,
          until,
          settleSeconds,
          handBack,
          actor,
          idempotencyKey,
          Map.of(),
          null);
    }
  }

  /** End a lease: what is left of it goes back. */
  record CloseLease(String lease, long epoch, String actor, @Nullable String idempotencyKey)
      implements WalletCommand {}

  /** Have a lease's holder stop, as soon as it hears of it. */
  record RevokeLease(String lease, String actor) implements WalletCommand {}

  /**
   * Charge work that has run already, of which nothing was set aside: what no grant covers is owed,
   * or not charged, as the overage policy says.
   *
   * @param reported the event that tells of it
   * @param reportedAt when it came
   */
  record ChargeUsage(
      String reservation,
      String creditType,
      Credits amount,
      OveragePolicy overagePolicy,
      Reported reported,
      Instant reportedAt,
      boolean teamHolds,
      Attribution attribution,
      Origin origin)
      implements WalletCommand, LookedFor<WalletCommand> {

    @Override
    public ChargeUsage from(Origin later) {
      return new ChargeUsage(
          reservation,
          creditType,
          amount,
          overagePolicy,
          reported,
          reportedAt,
          teamHolds,
          attribution,
          later);
    }
  }

  /**
   * Say what would stand in a hold's way; changes nothing.
   *
   * @param canNameFeature whether it is for any feature, and could be for one: then it is refused
   *     where some credits are for some features only
   */
  record CheckCredits(
      String creditType,
      Credits amount,
      @Nullable String feature,
      @Nullable String model,
      boolean canNameFeature)
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

  /**
   * Take back a hold whose reservation was denied elsewhere, or bar it if it has not come yet.
   *
   * @param origin null for one that has come: where it is not open any more, nothing is done
   */
  record Cancel(String reservation, @Nullable Origin origin)
      implements WalletCommand, LookedFor<WalletCommand> {

    @Override
    public Cancel from(Origin later) {
      return new Cancel(reservation, later);
    }
  }

  /** Tell what has become of a reservation; if nothing has, it will never be held. */
  record Bar(String reservation, @Nullable Origin origin)
      implements WalletCommand, LookedFor<WalletCommand> {

    @Override
    public Bar from(Origin later) {
      return new Bar(reservation, later);
    }
  }

  /** Let the hold live for so many seconds from now. */
  record Extend(String reservation, long ttlSeconds) implements WalletCommand {}

  /**
   * Do what has fallen due; nothing else. Whoever is told that nothing is left to do asks no more:
   * so it is told once the journal is seen to have nothing newer.
   */
  record Wake() implements WalletCommand {}

  /** Tell the balances. */
  record View() implements WalletCommand {}

  /**
   * Tell the grants: up to {@code limit} of them.
   *
   * @param after where the page before ended; null for the beginning
   */
  record ListGrants(@Nullable GrantPlace after, int limit) implements WalletCommand {}

  /** Tell which reservations are open, once the journal is seen to have nothing newer. */
  record ListOpen() implements WalletCommand {}

  /** Tell what has become of a reservation. */
  record Find(String reservation, @Nullable Origin origin)
      implements WalletCommand, LookedFor<WalletCommand> {

    /** Tell what is remembered of it. */
    public Find(String reservation) {
      this(reservation, null);
    }

    @Override
    public boolean mayChange() {
      return false;
    }

    @Override
    public Find from(Origin later) {
      return new Find(reservation, later);
    }
  }
}
