package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation finds bugs: each one that is planted, by what it breaks. Most are found by chance,
 * within fewer histories than every build runs. What chance hardly ever comes to is found in a
 * history that is played for it, {@link PlantedBug#history()}, and in which nothing is found
 * without the bug. What is found by chance is due to the bug, and not to how it is planted: with
 * the rules as they are, planted in the same way, that history is in order.
 *
 * <p>Each is looked for first in the history in which it was seen last, as {@code
 * planted-bugs.properties} says. Where histories have become others since, it is found all the
 * same, later; where each was found is written to {@code target/}, to be put there in its place.
 */
@Execution(ExecutionMode.CONCURRENT)
final class PlantedBugsTest {

  private static final long SEEDS_MAX = 2_000;

  private static final String SEEN = "planted-bugs.properties";

  /** The seed of the history in which each was seen, by its name. */
  private static final Properties SEEN_BEFORE = new Properties();

  private static final Map<String, Long> FOUND = new ConcurrentSkipListMap<>();

  /** The rules as they are, by the way that planted bugs come in. */
  private static final Tampering CONTROL =
      new Tampering() {
        @Override
        public boolean hasOtherRules() {
          return true;
        }

        @Override
        public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
          return WrongRules.none().of(real);
        }
      };

  @BeforeAll
  static void readsWhereEachWasSeen() throws IOException {
    try (InputStream file = PlantedBugsTest.class.getResourceAsStream(SEEN)) {
      SEEN_BEFORE.load(file);
    }
  }

  @AfterAll
  static void writesWhereEachWasFound() throws IOException {
    Files.write(
        Path.of("target", SEEN),
        (Iterable<String>)
            FOUND.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue())::iterator);
  }

  private static Stream<PlantedBug> all() {
    return PlantedBug.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void aPlantedBugIsFoundByTheInvariantThatItBreaks(PlantedBug bug) {
    Stage.History history = bug.history();
    if (history == null) {
      Optional<Simulation.Outcome> found = found(bug);
      assertThat(found).as("no history shows it").isPresent();
      if (bug.hasOtherRules()) {
        assertThat(Simulation.run(found.orElseThrow().scenario(), CONTROL, null).violations())
            .as("without the bug, in the way that it is planted")
            .isEmpty();
      }
    } else {
      assertThat(history.play(Tampering.NONE)).as("without the bug").isEmpty();
      assertThat(history.play(bug)).first().matches(bug::leadsTo);
    }
  }

  private static Optional<Simulation.Outcome> found(PlantedBug bug) {
    long first = Long.parseLong(SEEN_BEFORE.getProperty(bug.toString(), "1"));
    Optional<Simulation.Outcome> found =
        LongStream.concat(LongStream.rangeClosed(first, SEEDS_MAX), LongStream.range(1, first))
            .mapToObj(Scenario::of)
            .filter(bug::isSoughtIn)
            .map(scenario -> Simulation.run(scenario, bug, null))
            .filter(outcome -> shows(outcome, bug))
            .findFirst();
    found.ifPresent(outcome -> FOUND.put(bug.toString(), outcome.scenario().seed()));
    return found;
  }

  private static boolean shows(Simulation.Outcome outcome, PlantedBug bug) {
    return outcome.failed() && bug.leadsTo(outcome.violations().getFirst());
  }

  private static int size(Scenario scenario) {
    return scenario.clients() + scenario.operations() + scenario.faults().size();
  }

  private static Stream<PlantedBug> two() {
    return Stream.of(
        WalletBug.A_COMMIT_ENDS_NO_HOLD, ProtocolBug.THE_JOURNAL_TAKES_ROWS_OF_TWO_WRITERS);
  }

  @ParameterizedTest
  @MethodSource("two")
  void whatFailsIsMadeSmallerAndFailsInTheSameWay(PlantedBug bug) {
    Simulation.Outcome failing = found(bug).orElseThrow();
    Scenario smallest = Shrinking.smallest(failing, bug);
    Simulation.Outcome again = Simulation.run(smallest, bug, null);
    assertThat(again.violations().getFirst().invariant())
        .isEqualTo(failing.violations().getFirst().invariant());
    assertThat(smallest.clients()).isLessThanOrEqualTo(failing.scenario().clients());
    assertThat(smallest.operations()).isLessThanOrEqualTo(failing.scenario().operations());
    assertThat(size(smallest)).isLessThan(size(failing.scenario()));
    assertThat(failing.scenario().faults()).containsAll(smallest.faults());
    assertThat(again.asked()).hasSizeLessThan(failing.asked().size());
    assertThat(smallest.without()).as("what it would fail without").isNotEmpty();
  }
}
