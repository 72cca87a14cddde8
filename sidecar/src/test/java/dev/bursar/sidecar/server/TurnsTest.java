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

  @Test
  void ofOneOrgTheFirstToComeHasTheNextTurn() {
    // given
    Turns turns = new Turns(8, 8, LONG);
    assertThat(next(turns, "acme", 2)).allMatch(CompletableFuture::isDone);
    CompletableFuture<Void> first = turns.next("acme");
    CompletableFuture<Void> second = turns.next("acme");
    // when
    turns.over("acme");
    // then
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    turns.over("acme");
    turns.over("acme");
    turns.over("acme");
    assertThat(second).isCompleted();
    assertThat(next(turns, "acme", 2)).allMatch(CompletableFuture::isDone);
    assertThat(turns.next("acme")).as("two at once").isNotDone();
  }

  @Test
  void anOrgWhoseTurnsDoNotEndKeepsNoOtherFromItsOwn() {
    // given
    Turns turns = new Turns(8, 8, LONG);
    List<CompletableFuture<Void>> hung = next(turns, "hung", 4);
    // when
    List<CompletableFuture<Void>> others = next(turns, "acme", 2);
    turns.over("acme");
    // then
    assertThat(hung).filteredOn(CompletableFuture::isDone).hasSize(2);
    assertThat(others).allMatch(CompletableFuture::isDone);
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
    assertThat(many).filteredOn(CompletableFuture::isDone).as("its share").hasSize(1);
    assertThat(one).isCompleted();
    turns.over("e");
    assertThat(many).filteredOn(CompletableFuture::isDone).hasSize(2);
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
