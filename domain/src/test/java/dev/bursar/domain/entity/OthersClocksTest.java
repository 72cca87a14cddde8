package dev.bursar.domain.entity;

import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Somebody whose clock is ahead has decided on what an entity is asked for. Nothing is done about
 * that at an earlier time; and nothing else is done at a later one on account of it.
 */
final class OthersClocksTest {

  private static final Instant AHEAD = at(3_600);
  private static final Origin OF_WHO_IS_AHEAD = Origin.of(AHEAD);

  private final Entity<WalletCommand, WalletEvent, WalletReply> wallet =
      new Entity<>(new WalletAggregate(newWallet()), memory());

  private List<WalletEvent> decide(Instant now, WalletCommand... commands) {
    Batch<WalletEvent> batch =
        wallet
            .decide(Stream.of(commands).map(each -> new Request<>(each, null)).toList(), now)
            .batch();
    return batch == null ? List.of() : batch.recorded().stream().map(Recorded::event).toList();
  }

  /** One of its grants ends before the time at which the other's clock is. */
  @BeforeEach
  void aWalletOfTwenty() {
    decide(
        START,
        new WalletCommand.Open(WalletOwner.ORG),
        grant("ends", "10").until(at(1_000)).add(),
        grant("stays", "10").add());
  }

  @Test
  void whatIsDecidedAtTheSameTimeGoesByTheClock() {
    List<WalletEvent> events =
        decide(at(1), hold("r1", "1"), hold("r2", "1").from(OF_WHO_IS_AHEAD));
    assertThat(events.getFirst())
        .isInstanceOfSatisfying(
            WalletEvent.CreditsHeld.class, it -> assertThat(it.at()).isEqualTo(at(1)));
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            WalletEvent.CreditsHeld.class,
            it -> {
              assertThat(it.hold().reservation()).isEqualTo("r2");
              assertThat(it.at()).isEqualTo(AHEAD);
            });
  }

  /** What it draws on is what there is at that time. */
  @Test
  void whatEndsUntilThenHasEndedForIt() {
    List<WalletEvent> events = decide(at(1), hold("r", "11").from(OF_WHO_IS_AHEAD));
    assertThat(events).singleElement().isInstanceOf(WalletEvent.GrantExpired.class);
  }

  @Test
  void aQuestionEndsNothing() {
    assertThat(decide(at(1), new WalletCommand.Find("r", OF_WHO_IS_AHEAD))).isEmpty();
    assertThat(decide(at(2), hold("r", "11"))).hasSize(1);
  }

  @Test
  void whatComesToNothingSetsNothingForward() {
    decide(at(1), hold("r1", "1000").from(Origin.of(at(500))), hold("r2", "1"));
    assertThat(decide(at(2), hold("r3", "1")))
        .singleElement()
        .satisfies(event -> assertThat(event.at()).isEqualTo(at(2)));
  }
}
