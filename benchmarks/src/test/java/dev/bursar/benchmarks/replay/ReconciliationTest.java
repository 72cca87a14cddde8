package dev.bursar.benchmarks.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReconciliationTest {

  private final List<LedgerEntry> ledger =
      new ArrayList<>(
          List.of(
              entry(1, "grant", "10", "10", null, null),
              entry(2, "consume", "-4", "6", "rsv_a", "replay-1-0-x-commit"),
              entry(3, "consume", "-6", "0", "rsv_b", "replay-1-1-x-commit"),
              entry(4, "debt", "1.5", "0", "rsv_b", "replay-1-1-x-commit")));

  private final List<Charge> charges =
      new ArrayList<>(
          List.of(
              charge(0, "rsv_a", "4", "0", line(2, "-4", "6")),
              charge(1, "rsv_b", "7.5", "1.5", line(3, "-6", "0"), line(4, "1.5", "0"))));

  private String balance = "0";
  private String debt = "1.5";

  @Test
  void whatAddsUpHasNoDifference() {
    Reconciliation.Result result = compare();
    assertThat(result.discrepancies()).isEmpty();
    assertThat(result.difference()).isZero();
    assertThat(result.reservations()).isEqualTo(2);
    assertThat(result.entries()).isEqualTo(4);
  }

  @Test
  void aChargeThatIsMissing() {
    ledger.subList(2, 4).clear();
    balance = "6";
    debt = "0";
    Reconciliation.Result result = compare();
    assertThat(result.difference()).isEqualByComparingTo("7.5");
    assertThat(result.discrepancies())
        .contains("acme: rsv_b (row 1): commit charged 7.5, the ledger 0")
        .contains("acme: total: commits charged 11.5, the ledger 4");
  }

  @Test
  void aChargeOfAnotherAmount() {
    ledger.set(1, entry(2, "consume", "-3", "7", "rsv_a", "replay-1-0-x-commit"));
    ledger.set(2, entry(3, "consume", "-7", "0", "rsv_b", "replay-1-1-x-commit"));
    Reconciliation.Result result = compare();
    assertThat(result.difference()).isEqualByComparingTo("2");
    assertThat(result.discrepancies())
        .contains("acme: rsv_a (row 0): commit charged 4, the ledger 3")
        .contains(
            "acme: rsv_a (row 0): commit named entry 2 of -4 to balance 6,"
                + " the ledger has -3 to balance 7");
  }

  @Test
  void aChargeThatNobodyWasAnswered() {
    ledger.add(entry(5, "consume", "-1", "-1", "rsv_c", "replay-1-1-x-reserve"));
    balance = "-1";
    assertThat(compare().discrepancies())
        .containsExactly(
            "acme: entry 5: consume of -1 for rsv_c, which no commit of this run was answered");
  }

  @Test
  void aChargeOfSomebodyElse() {
    ledger.add(entry(5, "consume", "-1", "-1", "rsv_c", "other-1"));
    balance = "-1";
    assertThat(compare().discrepancies()).hasSize(1);
  }

  @Test
  void aChargeOfAnEarlierRunIsTolerated() {
    ledger.add(entry(5, "consume", "-1", "-1", "rsv_c", "replay-1-99-x-commit"));
    balance = "-1";
    Reconciliation.Result result = compare();
    assertThat(result.discrepancies()).isEmpty();
    assertThat(result.ofEarlierRuns()).isEqualTo(1);
  }

  @Test
  void aGapInTheSequence() {
    ledger.set(3, entry(5, "debt", "1.5", "0", "rsv_b", "replay-1-1-x-commit"));
    assertThat(compare().discrepancies()).contains("acme: sequence 5 where 4 was due");
  }

  @Test
  void aBalanceThatDoesNotFollow() {
    ledger.set(0, entry(1, "grant", "11", "10", null, null));
    assertThat(compare().discrepancies())
        .containsExactly("acme: entry 1: balance 10, but grant 11 after 0 makes 11");
  }

  @Test
  void aWalletThatShowsAnotherBalanceOrDebt() {
    balance = "2";
    debt = "0";
    assertThat(compare().discrepancies())
        .containsExactly(
            "acme: wallet: balance 2, the last entry's 0",
            "acme: wallet: debt 0, the entries' 1.5");
  }

  @Test
  void twoRowsWithOneReservation() {
    charges.add(charge(2, "rsv_a", "4", "0", line(2, "-4", "6")));
    assertThat(compare().discrepancies()).contains("acme: rsv_a: answered to row 2 and another");
  }

  private Reconciliation.Result compare() {
    return Reconciliation.compare(
        "acme",
        new WalletView(new BigDecimal(balance), new BigDecimal(debt), ledger),
        new SentCharges(
            charges,
            Set.of(
                "replay-1-0-x-reserve",
                "replay-1-0-x-commit",
                "replay-1-1-x-reserve",
                "replay-1-1-x-commit"),
            "replay-1-",
            "s-1-"));
  }

  private static LedgerEntry entry(
      long sequence,
      String type,
      String amount,
      String balance,
      @Nullable String reservation,
      @Nullable String key) {
    return new LedgerEntry(
        sequence,
        type,
        "platform",
        new BigDecimal(amount),
        new BigDecimal(balance),
        reservation,
        null,
        key);
  }

  private static Charge charge(
      int row, String reservation, String amount, String debt, Charge.Line... lines) {
    return new Charge(
        row, reservation, new BigDecimal(amount), new BigDecimal(debt), List.of(lines));
  }

  private static Charge.Line line(long sequence, String amount, String balance) {
    return new Charge.Line(sequence, new BigDecimal(amount), new BigDecimal(balance));
  }
}
