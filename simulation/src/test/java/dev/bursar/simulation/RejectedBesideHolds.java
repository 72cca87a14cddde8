package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.List;

/** A wallet that holds anything rejects work that is to be rejected where credits lack. */
record RejectedBesideHolds<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    return command instanceof WalletCommand.ChargeUsage ask
            && ask.overagePolicy() == OveragePolicy.REJECT
            && decision instanceof Decision.Accepted<E, R>(E event)
            && event instanceof WalletEvent.UsageCharged it
            && it.balance().held().isPositive()
        ? new Decision.Told<>((R) rejected(it))
        : decision;
  }

  private static WalletReply rejected(WalletEvent.UsageCharged charged) {
    Credits all =
        charged.balance().balance().plus(charged.amount()).minus(charged.balance().held());
    return new WalletReply.NotHeld(
        List.of(
            new Denial(
                DenialCode.INSUFFICIENT_CREDITS,
                null,
                null,
                all,
                charged.amount(),
                "something is held")));
  }
}
