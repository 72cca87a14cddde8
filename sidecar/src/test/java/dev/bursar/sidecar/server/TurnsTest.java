package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TurnsTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private static List<CompletableFuture<Void>> next(Turns turns, String org, int times) {
    return Stream.generate(() -> turns.next(org)).limit(times).toList();
  }

  private static long begun(List<CompletableFuture<Void>> turns) {
    return turns.stream().filter(each -> each.isDone() && !each.isCompletedExceptionally()).count();
  }

  @Test
  void ofOneOrgTheFirstToComeHasTheNextTurn() {
    // given
    Turns turns = new Turns(8, 8, LONG);
    assertThat(begun(next(turns, "acme", 2))).isEqualTo(2);
    CompletableFuture<Void> first = turns.next("acme");
    CompletableFuture<Void> second = turns.next("acme");
    // when
    turns.over("acme");
    // then
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    turns.over("acme");
    assertThat(second).isCompleted();
    assertThat(turns.next("acme")).as("two at once").isNotDone();
  }

  @Test
  void anOrgWhoseTurnsDoNotEndKeepsNoOtherFromItsOwn() {
    Turns turns = new Turns(8, 16, LONG);
    assertThat(begun(next(turns, "hung", 4))).isEqualTo(2);
    assertThat(begun(next(turns, "acme", 2))).isEqualTo(2);
    assertThat(turns.next("beta")).isCompleted();
  }

  @Test
  void howeverManyOrgsAreNotAnsweredHalfOfTheTurnsAreOthers() {
    // given
    Turns turns = new Turns(16, 64, LONG);
    for (int i = 0; i < 20; i++) {
      turns.next("x" + i);
      turns.heard("x" + i, false);
      turns.over("x" + i);
    }
    // when
    long hung = 0;
    for (int i = 0; i < 20; i++) {
      hung += begun(next(turns, "x" + i, 2));
    }
    // then
    assertThat(hung).isEqualTo(8);
    assertThat(begun(next(turns, "acme", 4))).isEqualTo(4);
    // when one is answered again
    turns.heard("x0", true);
    turns.over("x0");
    // then
    assertThat(turns.next("beta")).isCompleted();
  }

  @Test
  void orgsHaveOneTurnAfterTheOther() {
    // given
    Turns turns = new Turns(4, 100, LONG);
    for (String each : List.of("a", "b", "c", "d")) {
      turns.next(each);
    }
    List<CompletableFuture<Void>> many = next(turns, "e", 5);
    CompletableFuture<Void> one = turns.next("f");
    // when
    turns.over("a");
    turns.over("b");
    // then
    assertThat(begun(many)).isEqualTo(1);
    assertThat(one).isCompleted();
    turns.over("f");
    assertThat(begun(many)).as("its share").isEqualTo(1);
    turns.over("e");
    assertThat(begun(many)).isEqualTo(2);
  }

  @Test
  void noMoreWaitThanMayAndOfOneOrgAQuarter() {
    Turns turns = new Turns(1, 4, LONG);
    turns.next("a");
    assertThat(turns.next("a")).isNotDone();
    isRejected(turns.next("a"));
    for (String each : List.of("b", "c", "d")) {
      assertThat(turns.next(each)).isNotDone();
    }
    isRejected(turns.next("e"));
  }

  @Test
  void orgsThatAreNotAnsweredWaitInHalfOfThePlaces() {
    // given
    Turns turns = new Turns(1, 64, LONG);
    turns.next("acme");
    List<String> hung = Stream.iterate(0, i -> i + 1).map(i -> "x" + i).limit(5).toList();
    hung.forEach(each -> turns.heard(each, false));
    // when
    for (String each : hung.subList(0, 4)) {
      for (CompletableFuture<Void> its : next(turns, each, 8)) {
        assertThat(its).isNotDone();
      }
      isRejected(turns.next(each));
    }
    // then
    isRejected(turns.next(hung.getLast()));
    assertThat(next(turns, "beta", 16)).noneMatch(CompletableFuture::isDone);
  }

  private static void isRejected(CompletableFuture<Void> turn) {
    assertThatThrownBy(() -> turn.get(1, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void whoHasWaitedForTooLongHasNoTurnAndTakesNoPlace() {
    Turns turns = new Turns(1, 1, Duration.ofMillis(1));
    turns.next("a");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> turns.next("b").get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TimeoutException.class);
    }
    turns.over("a");
    assertThat(turns.next("b")).isCompleted();
  }
}
