package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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
}
