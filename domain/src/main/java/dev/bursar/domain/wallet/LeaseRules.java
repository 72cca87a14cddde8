package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a wallet goes on with a hold that is a lease. What its holder knows less of than the wallet
 * is decided for nobody: a report of an older epoch is of somebody who spends what may have been
 * handed back since.
 */
final class LeaseRules {

  private final Wallet wallet;

  LeaseRules(Wallet wallet) {
    this.wallet = wallet;
  }

  /** Whether there is an open lease of this name. */
  boolean isOpen(String lease) {
    Hold hold = wallet.holds().get(lease);
    return hold != null && hold.lease() != null;
  }

  /** What belongs to who holds a lease can't be ended as a reservation. */
  static <E, R> Decision<E, R> leased() {
    return new Refused<>(
        new Refusal(
            Code.RESERVATION_LEASED,
            "reservation",
            "it is a lease: it is reported on, and closed, under /v1/leases"));
  }

  /** A lease for any feature would leave out what is for one. */
  static <E, R> Decision<E, R> confined(String creditType) {
    return new Refused<>(
        new Refusal(
            Code.LEASE_TOO_WIDE,
            LeaseTerms.FEATURE,
            "some of the wallet's %s credits are for some features only: name the feature that it is for"
                .formatted(creditType)));
  }

  Decision<WalletEvent, WalletReply> settle(WalletCommand.SettleLease ask, Instant now) {
    Hold hold = wallet.openHold(ask.lease());
    Lease terms = terms(hold);
    if (ask.epoch() != terms.epoch()) {
      return stale(ask.epoch(), terms);
    }
    List<Draw> draws = hold.draws();
    Instant settleBy = hold.expiresAt();
    boolean teamHolds = hold.teamHolds();
    String added = ask.added();
    if (added != null) {
      Hold more = wallet.holds().get(added);
      Instant until = ask.until();
      if (more == null
          || more.lease() != null
          || more.amount().isNegative()
          || until == null
          || !more.creditType().equals(hold.creditType())
          || terms.revoked()
          || !now.isBefore(terms.expiresAt())) {
        return ended();
      }
      draws = Settlement.merged(draws, more.draws());
      terms = terms.toppedUp(more.amount(), ask.meters(), until, ask.catalogVersion());
      Instant newSettleBy = until.plusSeconds(ask.settleSeconds());
      settleBy = newSettleBy.isAfter(settleBy) ? newSettleBy : settleBy;
      teamHolds |= more.teamHolds();
    }
    Credits back = added == null ? ask.handBack().min(terms.left()) : Credits.ZERO;
    if (added == null) {
      terms = terms.handingBack(back);
    }
    Purse purse = wallet.purse(hold.creditType());
    Entries entries =
        new Entries(
            wallet,
            purse,
            now,
            ask.lease(),
            hold.attribution().endedBy("lease", ask.actor(), ask.idempotencyKey()));
    List<Draw> returned = new ArrayList<>(1);
    Settlement.split(draws, terms.left(), new ArrayList<>(draws.size()), returned);
    Settlement.giveBack(entries, returned.reversed());
    return new Accepted<>(
        new WalletEvent.LeaseSettled(
            now,
            ask.lease(),
            terms,
            settleBy,
            added,
            back,
            teamHolds,
            entries.done(),
            entries.figures(purse.held.minus(back))));
  }

  Decision<WalletEvent, WalletReply> close(WalletCommand.CloseLease ask, Instant now) {
    Hold hold = wallet.openHold(ask.lease());
    Lease terms = terms(hold);
    if (ask.epoch() != terms.epoch()) {
      return stale(ask.epoch(), terms);
    }
    return new Accepted<>(
        Settlement.released(
            wallet,
            hold,
            WalletEvent.Cause.RELEASED,
            hold.attribution().endedBy("close", ask.actor(), ask.idempotencyKey()),
            now));
  }

  Decision<WalletEvent, WalletReply> revoke(WalletCommand.RevokeLease ask, Instant now) {
    return terms(wallet.openHold(ask.lease())).revoked()
        ? new Unchanged<>(new WalletReply.LeaseRevoked(ask.lease()))
        : new Accepted<>(new WalletEvent.LeaseRevoked(now, ask.lease(), ask.actor()));
  }

  private static Lease terms(Hold hold) {
    Lease terms = hold.lease();
    if (terms == null) {
      throw new IllegalStateException(hold.reservation() + " is no lease");
    }
    return terms;
  }

  /** An older epoch is over for good; of a later one, a newer row may tell. */
  private static Decision<WalletEvent, WalletReply> stale(long asked, Lease terms) {
    Refusal refusal = Lease.unknownEpoch(asked, terms.epoch());
    return asked < terms.epoch() ? new Refused<>(refusal) : new Absent<>(refusal);
  }

  private static Decision<WalletEvent, WalletReply> ended() {
    return new Refused<>(
        Refusal.of(
            Code.LEASE_ENDED, "the lease has expired or was revoked, and can't be added to"));
  }
}
