package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import java.util.List;
import java.util.function.UnaryOperator;

/** Bugs in what an org settles of what its plan grants. */
enum PlanBug implements PlantedBug {
  A_PLAN_GIVES_ALL_OF_AN_INTERVAL_FOR_ITS_REST(
      "model: on are for the rest", SettledOtherwise.WHOLE),
  WHAT_A_PLAN_GIVES_ONCE_IS_NEVER_GIVEN("model: and is given", SettledOtherwise.NEVER_ONCE),
  EACH_CHANGE_OF_A_PLAN_IS_A_NEW_SUBSCRIPTION(
      "model: and has subscribed at", SettledOtherwise.ANEW),
  WHAT_A_PLAN_LEAVES_ENDS_AT_ONCE("model: and not the other: it has", SettledOtherwise.AT_ONCE),
  WHAT_A_PLAN_GAVE_ONCE_STAYS_WITH_ANOTHER("model: keeps GivenGrant", SettledOtherwise.KEPT);

  private final String sign;
  private final UnaryOperator<OrgEvent.PlanGrantsSettled> otherwise;

  PlanBug(String sign, UnaryOperator<OrgEvent.PlanGrantsSettled> otherwise) {
    this.sign = sign;
    this.otherwise = otherwise;
  }

  @Override
  public List<String> signs() {
    return List.of(sign);
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.PLANS);
  }

  @Override
  public boolean hasOtherRules() {
    return true;
  }

  @Override
  public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    return new SettledOtherwise<>(real, otherwise);
  }
}
