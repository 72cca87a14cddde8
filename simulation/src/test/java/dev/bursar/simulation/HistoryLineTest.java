package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HistoryLineTest {

  @Test
  void aMapIsToldInTheSameOrderHoweverItHasIt() {
    String told = "Asked[m={a=Cost[of={x=1, y=2}, by=[q, p]], b=2}, n={c=3}] of b, a";
    assertThat(
            HistoryLine.readable(
                "Asked[m={b=2, a=Cost[of={y=2, x=1}, by=[q, p]]}, n={c=3}] of b, a"))
        .isEqualTo(told);
    assertThat(HistoryLine.readable(told)).isEqualTo(told);
  }

  @Test
  void whatIsNoMapIsToldAsItIs() {
    assertThat(HistoryLine.readable("a { that stays open, and) more}")).contains("stays open, and");
  }

  @Test
  void whatIsNotThereAndWhereItLiesIsNotTold() {
    assertThat(HistoryLine.readable("A[b=null, c=[], d=1, salt=[B@1f2e3d4c]")).isEqualTo("A[d=1]");
  }

  @Test
  void whatARowSaysIsToldInWords() {
    assertThat(
            PlainWords.of(
                "wallet|acme|main row 5 by node1: [Committed[at=2026-01-31T23:59:32Z, reservation=rsv_1,"
                    + " amount=3.5, released=24, debt=0, late=true, teamHolds=false,"
                    + " transaction=Transaction[id=txn_1, attribution=Attribution[actor=sim]]]]"))
        .isEqualTo(
            "wallet|acme|main row 5 by node1: committed (rsv_1, amount 3.5, released 24, late)");
    assertThat(PlainWords.of("a to b: AskFor[request=Request[command=Find[reservation=rsv_1]]]"))
        .isEqualTo("a to b: ask for: find (rsv_1)");
    assertThat(PlainWords.of("it stands still")).isEqualTo("it stands still");
  }

  @Test
  void amountsAreToldInCredits() {
    assertThat(PlainWords.amount(BigInteger.valueOf(58_000_001))).isEqualTo("58.000001");
    assertThat(PlainWords.amount(BigInteger.valueOf(-2_500_000))).isEqualTo("-2.5");
    assertThat(PlainWords.amount(BigInteger.ZERO)).isEqualTo("0");
  }

  @Test
  void amountsWithinWhatACheckTellsAreInCreditsToo() {
    BigInteger some = BigInteger.valueOf(2_500_000);
    assertThat(new NaiveLimits.Count(some, BigInteger.ZERO)).hasToString("Count[used=2.5, held=0]");
    assertThat(new NaiveWallet.Figures(some, BigInteger.ONE, some, List.of()))
        .hasToString("Figures[balance=2.5, held=0.000001, debt=2.5, shares=[]]");
  }

  @Test
  void allThatIsKnownIsKeptAndOnlyTheWordsLeaveSomeOut() {
    HistoryLines history = new HistoryLines();
    history.add(0, "the set-up: Put[at=1, actor=sim, org=a]");
    history.beginsWith(List.of("there is a"));
    history.add(1_500_000, "row 2: Froze[at=2, actor=sim, org=a]");
    assertThat(history.lines())
        .containsExactly(
            "  0.000000  the set-up: Put[at=1, actor=sim, org=a]",
            "  1.500000  row 2: Froze[at=2, actor=sim, org=a]");
    assertThat(history.inWords()).containsExactly("there is a", "  1.500000  row 2: froze (org a)");
  }

  @Test
  void aBudgetIsToldWithAllThatTellsItFromOthers() {
    assertThat(
            OrgShape.furtherBudgets().stream()
                .filter(each -> Set.of("each-both", "ann-month").contains(each.id()))
                .map(Simulation::words))
        .containsExactly(
            "each-both 20 of platform, each HOUR in UTC, HARD, for EACH_USER, of the feature chat, of the model large",
            "ann-month 80 of platform, each MONTH from day 30 in Europe/Berlin, HARD, for USER ann");
  }
}
