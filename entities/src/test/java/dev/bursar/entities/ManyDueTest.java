package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.BEGINNING;
import static dev.bursar.entities.HandDriven.LIMITS;
import static dev.bursar.entities.HandDriven.MODELS;
import static dev.bursar.entities.HandDrivenWallet.ATTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import dev.bursar.journal.BatchCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A wallet in which more falls due at one instant than one row of its journal takes. */
final class ManyDueTest {

  private static final int GRANTS = 3 * LIMITS.batchMax() + 2;

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<WalletReply>> told = new ArrayList<>();
  private HandDriven<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> wallet;

  private EntityMessage asking(WalletCommand command) {
    return new EntityMessage.Ask<WalletCommand, WalletReply>(
        new Request<>(command, null), told::add);
  }

  private static WalletCommand grant(String id) {
    return new WalletCommand.AddGrant(
        new Grant(
            id,
            "platform",
            Credits.of(1),
            Grant.Category.PAID,
            Grant.PRIORITY_DEFAULT,
            BEGINNING.minusSeconds(1),
            BEGINNING.plusSeconds(1),
            Set.of(),
            Set.of(),
            null,
            null,
            "test",
            BEGINNING),
        null,
        ATTRIBUTION);
  }

  @BeforeEach
  void given() {
    wallet = HandDrivenWallet.start(MODELS, LIMITS, rows);
    HandDrivenWallet.open(wallet, 10);
    for (int i = 0; i < GRANTS; i++) {
      wallet.receive(asking(grant("g" + i)));
    }
    told.clear();
  }

  private List<Integer> eventsInRowsAfter(int row) {
    return rows.subList(row, rows.size()).stream()
        .map(each -> BatchCodec.wallets().decode(each.manifest(), each.bytes()).recorded().size())
        .toList();
  }

  @Test
  void allOfItIsInTheJournalBeforeAnybodyIsAnswered() {
    int before = rows.size();
    wallet.tick();
    wallet.receive(
        asking(new WalletCommand.View()), asking(new WalletCommand.Wake()), asking(grant("more")));
    assertThat(eventsInRowsAfter(before))
        .startsWith(LIMITS.batchMax(), LIMITS.batchMax(), LIMITS.batchMax())
        .allSatisfy(events -> assertThat(events).isLessThanOrEqualTo(LIMITS.batchMax()));
    assertThat(wallet.events().stream().filter(WalletEvent.GrantExpired.class::isInstance))
        .hasSize(GRANTS);
    assertThat(told).hasSize(3);
    WalletReply viewed = ((Answer.Done<WalletReply>) told.getFirst()).value();
    assertThat(((WalletReply.Viewed) viewed).balances())
        .singleElement()
        .satisfies(each -> assertThat(each.balance()).isEqualTo(Credits.of(10)));
  }

  @Test
  void whoeverRecoversHalfwayGoesOn() {
    wallet.tick();
    wallet.receive(asking(new WalletCommand.Wake()));
    int firstOfThese = rows.size() - GRANTS / LIMITS.batchMax() - 1;
    rows.subList(firstOfThese + 1, rows.size()).clear();
    var next = HandDrivenWallet.start(MODELS, LIMITS, rows);
    next.tick();
    next.receive(asking(new WalletCommand.Wake()));
    assertThat(next.events().stream().filter(WalletEvent.GrantExpired.class::isInstance))
        .hasSize(GRANTS);
    assertThat(told.getLast()).isEqualTo(new Answer.Done<>(new WalletReply.Woken(null), false));
  }
}
