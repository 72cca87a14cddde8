package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.time.Instant;
import java.util.List;

/** A wallet that sends another what it has, as if it owed nothing. */
record TransferredInDebt<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (real instanceof WalletAggregate wallet
        && command instanceof WalletCommand.TransferOut out
        && decision instanceof Decision.Refused<E, R>(Refusal refusal)
        && refusal.code() == Refusal.Code.WALLET_IN_DEBT) {
      Decision<?, ?> other = owingNothing(wallet.wallet()).decide(out, now);
      return other instanceof Decision.Accepted<?, ?> ? (Decision<E, R>) other : decision;
    }
    return decision;
  }

  private static WalletAggregate owingNothing(Wallet of) {
    OperationMemory endings = new OperationMemory(1_000, Long.MAX_VALUE / 2);
    Wallet wallet = new Wallet(of.org(), of.name(), World.GRACE, endings);
    WalletSnapshot now = of.snapshot();
    List<Balance> paid =
        now.balances().stream()
            .map(each -> new Balance(each.creditType(), each.balance(), each.held(), Credits.ZERO))
            .toList();
    wallet.restore(
        new WalletSnapshot(
            now.owner(),
            now.lastAt(),
            now.ledgerSequence(),
            now.ledgerHead(),
            paid,
            now.grants(),
            now.scheduled(),
            now.holds(),
            now.lapsed(),
            now.transfers(),
            now.barredTransfers(),
            now.endings(),
            now.planChanges(),
            now.usedAhead(),
            now.cutShort()));
    return new WalletAggregate(wallet);
  }
}
