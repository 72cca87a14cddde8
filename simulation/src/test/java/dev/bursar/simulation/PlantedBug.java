package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Violation;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A bug that somebody could make, and which the simulation has to find. */
interface PlantedBug extends Tampering {

  /** All that are planted. */
  static Stream<PlantedBug> all() {
    return Stream.of(
            WalletBug.values(),
            PlanBug.values(),
            LimitBug.values(),
            BudgetBug.values(),
            GovernanceBug.values(),
            ProtocolBug.values(),
            LeaseBug.values(),
            SidecarBug.values(),
            AnswerBug.values(),
            ViewBug.values())
        .flatMap(Stream::of);
  }

  /**
   * What a violation has to be, if this is what it is due to: of an invariant, and after a colon
   * words of the check that finds the bug itself, and not what follows from it later.
   */
  List<String> signs();

  /** Whether a violation is one that this bug leads to. */
  default boolean leadsTo(Violation violation) {
    return signs().stream()
        .map(sign -> sign.split(": ", 2))
        .anyMatch(
            sign -> violation.invariant().equals(sign[0]) && violation.detail().contains(sign[1]));
  }

  /** The history that shows it, where chance does not come to it; null where chance does. */
  default Stage.@Nullable History history() {
    return null;
  }

  /** What is wrong with the rules; null if the bug is elsewhere. */
  default @Nullable WrongRules wrongRules() {
    return null;
  }

  @Override
  default boolean hasOtherRules() {
    return wrongRules() != null;
  }

  @Override
  default <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    WrongRules wrong = wrongRules();
    return wrong == null ? real : wrong.of(real);
  }

  /** Whether it is looked for in such a history; in others what it breaks hardly ever comes up. */
  default boolean isSoughtIn(Scenario scenario) {
    return true;
  }
}
