package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;

/** Wallets that end a lease for whoever gives it back as a reservation. */
record EndedAsReservations<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (!(command instanceof WalletCommand.Release it)
        || !(decision instanceof Decision.Refused<E, R>(Refusal refusal))
        || refusal.code() != Refusal.Code.RESERVATION_LEASED) {
      return decision;
    }
    Decision<E, R> cancelled =
        real.decide((C) new WalletCommand.Cancel(it.reservation(), null), now, clock);
    return cancelled instanceof Decision.Accepted<E, R>(E event)
            && event instanceof WalletEvent.Released released
        ? new Decision.Accepted<>((E) asAsked(released))
        : decision;
  }

  private static WalletEvent.Released asAsked(WalletEvent.Released of) {
    return new WalletEvent.Released(
        of.at(),
        of.reservation(),
        WalletEvent.Cause.RELEASED,
        of.released(),
        of.teamHolds(),
        of.transaction(),
        of.balance(),
        of.lease());
  }
}
