package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.BEGINNING;
import static dev.bursar.entities.HandDriven.LIMITS;
import static dev.bursar.entities.HandDriven.MODELS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.wallet.WalletCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LateUsageTest {

  private static final String RESERVATION =
      ReservationId.of("acme", "main", "k1", new byte[16]).toString();

  /**
   * A wallet may take it at the very end of grace, and tell an org or a team that is replaced
   * before it has written that: whoever takes its place asks when it looks again.
   */
  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT1S", "PT1M", "PT14M", "PT1H", "P3D"})
  void itIsStillAskedAboutWhenAnEntityLooksAgain(Duration grace) {
    Lateness lateness = Lateness.of(grace, Duration.ZERO, Duration.ZERO);
    assertThat(lateness.lateFor().minus(grace))
        .isGreaterThan(RunningEntity.LOOK_AGAIN.multipliedBy(2))
        .isGreaterThanOrEqualTo(grace);
  }

  /** It was held for no budget of the team, and may have been counted there from the middle on. */
  @Test
  void theTeamIsToldOfItThoughItHeldNothing() {
    // given
    var wallet = HandDrivenWallet.start(MODELS, LIMITS, new ArrayList<>());
    HandDrivenWallet.open(wallet, 10);
    HandDrivenWallet.tell(
        wallet,
        new WalletCommand.HoldCredits(
            RESERVATION,
            "platform",
            Credits.of(3),
            null,
            1,
            OveragePolicy.RECORD,
            false,
            false,
            new Attribution(
                "test",
                "key",
                new Subject("acme", "red", null, null, null, null),
                null,
                null,
                null,
                null,
                Map.of(),
                new byte[16]),
            Origin.of(BEGINNING)));
    wallet.tick();
    HandDrivenWallet.tell(wallet, new WalletCommand.Wake());
    assertThat(told(wallet)).containsExactly("org|acme EXPIRED");
    // when
    HandDrivenWallet.tell(
        wallet, new WalletCommand.Commit(RESERVATION, Credits.of(2), null, "key", null));
    // then
    assertThat(told(wallet)).containsExactly("org|acme LATE", "team|acme|red LATE");
  }

  private static List<String> told(HandDriven<WalletCommand, ?, ?, ?> wallet) {
    return wallet.sent().stream()
        .filter(each -> each.message() instanceof EntityMessage.TakeClosure)
        .map(
            each ->
                "%s %s"
                    .formatted(
                        each.to(), ((EntityMessage.TakeClosure) each.message()).closure().kind()))
        .toList();
  }
}
