package dev.bursar.domain.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What the org decides on just now is in no row that its wallet had by then: however the clocks
 * stand, the wallet does not look for it there.
 */
final class LastRowsTest {

  private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
  private static final Answer<WalletReply> HELD_NOTHING =
      new Answer.Done<>(
          new WalletReply.WouldHold(
              new Balance("platform", Credits.ZERO, Credits.ZERO, Credits.ZERO)),
          false);

  private final ReservationProtocol<String> protocol = new ReservationProtocol<>();

  private static Plan plan(String reservation, String wallet) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            wallet,
            null,
            Credits.of(1),
            "platform",
            300,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of());
    return new Plan(
        reservation,
        request,
        wallet,
        "platform",
        Credits.of(1),
        null,
        List.of(),
        List.of(),
        "key1",
        reservation,
        new byte[16],
        List.of(),
        AT,
        null);
  }

  /** It comes into the journal, and the wallet is asked to charge it. */
  private Origin charged(Plan plan, boolean before) {
    protocol.decided(
        new OrgReply.Begun(plan),
        before,
        false,
        Operation.ofClient("reserve", plan.reservation(), 1),
        "ann",
        0);
    Effect.AskWallet<String> ask =
        (Effect.AskWallet<String>) protocol.durable(plan.reservation()).getFirst();
    return ((WalletCommand.HoldCredits) ask.request().command()).origin();
  }

  @Test
  void ofAWalletThatHasNotAnsweredNothingIsKnown() {
    assertThat(charged(plan("r1", "main"), false)).isEqualTo(Origin.of(AT, 0));
  }

  @Test
  void whatIsDecidedOnNowIsNotInTheRowsThatTheWalletHas() {
    charged(plan("r1", "main"), false);
    protocol.walletAnswered("r1", HELD_NOTHING, 7);
    assertThat(charged(plan("r2", "main"), false)).isEqualTo(Origin.of(AT, 7));
    assertThat(charged(plan("r3", "other"), false)).isEqualTo(Origin.of(AT, 0));
  }

  @Test
  void oneThatIsBehindDoesNotTakeThatBack() {
    charged(plan("r1", "main"), false);
    charged(plan("r2", "main"), false);
    protocol.walletAnswered("r1", HELD_NOTHING, 7);
    protocol.walletAnswered("r2", HELD_NOTHING, 5);
    assertThat(charged(plan("r3", "main"), false)).isEqualTo(Origin.of(AT, 7));
  }

  @Test
  void whatWasDecidedOnBeforeMayBeInAnyOfThem() {
    charged(plan("r1", "main"), false);
    protocol.walletAnswered("r1", HELD_NOTHING, 7);
    assertThat(charged(plan("r2", "main"), true)).isEqualTo(Origin.recordedAt(AT));
  }
}
