package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.BEGINNING;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The wallet {@code main} of {@code acme}, run by hand. */
final class HandDrivenWallet {

  static final Attribution ATTRIBUTION =
      new Attribution(
          "test", "key", Subject.ofOrg("acme"), null, null, null, null, Map.of(), new byte[16]);

  private HandDrivenWallet() {}

  /**
   * An incarnation of it.
   *
   * @param rows its journal, whoever else writes it
   */
  static HandDriven<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> start(
      EntityModels models, Limits limits, List<StoredBatch> rows) {
    return new HandDriven<>(
        EntityId.wallet("acme", "main"),
        models.wallets(),
        limits,
        rows,
        (id, host) -> new WalletEntity(id, models.wallets().reply(), limits, host));
  }

  /** Opens it, and grants so many credits. */
  static void open(HandDriven<WalletCommand, ?, ?, ?> wallet, int credits) {
    tell(wallet, new WalletCommand.Open(WalletOwner.ORG));
    tell(
        wallet,
        new WalletCommand.AddGrant(
            new Grant(
                "g",
                "platform",
                Credits.of(credits),
                Grant.Category.PAID,
                Grant.PRIORITY_DEFAULT,
                BEGINNING.minusSeconds(1),
                null,
                Set.of(),
                Set.of(),
                null,
                null,
                "test",
                BEGINNING),
            null,
            ATTRIBUTION));
  }

  /** Has it do something, whatever comes of it. */
  static void tell(HandDriven<WalletCommand, ?, ?, ?> wallet, WalletCommand command) {
    wallet.receive(
        new EntityMessage.Ask<WalletCommand, WalletReply>(
            new Request<>(command, null), answer -> {}));
  }
}
