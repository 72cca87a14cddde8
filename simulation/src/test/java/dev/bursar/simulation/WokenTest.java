package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.OrgShape;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Somebody stops while another is yet to be told something, and nobody asks for anything: who has
 * that to do is woken for it.
 */
final class WokenTest {

  static final Stage.History A_TRANSFER_IS_ON_ITS_WAY =
      new Stage.History(Scenario.REMEMBERED_ALL, WokenTest::aTransferIsOnItsWay);
  static final Stage.History THE_WALLET_LACKS_WHAT_A_PLAN_GRANTS =
      new Stage.History(Scenario.REMEMBERED_ALL, WokenTest::theWalletLacksWhatAPlanGrants);

  private static final EntityId OTHER = EntityId.wallet(Stage.ORG.org(), "other");

  /** Longer than it takes until somebody is looked after. */
  private static final long LEFT_ALONE = 100;

  private static void aTransferIsOnItsWay(Stage stage) {
    stage.tell(Stage.ORG, new OrgCommand.PutWallet(OTHER.name(), WalletOwner.ORG, ""));
    stage.tell(OTHER, new WalletCommand.Open(WalletOwner.ORG));
    stage.lose((to, message) -> asks(message, WalletCommand.TransferIn.class));
    stage.tell(
        Stage.WALLET,
        new WalletCommand.TransferOut(OTHER.name(), OrgShape.TYPE, Credits.of(10), attribution()));
    isLeftAlone(stage);
  }

  private static void theWalletLacksWhatAPlanGrants(Stage stage) {
    stage.lose((to, message) -> asks(message, WalletCommand.ChangePlanGrants.class));
    stage.tell(Stage.ORG, put("small"));
    stage.runForSeconds(1);
    isLeftAlone(stage);
    stage.tell(Stage.ORG, put(null));
  }

  private static boolean asks(EntityMessage message, Class<?> command) {
    return message instanceof EntityMessage.AskFor<?> ask
        && command.isInstance(ask.request().command());
  }

  private static OrgCommand put(@Nullable String plan) {
    return new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, plan, List.of()), "");
  }

  private static Attribution attribution() {
    return new Attribution(
        "transfer", "sim", Subject.ofOrg("acme"), null, null, null, null, Map.of(), new byte[16]);
  }

  private static void isLeftAlone(Stage stage) {
    stage.crash();
    stage.loseNothing();
    stage.runForSeconds(LEFT_ALONE);
    new Judgement(stage.world).expectToldOf();
  }

  @Test
  void whoHasSentATransferIsWokenUntilItHasArrived() {
    assertThat(A_TRANSFER_IS_ON_ITS_WAY.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void anOrgIsWokenUntilItsWalletHasWhatThePlanGrants() {
    assertThat(THE_WALLET_LACKS_WHAT_A_PLAN_GRANTS.play(Tampering.NONE)).isEmpty();
  }
}
