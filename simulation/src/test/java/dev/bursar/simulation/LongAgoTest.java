package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;
import java.math.BigInteger;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * An org stops before it hears what has become of a reservation, and asks only when its wallet has
 * forgotten that. Whatever it was, it is charged once, and counted once, on every level.
 */
final class LongAgoTest {

  static final int REMEMBERED = 4;
  static final Stage.History CHARGED_AND_FORGOTTEN =
      new Stage.History(
          REMEMBERED,
          stage -> {
            chargedAndForgotten(stage, Duration.ZERO);
            orgStarts(stage);
          });

  private static final String KEY = "long-ago";
  private static final String RESERVATION = Stage.reservation(KEY);

  /** Nobody but the wallet has heard of its charge; by now the wallet has forgotten it. */
  static void chargedAndForgotten(Stage stage, Duration later) {
    otherReservations(stage);
    stage.lose(LongAgoTest::isClosure);
    stage.reserve(KEY, true);
    stage.runUntil(() -> stage.told.containsKey(KEY));
    forgotten(stage, later);
  }

  private static void otherReservations(Stage stage) {
    for (int i = 0; i < 2 * REMEMBERED; i++) {
      String key = "other" + i;
      stage.reserve(key, false);
      stage.runUntil(() -> stage.told.containsKey(key));
    }
  }

  private static boolean isClosure(EntityId to, EntityMessage message) {
    return message instanceof EntityMessage.TakeClosure closure
        && closure.closure().reservation().equals(RESERVATION);
  }

  /** The wallet goes on by itself: clients commit what they had been allowed before. */
  private static void forgotten(Stage stage, Duration later) {
    stage.crash();
    stage.lose((to, message) -> to.kind() != EntityId.Kind.WALLET);
    for (int i = 0; i < 2 * REMEMBERED; i++) {
      stage.commit("other" + i);
    }
    stage.runForSeconds(15);
    stage.world.cluster.jump(later);
    stage.loseNothing();
  }

  static void orgStarts(Stage stage) {
    stage.tell(Stage.ORG, new OrgCommand.ViewOrg());
    stage.runForSeconds(30);
  }

  private static void assertCharged(Stage stage) {
    assertThat(stage.world.watch.wallet(Stage.WALLET).charged)
        .containsEntry(RESERVATION, BigInteger.valueOf(1_000_000));
    assertThat(stage.world.watch.limits(Stage.ORG).isOpen(RESERVATION)).isFalse();
  }

  private static void assertHolds(Consumer<Stage> history) {
    assertThat(new Stage.History(REMEMBERED, history).play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatWasChargedIsSettledAndNotChargedAgain() {
    assertHolds(
        stage -> {
          chargedAndForgotten(stage, Duration.ZERO);
          orgStarts(stage);
          assertCharged(stage);
          assertThat(stage.world.watch.seen()).containsKey(Rarity.LOOKED_FOR_IN_THE_JOURNAL);
        });
  }

  @Test
  void whenDaysHavePassedItIsNotChargedAgainEither() {
    assertHolds(
        stage -> {
          chargedAndForgotten(stage, Duration.ofDays(3));
          orgStarts(stage);
          assertCharged(stage);
        });
  }

  @Test
  void whoeverAsksAgainIsToldTheSame() {
    assertHolds(
        stage -> {
          chargedAndForgotten(stage, Duration.ZERO);
          Answer<Decided> first = stage.told.get(KEY);
          // Whoever asks while it is being settled is told to ask again.
          do {
            stage.told.remove(KEY);
            stage.reserve(KEY, true);
            stage.runUntil(() -> stage.told.containsKey(KEY));
          } while (stage.told.get(KEY) instanceof Answer.Unreachable);
          Decided.Allowed before = (Decided.Allowed) ((Answer.Done<Decided>) first).value();
          Decided.Allowed now =
              (Decided.Allowed) ((Answer.Done<Decided>) stage.told.get(KEY)).value();
          assertThat(now.charged().transaction().id())
              .isEqualTo(before.charged().transaction().id());
          // Whoever asked has driven it on; what became of it is learnt by the next look.
          stage.runForSeconds(310);
          assertCharged(stage);
        });
  }

  /** The wallet never heard of it: nobody was answered, and it is driven on. */
  @Test
  void whatWasNotChargedIsChargedOnce() {
    assertHolds(
        stage -> {
          otherReservations(stage);
          stage.lose((to, message) -> isCharge(message));
          stage.reserve(KEY, true);
          stage.runUntil(() -> stage.world.watch.limits(Stage.TEAM).isOpen(RESERVATION));
          forgotten(stage, Duration.ZERO);
          orgStarts(stage);
          assertCharged(stage);
        });
  }

  private static boolean isCharge(EntityMessage message) {
    return message instanceof EntityMessage.AskFor<?> ask
        && ask.request().command() instanceof WalletCommand.HoldCredits
        && ask.reservation().equals(RESERVATION);
  }
}
