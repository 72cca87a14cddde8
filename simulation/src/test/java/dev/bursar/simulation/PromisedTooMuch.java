package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;

/** A wallet that promises grants for which it has no room, since it counts on no others. */
record PromisedTooMuch<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (!(command instanceof WalletCommand.AddGrant ask)
        || !(decision instanceof Decision.Refused<E, R>(Refusal refusal))
        || refusal.code() != Refusal.Code.AMOUNT_OVERFLOW) {
      return decision;
    }
    C least =
        (C)
            new WalletCommand.AddGrant(
                WrongMoney.of(ask.grant(), new Credits(1)), ask.recurrence(), ask.attribution());
    return real.decide(least, now, clock) instanceof Decision.Accepted<E, R>(E event)
            && event instanceof WalletEvent.GrantScheduled it
        ? new Decision.Accepted<>(
            (E)
                new WalletEvent.GrantScheduled(
                    it.at(), WrongMoney.of(it.grant(), ask.grant().amount()), it.attribution()))
        : decision;
  }
}
