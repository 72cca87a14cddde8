package dev.bursar.domain.wallet;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A wallet and its rules together, as an entity needs them. */
public record WalletAggregate(Wallet wallet, WalletDecider decider)
    implements Aggregate<WalletCommand, WalletEvent, WalletReply> {

  public WalletAggregate(Wallet wallet) {
    this(wallet, new WalletDecider(wallet));
  }

  @Override
  public Decision<WalletEvent, WalletReply> decide(WalletCommand command, Instant now) {
    return decider.decide(command, now);
  }

  @Override
  public @Nullable WalletEvent due(Instant now) {
    return decider.due(now);
  }

  @Override
  public void evolve(WalletEvent event, Place place) {
    wallet.apply(event, place);
  }

  @Override
  public @Nullable Operation replaces(WalletEvent event) {
    return switch (event) {
      case WalletEvent.Released it when it.cause() == WalletEvent.Cause.CANCELLED ->
          Operation.holding(it.reservation());
      case WalletEvent.HoldBarred it -> Operation.holding(it.reservation());
      case WalletEvent other -> null;
    };
  }

  @Override
  public WalletReply reply(WalletEvent event) {
    return WalletReplies.to(event);
  }

  @Override
  public Instant lastAt() {
    return wallet.lastAt();
  }

  @Override
  public @Nullable Instant nextDue() {
    return wallet.nextDue();
  }
}
