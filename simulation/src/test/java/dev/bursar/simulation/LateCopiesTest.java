package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.OrgShape;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A copy of a message comes when what it asks for has been refused, and could be done by then. */
final class LateCopiesTest {

  /** The wallet had too little for a charge, and has enough when the question comes again. */
  static final Stage.History OF_A_DENIED_CHARGE =
      new Stage.History(Scenario.REMEMBERED_ALL, LateCopiesTest::ofADeniedCharge);

  /** The wallet was not open for a transfer, and is when that comes again; then it is barred. */
  static final Stage.History OF_A_REFUSED_TRANSFER =
      new Stage.History(Scenario.REMEMBERED_ALL, LateCopiesTest::ofARefusedTransfer);

  private static final EntityId OTHER = EntityId.wallet(SimulatedClient.ORG, "second");

  private static void ofADeniedCharge(Stage stage) {
    // given: a wallet without credits, which is asked to charge some.
    stage.tell(Stage.WALLET, adjust(-100, null));
    AtomicReference<EntityMessage> question = new AtomicReference<>();
    stage.lose(
        (to, message) -> {
          if (command(message) instanceof WalletCommand.HoldCredits) {
            question.set(message);
          }
          return false;
        });
    stage.reserve("late", true);
    stage.runUntil(() -> stage.told.containsKey("late"));
    assertThat(stage.told.get("late"))
        .isInstanceOfSatisfying(
            Answer.Done.class, done -> assertThat(done.value()).isInstanceOf(Decided.Denied.class));

    // when
    stage.tell(Stage.WALLET, adjust(100, "more"));
    stage.owner().deliver(Stage.WALLET, question.get());

    // then: nothing is charged.
    stage.runForSeconds(10);
  }

  private static void ofARefusedTransfer(Stage stage) {
    // given: credits leave for a wallet that is not open.
    AtomicReference<EntityMessage> copy = new AtomicReference<>();
    AtomicBoolean bars = new AtomicBoolean();
    stage.lose(
        (to, message) -> {
          boolean hasCome = !stage.world.watch.wallet(OTHER).transfers.taken.isEmpty();
          if (command(message) instanceof WalletCommand.TransferIn) {
            copy.compareAndSet(null, message);
          }
          if (command(message) instanceof WalletCommand.BarTransfer) {
            bars.set(hasCome);
            return !hasCome;
          }
          return isTaken(message) && !bars.get();
        });
    stage.tell(
        Stage.WALLET,
        new WalletCommand.TransferOut(OTHER.name(), OrgShape.TYPE, Credits.of(10), by("transfer")));
    stage.runForSeconds(2);

    // when: it is opened, and the credits come again; nobody hears of that before they are barred.
    stage.tell(Stage.ORG, new OrgCommand.PutWallet(OTHER.name(), WalletOwner.ORG, ""));
    stage.tell(OTHER, new WalletCommand.Open(WalletOwner.ORG));
    stage.owner().deliver(OTHER, copy.get());
    stage.runUntil(() -> !stage.world.watch.wallet(OTHER).transfers.taken.isEmpty());

    // then: they are there, and do not go back.
    stage.runUntil(bars::get);
    stage.runForSeconds(30);
  }

  private static boolean isTaken(EntityMessage message) {
    return message instanceof EntityMessage.WalletAnswered it
        && it.answer() instanceof Answer.Done<WalletReply>(WalletReply reply, boolean again)
        && reply instanceof WalletReply.TransferTaken;
  }

  private static Object command(EntityMessage message) {
    return message instanceof EntityMessage.AskFor<?> ask ? ask.request().command() : message;
  }

  private static WalletCommand adjust(long credits, @Nullable String grant) {
    return new WalletCommand.Adjust(OrgShape.TYPE, Credits.of(credits), grant, by("adjustment"));
  }

  private static Attribution by(String trigger) {
    return new Attribution(
        trigger, "sim", Subject.ofOrg("acme"), null, null, null, null, Map.of(), new byte[16]);
  }

  @Test
  void aCopyOfTheQuestionChargesNothingThatWasDenied() {
    assertThat(OF_A_DENIED_CHARGE.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatACopyHasBroughtIsThereWhenItIsToBeBarred() {
    assertThat(OF_A_REFUSED_TRANSFER.play(Tampering.NONE)).isEmpty();
  }
}
