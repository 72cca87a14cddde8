package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_NOT_FOUND;
import static dev.bursar.domain.wallet.WalletWords.CREDITS;
import static dev.bursar.domain.wallet.WalletWords.GRACE;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static dev.bursar.domain.wallet.WalletWords.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A wallet is asked about what has ended so long ago that it has forgotten it. It charges nothing a
 * second time: whether it was done, its journal is to tell.
 */
final class ForgottenTest {

  /** The row in which {@code r1} was charged: the wallet was opened and got a grant before. */
  private static final long ROW = 3;

  private static final Instant LONG_AFTER = at(3_600);

  /** It remembers two endings: those of {@code r2} and {@code r3}, which ended after {@code r1}. */
  private final Given<WalletCommand, WalletEvent, WalletReply> wallet =
      wallet(
              new Wallet(
                  "acme",
                  "main",
                  GRACE,
                  new OperationMemory(2, Duration.ofDays(1).toNanos() / 1_000)),
              grant("a", "100"))
          .after(at(1), charge("r1", "5"))
          .after(at(2), charge("r2", "5"))
          .after(at(3), charge("r3", "5"));

  private static void assertForgotten(Given.Then<WalletEvent, WalletReply> then) {
    then.then();
    assertThat(then.outcome()).isEqualTo(new Outcome.Forgotten<>(ROW));
  }

  private static WalletCommand usage(String reservation, Origin origin) {
    return new WalletCommand.ChargeUsage(
        reservation,
        CREDITS,
        credits("5"),
        OveragePolicy.RECORD,
        new Reported("/gateway", reservation, at(0)),
        at(0),
        true,
        who(null, null),
        origin);
  }

  @Test
  void whatWasChargedIsNotChargedAgain() {
    assertForgotten(wallet.when(charge("r1", "5"), LONG_AFTER));
  }

  @Test
  void nothingIsSetAsideForIt() {
    assertForgotten(wallet.when(hold("r1", "5"), LONG_AFTER));
  }

  /** Nor is it said that there are not enough credits: it may have had them. */
  @Test
  void itIsNotDenied() {
    assertForgotten(wallet.when(charge("r1", "1000"), LONG_AFTER));
  }

  @Test
  void usageThatWasChargedIsNotChargedAgain() {
    assertForgotten(wallet.when(usage("r1", Origin.of(at(0))), LONG_AFTER));
  }

  @Test
  void whatMayHaveEndedIsNotSaidToBeUnknown() {
    assertForgotten(wallet.when(new WalletCommand.Find("r1", Origin.of(at(0))), LONG_AFTER));
  }

  @Test
  void whatMayHaveBeenChargedIsNotBarred() {
    assertForgotten(wallet.when(new WalletCommand.Bar("r1", Origin.of(at(0))), LONG_AFTER));
  }

  @Test
  void whenItWasDecidedOnMayBeKnownToNobody() {
    assertForgotten(wallet.when(charge("r1", "5").from(Origin.of(null)), LONG_AFTER));
  }

  @Test
  void whatIsRememberedIsTold() {
    var told = wallet.when(charge("r2", "5"), LONG_AFTER);
    assertThat(told.outcome()).isInstanceOf(Outcome.Stored.class);
  }

  @Test
  void whatIsOpenIsNeverForgotten() {
    wallet
        .after(at(4), hold("open", "5").from(Origin.of(at(4))))
        .after(at(5), charge("r4", "5").from(Origin.of(at(5))))
        .after(at(6), charge("r5", "5").from(Origin.of(at(6))));
    wallet.when(hold("open", "5"), at(200)).reply(WalletReply.Held.class);
  }

  @Test
  void whoeverWantsToKnowOnlyWhatIsRememberedIsToldThatItIsNot() {
    wallet.when(new WalletCommand.Find("r1"), LONG_AFTER).thenRefused(RESERVATION_NOT_FOUND);
  }

  // ---- once it is known not to be in the journal

  @Test
  void whatIsNotInTheJournalIsChargedAsWhatIsNew() {
    Origin sought = Origin.of(at(0)).soughtThrough(ROW);
    wallet.when(charge("new", "5").from(sought), LONG_AFTER).event(WalletEvent.Charged.class);
  }

  @Test
  void usageThatIsNotInTheJournalIsChargedAsWhatIsNew() {
    Origin sought = Origin.of(at(0)).soughtThrough(ROW);
    wallet.when(usage("new", sought), LONG_AFTER).event(WalletEvent.UsageCharged.class);
  }

  @Test
  void whatIsNotInTheJournalIsUnknown() {
    Origin sought = Origin.of(at(0)).soughtThrough(ROW);
    wallet
        .when(new WalletCommand.Find("new", sought), LONG_AFTER)
        .thenRefused(RESERVATION_NOT_FOUND);
    wallet
        .when(new WalletCommand.Bar("new", sought), LONG_AFTER)
        .then(new WalletEvent.HoldBarred(LONG_AFTER, "new"));
  }

  @Test
  void whatWasForgottenSinceIsToBeLookedForToo() {
    wallet.after(at(4), charge("r4", "5").from(Origin.of(at(4))));
    Origin sought = Origin.of(at(0)).soughtThrough(ROW);
    assertThat(wallet.when(charge("r2", "5").from(sought), LONG_AFTER).outcome())
        .isEqualTo(new Outcome.Forgotten<>(ROW + 1));
  }

  // ---- when it need not be looked for

  /** r1 ended in second 1. */
  @ParameterizedTest
  @CsvSource({"0, true", "1, true", "2, false"})
  void onlyWhatMayHaveEndedByThenIsLookedFor(long madeAt, boolean lookedFor) {
    var then = wallet.when(charge("new", "5").from(Origin.of(at(madeAt))), LONG_AFTER);
    assertThat(then.outcome() instanceof Outcome.Forgotten).isEqualTo(lookedFor);
  }

  /** Whose clock is behind that of who decided on it does it at that time all the same. */
  @Test
  void nothingIsDoneBeforeItWasDecidedOn() {
    Origin ahead = Origin.of(at(1_000));
    WalletCommand charge = charge("early", "5").from(ahead);
    assertThat(wallet.when(charge, at(4)).event(WalletEvent.Charged.class).at())
        .isEqualTo(at(1_000));
    wallet.after(at(5), charge("r5", "5").from(ahead)).after(at(6), charge("r6", "5").from(ahead));
    assertThat(wallet.when(charge, at(7)).outcome()).isInstanceOf(Outcome.Forgotten.class);
  }

  @Test
  void whereNothingIsForgottenNothingIsLookedFor() {
    wallet(grant("a", "100"))
        .after(at(1), charge("r1", "5"))
        .when(charge("new", "5"), LONG_AFTER)
        .event(WalletEvent.Charged.class);
  }
}
