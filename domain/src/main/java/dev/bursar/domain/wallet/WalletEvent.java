package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has happened in a wallet. The stored names are in the journal's codec. */
public sealed interface WalletEvent {

  /** When; never earlier than the wallet's event before it. */
  Instant at();

  /** The entries that it wrote, or null. */
  default @Nullable Transaction transaction() {
    return null;
  }

  /** The figures of the credit type that it touched, after it, or null. */
  default @Nullable Balance balance() {
    return null;
  }

  /** How it ends a reservation, or null where it ends none that org and team may hold. */
  default @Nullable Closure closure() {
    return switch (this) {
      case Committed it ->
          new Closure(
                  it.reservation(),
                  it.amount(),
                  it.late() ? Closure.Kind.LATE : Closure.Kind.COMMITTED,
                  it.usage())
              .costing(it.cost());
      case Charged it -> Closure.of(it.reservation(), it.amount(), Closure.Kind.COMMITTED);
      case UsageCharged it ->
          Closure.of(
                  it.reservation(),
                  it.amount(),
                  it.late() ? Closure.Kind.LATE : Closure.Kind.COMMITTED)
              .drawnFrom(it.drawnFrom(), it.covered())
              .costing(it.cost());
      case LeaseSettled it ->
          it.added() != null
              ? Closure.added(it.added(), it.lease())
              : it.returned().isPositive()
                  ? Closure.shrunk(it.lease(), it.terms().returned())
                  : null;
      case Released it ->
          Closure.of(
                  it.reservation(),
                  Credits.ZERO,
                  it.cause() == Cause.EXPIRED ? Closure.Kind.EXPIRED : Closure.Kind.ENDED)
              .drawnFrom(it.ofLease());
      case WalletEvent other -> null;
    };
  }

  /** The wallet was opened. */
  record Opened(Instant at, String org, String wallet, WalletOwner owner) implements WalletEvent {}

  /** A grant was promised for later: it counts for nothing until it takes effect. */
  record GrantScheduled(Instant at, Grant grant, Attribution attribution) implements WalletEvent {}

  /** A grant took effect: its entry, and what it repaid of a debt. */
  record Granted(Instant at, Grant grant, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /** What was not held of a grant ceased at its end. */
  record GrantExpired(Instant at, String grant, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /**
   * An interval of a recurring grant ended, and the next began: what was left of the one lapsed,
   * but for what rolled over.
   *
   * @param ended the grant of the interval that ended
   * @param grant the one of the interval that began
   */
  record GrantRenewed(
      Instant at, String ended, Grant grant, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /**
   * What was not held of a grant was taken out.
   *
   * @param change the number of the change by which its plan took it back; null if it was voided by
   *     hand
   * @param rest how much of it is for the time after that, if it recurs; else null
   */
  record GrantVoided(
      Instant at,
      String grant,
      @Nullable Long change,
      @Nullable Credits rest,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {}

  /**
   * A grant of the org's plan or of an add-on has other terms, and less in it.
   *
   * @param number the number of the change
   * @param grant the grant, as it is from now on
   * @param rest how much of it is for the time after this, if it is left; null if it is not
   */
  record GrantTermsChanged(
      Instant at,
      long number,
      Grant grant,
      @Nullable Credits rest,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {}

  /** Credits were set aside; the balance is the one with the hold in it. */
  record CreditsHeld(Instant at, Hold hold, Balance balance) implements WalletEvent {}

  /** A hold lives longer, or less long. */
  record HoldExtended(Instant at, String reservation, Instant expiresAt) implements WalletEvent {}

  /**
   * The work was charged.
   *
   * @param amount what was charged: drawn from grants plus debt
   * @param released what was held and not needed
   * @param debt what no grant covered
   * @param uncharged what the overage policy left uncharged
   * @param late whether it came after the hold had expired
   * @param teamHolds whether the subject's team held budget for it and is to be told
   * @param usage units by meter, where the commit said them; else empty
   */
  record Committed(
      Instant at,
      String reservation,
      Credits amount,
      Credits released,
      Credits debt,
      Credits uncharged,
      boolean late,
      boolean teamHolds,
      Map<String, Long> usage,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {

    /** What the work came to, if the commit named that, or if less was charged; else null. */
    @Nullable Credits cost() {
      return usage.isEmpty() || uncharged.isPositive() ? amount.plus(uncharged) : null;
    }
  }

  /**
   * The work was charged as it was asked for: a hold and its commit in one.
   *
   * @param amount what was charged, all of it drawn from grants
   * @param teamHolds whether the subject's team holds budget for it and is to be told
   */
  record Charged(
      Instant at,
      String reservation,
      Credits amount,
      boolean teamHolds,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {}

  /**
   * Work was charged that had run already, and for which nothing had been set aside.
   *
   * @param amount what was charged: drawn from grants plus debt
   * @param debt what no grant covered
   * @param uncharged what the overage policy left uncharged
   * @param late whether it was reported long after it ran
   * @param reported the event that told of it
   * @param teamHolds whether the subject's team counts it and is to be told
   * @param covered how much of it was drawn from the lease that it was decided from; null if that
   *     did not cover it
   */
  record UsageCharged(
      Instant at,
      String reservation,
      Credits amount,
      Credits debt,
      Credits uncharged,
      boolean late,
      Reported reported,
      boolean teamHolds,
      Transaction transaction,
      Balance balance,
      @Nullable Credits covered)
      implements WalletEvent {

    /** Of which no lease covered anything. */
    public UsageCharged(
        Instant at,
        String reservation,
        Credits amount,
        Credits debt,
        Credits uncharged,
        boolean late,
        Reported reported,
        boolean teamHolds,
        Transaction transaction,
        Balance balance) {
      this(
          at,
          reservation,
          amount,
          debt,
          uncharged,
          late,
          reported,
          teamHolds,
          transaction,
          balance,
          null);
    }

    /** What the work came to, if less was charged; else null. */
    @Nullable Credits cost() {
      return uncharged.isPositive() ? amount.plus(uncharged) : null;
    }

    /** The lease that covered some of it, or null. */
    @Nullable String drawnFrom() {
      return covered == null ? null : reported.lease();
    }
  }

  /**
   * A lease goes on, on other terms: its holder has reported, has handed something back, or has
   * been granted more.
   *
   * @param terms as they are from now on
   * @param settleBy until when it may be reported on
   * @param added the hold that it holds from now on, too; or null
   * @param returned what was handed back, 0 or more
   * @param teamHolds whether the subject's team holds budget for it and is to be told
   * @param transaction entries only for what its grants no longer could take
   */
  record LeaseSettled(
      Instant at,
      String lease,
      Lease terms,
      Instant settleBy,
      @Nullable String added,
      Credits returned,
      boolean teamHolds,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {}

  /** A lease's holder is to stop. */
  record LeaseRevoked(Instant at, String lease, String actor) implements WalletEvent {}

  /**
   * The hold was given back; entries only for what its grants no longer could take.
   *
   * @param lease the terms of the lease that it was, or null
   */
  record Released(
      Instant at,
      String reservation,
      Cause cause,
      Credits released,
      boolean teamHolds,
      Transaction transaction,
      Balance balance,
      @Nullable Lease lease)
      implements WalletEvent {

    /** Of what was no lease. */
    public Released(
        Instant at,
        String reservation,
        Cause cause,
        Credits released,
        boolean teamHolds,
        Transaction transaction,
        Balance balance) {
      this(at, reservation, cause, released, teamHolds, transaction, balance, null);
    }

    private @Nullable String ofLease() {
      return lease == null ? null : reservation;
    }
  }

  /** A hold that has not come yet will be refused. */
  record HoldBarred(Instant at, String reservation) implements WalletEvent {}

  /**
   * Something that had been charged was given back, to whom it had come from.
   *
   * @param corrects the transaction that had charged it
   * @param amount how much, above 0
   * @param paidDebt how much of it went back to grants that had paid a debt, the last first
   */
  record Refunded(
      Instant at,
      String corrects,
      Credits amount,
      List<Draw> paidDebt,
      Transaction transaction,
      Balance balance)
      implements WalletEvent {}

  /**
   * Somebody corrected the balance by hand.
   *
   * @param grant the grant that holds what was added; null where something was taken away, and
   *     where it names a transaction that it corrects: then what that took goes back to where it
   *     came from
   */
  record Adjusted(Instant at, @Nullable Grant grant, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /** Credits left for another wallet. */
  record TransferredOut(Instant at, Transfer transfer, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /** Credits came from another wallet. */
  record TransferredIn(Instant at, Transfer transfer, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /** Credits that were refused will not be taken any more: they go back to where they came from. */
  record TransferBarred(Instant at, String transfer) implements WalletEvent {}

  /** The other wallet has what left. */
  record TransferSettled(Instant at, String transfer) implements WalletEvent {}

  /** The other wallet could not take what left; it came back. */
  record TransferReturned(Instant at, String transfer, Transaction transaction, Balance balance)
      implements WalletEvent {}

  /** Why a hold was given back. */
  enum Cause {
    RELEASED,
    EXPIRED,
    CANCELLED;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
