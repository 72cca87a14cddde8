package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXPIRED;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_VOIDED;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.wallet.Recurrence.Interval.DAY;
import static dev.bursar.domain.wallet.Recurrence.Interval.MONTH;
import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How grants come again and again, and what rolls over. */
final class RecurrenceTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();
  private static final long DAYS = 86_400;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          every   | anchor     | from       | intervals begin at
          MONTH   | 2024-01-31 | 2024-01-31 | 2024-02-29 2024-03-31 2024-04-30 2024-05-31
          MONTH   | 2023-01-31 | 2023-01-31 | 2023-02-28 2023-03-31 2023-04-30 2023-05-31
          MONTH   | 2024-01-30 | 2024-02-28 | 2024-02-29 2024-03-30 2024-04-30
          MONTH   | 2024-12-31 | 2024-01-15 | 2024-01-31 2024-02-29 2024-03-31
          MONTH   | 2020-02-29 | 2024-01-01 | 2024-01-29 2024-02-29 2024-03-29
          MONTH   | 2024-01-15 | 2024-01-20 | 2024-02-15 2024-03-15
          QUARTER | 2023-11-30 | 2023-11-30 | 2024-02-29 2024-05-30 2024-08-30
          QUARTER | 2024-06-01 | 2023-08-31 | 2023-09-01 2023-12-01 2024-03-01 2024-06-01
          YEAR    | 2024-02-29 | 2024-02-29 | 2025-02-28 2026-02-28 2027-02-28 2028-02-29
          YEAR    | 2024-02-29 | 2021-03-01 | 2022-02-28 2023-02-28 2024-02-29
          WEEK    | 2024-02-26 | 2024-02-27 | 2024-03-04 2024-03-11
          WEEK    | 2024-02-26 | 2024-02-01 | 2024-02-05 2024-02-12
          DAY     | 2024-02-28 | 2024-02-28 | 2024-02-29 2024-03-01
          """)
  void intervalsAreCountedFromTheAnchor(
      Recurrence.Interval every, String anchor, String from, String begin) {
    Recurrence.Terms terms =
        new Recurrence.Terms(every, midnight(anchor), Credits.ZERO, Credits.ZERO);
    Recurrence recurrence =
        new Recurrence(terms, midnight(anchor), null, Credits.of(1), null, "a", 1);
    Instant at = midnight(from);
    for (String next : begin.split(" ")) {
      at = recurrence.nextAfter(at);
      assertThat(at).isEqualTo(midnight(next));
    }
  }

  private static Instant midnight(String day) {
    return Instant.parse(day + "T00:00:00Z");
  }

  @Test
  void anIntervalGrantsAndWhatIsLeftOfTheLastLapses() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").every(DAY)).after(at(1), hold("r", "4"));
    given.after(at(2), commit("r", "4"));
    assertThat(given.when(WAKE, at(DAYS).minusNanos(1_000)).events()).isEmpty();
    var then = given.when(WAKE, at(DAYS));
    assertThat(entries(then)).containsExactly("expire a -6", "grant a#2 10");
    Grant next = then.event(WalletEvent.GrantRenewed.class).grant();
    assertThat(next.effectiveAt()).isEqualTo(at(DAYS));
    assertThat(next.expiresAt()).isEqualTo(at(2 * DAYS));
    assertThat(figures(wallet)).isEqualTo("balance 10, held 0, debt 0");
    given.when(voiding("a"), at(DAYS + 1)).thenRefused(GRANT_EXPIRED, "grant");
  }

  @Test
  void intervalsThatAreOverdueAreDatedEachAtItsOwnTime() {
    var then = wallet(grant("a", "10").every(DAY)).when(WAKE, at(3 * DAYS + 5));
    assertThat(then.events().stream().map(WalletEvent::at))
        .containsExactly(at(DAYS), at(2 * DAYS), at(3 * DAYS));
    assertThat(entries(then))
        .containsExactly(
            "expire a -10",
            "grant a#2 10",
            "expire a#2 -10",
            "grant a#3 10",
            "expire a#3 -10",
            "grant a#4 10");
  }

  @Test
  void aMonthlyGrantOfThe31stDoesNotDrift() {
    Instant anchor = midnight("2024-01-31");
    var then = wallet(grant("a", "1").from(anchor).every(MONTH)).when(WAKE, midnight("2024-06-01"));
    assertThat(then.events().stream().map(WalletEvent::at))
        .containsExactly(
            midnight("2024-01-31"),
            midnight("2024-02-29"),
            midnight("2024-03-31"),
            midnight("2024-04-30"),
            midnight("2024-05-31"));
  }

  @Test
  void theEndOfTheSeriesEndsItsLastInterval() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").until(at(DAYS + 60)).every(DAY));
    assertThat(wallet.grant("a").grant().expiresAt()).isEqualTo(at(DAYS));
    given.after(at(DAYS), WAKE);
    assertThat(wallet.grant("a#2").grant().expiresAt()).isEqualTo(at(DAYS + 60));
    var then = given.when(WAKE, at(9 * DAYS));
    assertThat(entries(then)).containsExactly("expire a#2 -10");
    assertThat(wallet.nextDue()).isNull();
  }

  @Test
  void noIntervalBeginsAtTheEndOfTheSeries() {
    var given = wallet(grant("a", "10").until(at(DAYS)).every(DAY));
    assertThat(entries(given.when(WAKE, at(9 * DAYS)))).containsExactly("expire a -10");
  }

  @Test
  void aGrantThatTookEffectInThePastIsGivenForThePresentIntervalAlone() {
    Wallet wallet = newWallet();
    Instant past = START.minusSeconds(2 * DAYS + 60);
    var given = wallet(wallet, grant("a", "10").from(past).every(DAY));
    assertThat(figures(wallet)).isEqualTo("balance 10, held 0, debt 0");
    assertThat(entries(given.when(WAKE, at(DAYS - 60))))
        .containsExactly("expire a -10", "grant a#2 10");
  }

  @Test
  void aGrantThatTakesEffectBetweenAnchorsHasAShortFirstInterval() {
    var given = wallet(grant("a", "10").every(DAY, START.minusSeconds(DAYS / 2), "0", "0"));
    assertThat(given.when(WAKE, at(DAYS / 2)).event(WalletEvent.GrantRenewed.class).grant())
        .returns(at(DAYS / 2), Grant::effectiveAt)
        .returns(at(DAYS + DAYS / 2), Grant::expiresAt);
  }

  @Test
  void aRecurringGrantMayBeginLater() {
    var given = wallet(grant("a", "10").from(at(60)).every(DAY));
    assertThat(entries(given.when(WAKE, at(60)))).containsExactly("grant a 10");
    assertThat(entries(given.when(WAKE, at(60 + DAYS))))
        .containsExactly("expire a -10", "grant a#2 10");
  }

  @Test
  void voidingEndsTheSeries() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").every(DAY)).after(at(DAYS), WAKE);
    assertThat(entries(given.when(voiding("a#2"), at(DAYS + 1)))).containsExactly("void a#2 -10");
    assertThat(given.when(WAKE, at(5 * DAYS)).events()).isEmpty();
    assertThat(wallet.nextDue()).isNull();
    given.when(voiding("a#2"), at(5 * DAYS)).thenRefused(GRANT_VOIDED, "grant");
    var later = wallet(grant("b", "10").from(at(60)).every(DAY)).after(at(1), voiding("b"));
    assertThat(later.when(WAKE, at(5 * DAYS)).events()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          min | max | left | entries
          0   | 0   | 6    | expire a -6, grant a#2 10
          0   | 4   | 6    | expire a -2, transfer_out a -4, grant a#2 10, transfer_in a#2 4
          0   | 9   | 6    | transfer_out a -6, grant a#2 10, transfer_in a#2 6
          0   | 4   | 0    | grant a#2 10
          2   | 4   | 3    | transfer_out a -3, grant a#2 10, transfer_in a#2 3
          2   | 4   | 1    | transfer_out a -1, grant a#2 11, transfer_in a#2 1
          2   | 4   | 0    | grant a#2 12
          2   | 2   | 6    | expire a -4, transfer_out a -2, grant a#2 10, transfer_in a#2 2
          """)
  void whatRollsOverIsWithinItsBounds(String min, String max, int left, String expected) {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").every(DAY, null, min, max));
    given.after(at(1), hold("r", "" + (10 - left)), commit("r", "" + (10 - left)));
    var then = given.when(WAKE, at(DAYS));
    assertThat(String.join(", ", entries(then))).isEqualTo(expected);
    assertThat(wallet.grant("a#2").remaining()).isEqualTo(wallet.grant("a#2").grant().amount());
  }

  @Test
  void whatRolledOverIsNoPartOfWhatTheNextIntervalGrants() {
    var given = wallet(grant("a", "10").every(DAY, null, "0", "100"));
    given.after(at(DAYS), WAKE);
    assertThat(entries(given.when(WAKE, at(2 * DAYS))))
        .containsExactly("transfer_out a#2 -20", "grant a#3 10", "transfer_in a#3 20");
  }

  @Test
  void aRolloverHasSoundBounds() {
    var given = wallet();
    given
        .when(grant("a", "1").every(DAY, null, "2", "1").add(), at(1))
        .thenRefused(INVALID, "rollover");
    given
        .when(grant("a", "1").every(DAY, null, "-1", "1").add(), at(1))
        .thenRefused(INVALID, "rollover");
  }

  @Test
  void aHeldPartStaysInItsIntervalAndEndsWithIt() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").every(DAY, null, "0", "100"));
    given.after(at(DAYS - 10), hold("r", "4"));
    assertThat(entries(given.when(WAKE, at(DAYS))))
        .containsExactly("transfer_out a -6", "grant a#2 10", "transfer_in a#2 6");
    assertThat(figures(wallet)).isEqualTo("balance 20, held 4, debt 0");
    assertThat(entries(given.when(commit("r", "1"), at(DAYS + 1))))
        .containsExactly("consume a -1", "expire a -3");
  }

  @Test
  void aHoldOfTheLastIntervalCanBeReleasedAndEnds() {
    var given = wallet(grant("a", "10").every(DAY)).after(at(DAYS - 10), hold("r", "4"));
    given.after(at(DAYS), WAKE);
    assertThat(entries(given.when(release("r"), at(DAYS + 1)))).containsExactly("expire a -4");
  }

  @Test
  void aNewIntervalPaysDebtFirst() {
    var given = wallet(grant("a", "10").every(DAY));
    given.after(at(1), hold("r", "10"), commit("r", "13"));
    assertThat(entries(given.when(WAKE, at(DAYS))))
        .containsExactly("grant a#2 10", "debt_repaid a#2 -3");
  }

  @Test
  void aNameThatAClientTookIsLeftToIt() {
    var given = wallet(grant("a", "10").every(DAY), grant("a#2", "1"));
    assertThat(entries(given.when(WAKE, at(DAYS))))
        .containsExactly("expire a -10", "grant a#2# 10");
  }

  @Test
  void theTermsGoOn() {
    Wallet wallet = newWallet();
    var given =
        wallet(
            wallet,
            grant("a", "10")
                .priority(7)
                .category(Grant.Category.PLAN)
                .only(java.util.Set.of("chat"), java.util.Set.of("big"))
                .every(DAY));
    given.after(at(2 * DAYS), WAKE);
    Grant third = wallet.grant("a#3").grant();
    assertThat(third.priority()).isEqualTo(7);
    assertThat(third.category()).isEqualTo(Grant.Category.PLAN);
    assertThat(third.features()).containsExactly("chat");
    assertThat(third.models()).containsExactly("big");
    assertThat(third.recurrence()).returns("a", Recurrence::series).returns(3L, Recurrence::period);
  }

  @Test
  void whatCannotBeCountedTogetherDoesNotRollOver() {
    var given =
        wallet(
            grant("a", "1000000000000").every(DAY, null, "0", "1000000000000"),
            grant("b", "8000000000000"));
    assertThat(entries(given.when(WAKE, at(2 * DAYS))))
        .containsExactly(
            "expire a -1000000000000",
            "grant a#2 1000000000000",
            "expire a#2 -1000000000000",
            "grant a#3 1000000000000");
  }

  @Test
  void anIntervalThatCannotBeCountedIsNotGrantedAndTheSeriesEnds() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "1000000000000").every(DAY, null, "0", "1000000000000"));
    given.after(
        at(1), WalletWords.adjust("a", "-1000000000000"), grant("b", "9000000000000").add());
    assertThat(entries(given.when(WAKE, at(3 * DAYS)))).isEmpty();
    assertThat(wallet.grant("a").isEnded()).isTrue();
    assertThat(wallet.grants()).containsOnlyKeys("a", "b");
  }

  @Test
  void whatIsToComeHasItsRoomWhateverRecursBeforeIt() {
    var given =
        wallet(
            grant("a", "1000000000000").every(DAY, null, "0", "1000000000000"),
            grant("b", "8000000000000").from(at(2 * DAYS)));
    assertThat(entries(given.when(WAKE, at(2 * DAYS))))
        .containsExactly(
            "expire a -1000000000000",
            "grant a#2 1000000000000",
            "grant b 8000000000000",
            "expire a#2 -1000000000000",
            "grant a#3 1000000000000");
  }

  @Test
  void anIntervalDoesNotEndAfterTheLastYearThatCanBeTold() {
    Instant last = Instant.parse("9999-12-31T00:00:00Z");
    var given = wallet();
    given
        .when(grant("a", "1").from(last).every(Recurrence.Interval.YEAR).add(), at(1))
        .thenRefused(INVALID, "recurrence");
    given.after(
        at(2),
        grant("b", "1")
            .from(last.minus(Duration.ofDays(366)))
            .every(Recurrence.Interval.YEAR)
            .add(),
        grant("c", "1")
            .from(last)
            .until(last.plusSeconds(9))
            .every(Recurrence.Interval.YEAR)
            .add());
  }
}
