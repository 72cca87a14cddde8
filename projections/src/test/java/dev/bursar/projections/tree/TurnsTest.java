package dev.bursar.projections.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private final List<String> begun = new ArrayList<>();
  private final List<CompletableFuture<Integer>> working = new ArrayList<>();
  private final Turns<Integer> turns =
      new Turns<>(
          name -> {
            begun.add(name);
            working.add(new CompletableFuture<>());
            return working.getLast();
          });

  private CompletableFuture<Integer> ask(String name) {
    return turns.ask(name).toCompletableFuture();
  }

  @Test
  void whoAsksMeanwhileSharesTheNextAnswer() {
    CompletableFuture<Integer> first = ask("a");
    List<CompletableFuture<Integer>> later = List.of(ask("a"), ask("a"), ask("a"));
    CompletableFuture<Integer> other = ask("b");
    assertThat(begun).containsExactly("a", "b");

    working.get(0).complete(1);
    assertThat(first.join()).isEqualTo(1);
    assertThat(later).noneMatch(CompletableFuture::isDone);
    assertThat(begun).containsExactly("a", "b", "a");

    CompletableFuture<Integer> latest = ask("a");
    working.get(2).complete(2);
    assertThat(later).allSatisfy(each -> assertThat(each.join()).isEqualTo(2));
    working.get(3).complete(3);
    assertThat(latest.join()).isEqualTo(3);
    assertThat(other).isNotDone();
    assertThat(begun).containsExactly("a", "b", "a", "a");

    CompletableFuture<Integer> again = ask("a");
    working.get(4).complete(4);
    assertThat(again.join()).isEqualTo(4);
  }

  @Test
  void aFaultIsOfItsTurnAlone() {
    CompletableFuture<Integer> first = ask("a");
    CompletableFuture<Integer> second = ask("a");
    working.get(0).completeExceptionally(new IllegalStateException("no"));
    assertThatThrownBy(first::join).hasCauseInstanceOf(IllegalStateException.class);
    working.get(1).complete(2);
    assertThat(second.join()).isEqualTo(2);
  }

  @Test
  void workThatFailsAtOnceIsAFault() {
    Turns<Integer> broken =
        new Turns<>(
            name -> {
              throw new IllegalStateException("no");
            });
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> broken.ask("a").toCompletableFuture().join())
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }
}
