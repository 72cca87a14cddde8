package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.BEGINNING;
import static dev.bursar.entities.HandDriven.LIMITS;
import static dev.bursar.entities.HandDriven.MODELS;
import static dev.bursar.entities.HandDrivenWallet.ATTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A wallet that does not know of the last row of its journal, since another incarnation wrote it or
 * it came late, finds out though nobody writes to it.
 */
final class BehindTest {

  private static final EntityId OTHER = EntityId.wallet("acme", "other");
  private static final String RESERVATION =
      ReservationId.of("acme", "main", "k1", new byte[16]).toString();
  private static final int TTL_SECONDS = 3;

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<WalletReply>> told = new ArrayList<>();
  private HandDriven<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> wallet;

  private HandDriven<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> start() {
    return HandDrivenWallet.start(MODELS, LIMITS, rows);
  }

  private EntityMessage asking(WalletCommand command) {
    return new EntityMessage.Ask<WalletCommand, WalletReply>(
        new Request<>(command, null), told::add);
  }

  private static WalletCommand hold() {
    return new WalletCommand.HoldCredits(
        RESERVATION,
        "platform",
        Credits.of(3),
        null,
        TTL_SECONDS,
        OveragePolicy.RECORD,
        false,
        false,
        ATTRIBUTION,
        Origin.of(BEGINNING));
  }

  @BeforeEach
  void given() {
    wallet = start();
    HandDrivenWallet.open(wallet, 10);
  }

  /** Whoever wakes it takes it out of the table of due work once it has nothing to do. */
  @Test
  void whoIsWokenDoesWhatAnotherIncarnationHasLeftToDo() {
    start().receive(asking(hold()));
    told.clear();
    for (int i = 0; i <= TTL_SECONDS; i++) {
      wallet.tick();
    }

    wallet.receive(asking(new WalletCommand.Wake()));

    assertThat(wallet.events().getLast()).isInstanceOf(WalletEvent.Released.class);
    assertThat(told).containsExactly(new Answer.Done<>(new WalletReply.Woken(null), false));
  }

  @Test
  void whoIsWokenTooEarlySaysWhenAnotherIncarnationsHoldEnds() {
    start().receive(asking(hold()));
    told.clear();

    wallet.receive(asking(new WalletCommand.Wake()));

    assertThat(told)
        .containsExactly(
            new Answer.Done<>(new WalletReply.Woken(BEGINNING.plusSeconds(TTL_SECONDS)), false));
  }

  /** Nothing of it is ever due: nobody wakes the wallet for it. */
  @Test
  void aTransferThatComesLateIntoTheJournalArrives() {
    wallet.writesLate = true;
    wallet.receive(
        asking(new WalletCommand.TransferOut("other", "platform", Credits.of(3), ATTRIBUTION)));
    assertThat(told).containsExactly(new Answer.Unreachable<>());
    wallet.writeLate();
    assertThat(wallet.sent()).extracting(HandDriven.Sent::to).doesNotContain(OTHER);

    wallet.lookAgain();

    assertThat(wallet.sent()).extracting(HandDriven.Sent::to).containsOnlyOnce(OTHER);
  }
}
