package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletReply.GrantView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A wallet that holds what one of its grants can pay, though it owes something. */
record HeldInDebt<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  private static final int GRANTS_MAX = 1_000;

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (!(real instanceof WalletAggregate wallet)
        || !(command instanceof WalletCommand.HoldCredits ask)
        || ask.commit()
        || !(decision instanceof Decision.Told<E, R>(R reply))
        || !(reply instanceof WalletReply.NotHeld)) {
      return decision;
    }
    Optional<Balance> owing =
        wallet.wallet().balances().stream()
            .filter(each -> each.creditType().equals(ask.creditType()))
            .filter(each -> each.debt().isPositive())
            .findAny();
    Optional<GrantView> paying =
        owing.isEmpty()
            ? Optional.empty()
            : grants(wallet, now).stream().filter(each -> canPay(each, ask)).findFirst();
    return paying.isEmpty()
        ? decision
        : new Decision.Accepted<>((E) held(ask, paying.get(), owing.get(), now));
  }

  private static List<GrantView> grants(WalletAggregate wallet, Instant now) {
    return wallet.decide(new WalletCommand.ListGrants(null, GRANTS_MAX), now)
                instanceof Decision.Told<WalletEvent, WalletReply>(WalletReply reply)
            && reply instanceof WalletReply.Grants all
        ? all.grants()
        : List.of();
  }

  private static boolean canPay(GrantView view, WalletCommand.HoldCredits ask) {
    return view.grant().creditType().equals(ask.creditType())
        && view.state().equals("active")
        && view.grant().features().isEmpty()
        && view.grant().models().isEmpty()
        && view.remaining().minus(view.held()).compareTo(ask.amount()) >= 0;
  }

  private static WalletEvent held(
      WalletCommand.HoldCredits ask, GrantView from, Balance before, Instant now) {
    Hold hold =
        new Hold(
            ask.reservation(),
            ask.creditType(),
            ask.amount(),
            List.of(new Draw(from.grant().id(), ask.amount())),
            ask.price(),
            now,
            now.plusSeconds(ask.ttlSeconds()),
            ask.overagePolicy(),
            ask.teamHolds(),
            ask.attribution());
    return new WalletEvent.CreditsHeld(
        now,
        hold,
        new Balance(
            before.creditType(),
            before.balance(),
            before.held().plus(ask.amount()),
            before.debt()));
  }
}
