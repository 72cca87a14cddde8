package dev.bursar.domain.wallet;

import static dev.bursar.domain.enforcement.DenialCode.INSUFFICIENT_CREDITS;
import static dev.bursar.domain.enforcement.DenialCode.UNKNOWN_WALLET;
import static dev.bursar.domain.wallet.WalletWords.CREDITS;
import static dev.bursar.domain.wallet.WalletWords.GRACE;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static dev.bursar.domain.wallet.WalletWords.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.operation.Origin;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Charging work that has run already, and for which nothing was set aside. */
final class UsageTest {

  static WalletCommand usage(String reservation, String amount, OveragePolicy policy) {
    return usage(reservation, amount, policy, at(1));
  }

  private static WalletCommand usage(
      String reservation, String amount, OveragePolicy policy, Instant happenedAt) {
    return new WalletCommand.ChargeUsage(
        reservation,
        CREDITS,
        credits(amount),
        policy,
        new Reported("/gateway", reservation, happenedAt),
        at(1).plus(GRACE),
        true,
        who(null, null),
        Origin.of(at(0)));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # policy, used, charged, debt, uncharged, figures afterwards
          RECORD,   4,    4,       0,    0,         'balance 6, held 0, debt 0'
          RECORD,   10,   10,      0,    0,         'balance 0, held 0, debt 0'
          RECORD,   12.5, 12.5,    2.5,  0,         'balance 0, held 0, debt 2.5'
          CAP,      12.5, 10,      0,    2.5,       'balance 0, held 0, debt 0'
          REJECT,   10,   10,      0,    0,         'balance 0, held 0, debt 0'
          """)
  void whatNoGrantCoversFollowsTheOveragePolicy(
      OveragePolicy policy, String used, String charged, String debt, String rest, String after) {
    var done = wallet(grant("a", "10")).when(usage("u", used, policy), at(1));
    var ended = done.reply(WalletReply.Ended.class);
    assertThat(ended.amount()).isEqualTo(credits(charged));
    assertThat(ended.debt()).isEqualTo(credits(debt));
    assertThat(ended.uncharged()).isEqualTo(credits(rest));
    assertThat(figures(ended.balance())).isEqualTo(after);
  }

  @Test
  void rejectedChangesNothingAndIsNotRemembered() {
    var main = wallet(grant("a", "10"));
    var no = main.when(usage("u", "10.000001", OveragePolicy.REJECT), at(1));
    assertThat(no.events()).isEmpty();
    assertThat(no.reply(WalletReply.NotHeld.class).denials().getFirst().code())
        .isEqualTo(INSUFFICIENT_CREDITS);
    main.after(at(2), grant("b", "1").add());
    assertThat(entries(main.when(usage("u", "10.000001", OveragePolicy.REJECT), at(2))))
        .containsExactly("consume a -10", "consume b -0.000001");
  }

  @Test
  void onlyWhatExceedsWhatIsNotHeldIsRejected() {
    var main = wallet(grant("a", "10")).after(at(1), hold("r", "4"));
    var no = main.when(usage("u", "6.000001", OveragePolicy.REJECT), at(1));
    assertThat(no.reply(WalletReply.NotHeld.class).denials().getFirst().available())
        .isEqualTo(credits("6"));
    assertThat(entries(main.when(usage("u", "6", OveragePolicy.REJECT), at(1))))
        .containsExactly("consume a -6");
  }

  @Test
  void aWalletInDebtOwesMore() {
    var main = wallet(grant("a", "1")).after(at(1), usage("u1", "3", OveragePolicy.RECORD));
    var more = main.when(usage("u2", "4", OveragePolicy.RECORD), at(1));
    assertThat(entries(more)).containsExactly("debt 4");
    assertThat(figures(more.reply(WalletReply.Ended.class).balance()))
        .isEqualTo("balance 0, held 0, debt 6");
  }

  @Test
  void whatIsHeldForOthersIsNotTouched() {
    var main = wallet(grant("a", "10")).after(at(1), hold("r", "8"));
    assertThat(entries(main.when(usage("u", "5", OveragePolicy.RECORD), at(1))))
        .containsExactly("consume a -2", "debt 3");
  }

  @Test
  void longAfterItRanItIsLateUsage() {
    var inTime = wallet(grant("a", "10")).when(usage("u", "1", OveragePolicy.RECORD, at(1)), at(1));
    assertThat(entries(inTime)).containsExactly("consume a -1");
    var late = wallet(grant("a", "10")).when(usage("u", "1", OveragePolicy.RECORD, at(0)), at(1));
    assertThat(entries(late)).containsExactly("late_usage a -1");
    var event = late.event(WalletEvent.UsageCharged.class);
    assertThat(event.late()).isTrue();
    assertThat(event.closure()).isEqualTo(Closure.of("u", Credits.of(1), Closure.Kind.LATE));
  }

  @Test
  void askedTwiceItIsChargedOnce() {
    var main = wallet(grant("a", "10")).after(at(1), usage("u", "4", OveragePolicy.RECORD));
    var again = main.when(usage("u", "4", OveragePolicy.RECORD), at(2));
    assertThat(again.events()).isEmpty();
  }

  @Test
  void aWalletThatNobodyOpenedIsUnknown() {
    var unopened = Given.nothing(new WalletAggregate(newWallet()), memory());
    var no = unopened.when(usage("u", "1", OveragePolicy.RECORD), at(1));
    assertThat(no.reply(WalletReply.NotHeld.class).denials().getFirst().code())
        .isEqualTo(UNKNOWN_WALLET);
  }

  @Test
  void moreThanCanBeOwedIsRejected() {
    String most = new Credits(Long.MAX_VALUE).toString();
    var main = wallet(grant("a", "1")).after(at(1), usage("u1", most, OveragePolicy.RECORD));
    var no = main.when(usage("u2", most, OveragePolicy.RECORD), at(1));
    assertThat(no.events()).isEmpty();
    assertThat(no.reply(WalletReply.NotHeld.class).denials().getFirst().code())
        .isEqualTo(INSUFFICIENT_CREDITS);
  }
}
