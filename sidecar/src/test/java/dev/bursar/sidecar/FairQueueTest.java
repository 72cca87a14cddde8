package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FairQueueTest {

  private final List<String> begun = new ArrayList<>();
  private final Map<String, CompletableFuture<Boolean>> underWay = new HashMap<>();

  private void add(FairQueue queue, String org, String name) {
    add(queue, org, true, name);
  }

  private void add(FairQueue queue, String org, boolean isUrgent, String name) {
    queue.add(
        org,
        isUrgent,
        () -> {
          begun.add(name);
          CompletableFuture<Boolean> answer = new CompletableFuture<>();
          underWay.put(name, answer);
          return answer;
        });
  }

  private void answered(String name) {
    underWay.remove(name).complete(true);
  }

  @Test
  void thatOfOneOrgBeginsInItsOrderAndOrgsInTurn() {
    FairQueue queue = new FairQueue(1, 1);
    for (String name : List.of("x1", "x2", "x3", "y1", "y2", "z1")) {
      add(queue, name.substring(0, 1), name);
    }
    for (int i = 1; i <= 6; i++) {
      assertThat(begun).hasSize(i);
      answered(begun.getLast());
    }
    assertThat(begun).containsExactly("x1", "x2", "y1", "z1", "x3", "y2");
  }

  @Test
  void anOrgThatIsNeverAnsweredHoldsUpNoOther() {
    FairQueue queue = new FairQueue(8, 8);
    for (int i = 1; i <= 100; i++) {
      add(queue, "x", "x" + i);
    }
    assertThat(begun).hasSize(4);
    for (int i = 1; i <= 100; i++) {
      add(queue, "y", "y" + i);
    }
    for (int i = 1; i <= 100; i++) {
      answered("y" + i);
    }
    assertThat(begun).hasSize(104);
  }

  @Test
  void whatFailsGivesItsPlaceBack() {
    FairQueue queue = new FairQueue(1, 1);
    queue.add(
        "x",
        true,
        () -> {
          throw new IllegalStateException("it can't be asked");
        });
    queue.add("x", true, () -> CompletableFuture.failedFuture(new IllegalStateException("nor is")));
    add(queue, "x", "x1");
    assertThat(begun).containsExactly("x1");
  }

  @Test
  void whatNobodyWaitsForComesBehindAllElseAndLeavesPlaces() {
    FairQueue queue = new FairQueue(8, 2);
    for (String org : List.of("a", "b", "c")) {
      add(queue, org, false, org + " ahead");
    }
    assertThat(begun).containsExactly("a ahead", "b ahead");
    add(queue, "c", "c1");
    assertThat(begun).hasSize(3).endsWith("c1");
    answered("a ahead");
    assertThat(begun).hasSize(4).endsWith("c ahead");
  }

  @Test
  void whatNobodyWaitsForOfOneOrgLeavesPlacesForThatOfOthers() {
    FairQueue queue = new FairQueue(8, 4);
    for (int i = 0; i < 8; i++) {
      add(queue, "x", false, "x ahead " + i);
    }
    assertThat(begun).containsExactly("x ahead 0", "x ahead 1");
    add(queue, "y", false, "y ahead");
    assertThat(begun).hasSize(3).endsWith("y ahead");
  }

  @Test
  void howeverManyAreAnsweredAtOnceTheStackDoesNotGrow() {
    FairQueue queue = new FairQueue(1, 1);
    CompletableFuture<Boolean> first = new CompletableFuture<>();
    queue.add("x", true, () -> first);
    IntStream.range(0, 100_000)
        .forEach(
            i ->
                queue.add(
                    "x",
                    true,
                    () -> {
                      begun.add("x" + i);
                      return CompletableFuture.completedFuture(true);
                    }));
    first.complete(true);
    assertThat(begun).hasSize(100_000);
  }
}
