package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Operations that are left out of a history. */
final class SkippedOperationsTest {

  /** The time in a key, and a time. */
  private static final Pattern TIME =
      Pattern.compile("\\b[0-9a-f]{8}-[0-9a-f]{4}-7000\\b|\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");

  @Test
  void theyAreNamedAsTheyAreTold() {
    SkippedOperations some = SkippedOperations.parse("client2:7,client1:3,client2:8-9");
    assertThat(some).hasToString("client1:3,client2:7-9");
    assertThat(SkippedOperations.parse("client1:3,client2:7-9")).isEqualTo(some);
    assertThat(some.and(List.of(new OperationName("client1", 4))))
        .hasToString("client1:3-4,client2:7-9");
  }

  @Test
  void whatNamesNoneIsRefused() {
    assertThatThrownBy(() -> SkippedOperations.parse("3")).hasMessageContaining("'3' names no");
    assertThatThrownBy(() -> SkippedOperations.parse("client1:9-7"))
        .hasMessageContaining("numbers go up");
  }

  /** What the client asks for next is drawn as it would be with it, though at another time. */
  @Test
  void whatIsLeftOutChangesNothingOfWhatIsAskedForBesides() {
    Scenario all = new Scenario(7, Set.of(), 2, 6, Scenario.REMEMBERED_ALL);
    OperationName one = new OperationName("client1", 2);
    List<String> with = asked(all);
    List<String> without = asked(all.skipping(List.of(one)));
    assertThat(with).anyMatch(line -> line.startsWith(one + " asks"));
    assertThat(without).noneMatch(line -> line.startsWith(one + " asks"));
    assertThat(without.stream().filter(line -> line.startsWith("client1:3 asks")).toList())
        .isNotEmpty()
        .isEqualTo(with.stream().filter(line -> line.startsWith("client1:3 asks")).toList());
  }

  private static List<String> asked(Scenario scenario) {
    HistoryLines history = new HistoryLines();
    Simulation.run(scenario.without(Set.of(Beside.values())), Tampering.NONE, history);
    return history.lines().stream()
        .map(line -> TIME.matcher(line.substring(12)).replaceAll(""))
        .toList();
  }
}
