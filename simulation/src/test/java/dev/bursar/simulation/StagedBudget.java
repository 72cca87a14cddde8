package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.protocol.BudgetProtocol;
import dev.bursar.domain.team.TeamReply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Somebody sets a budget on a stage, one step at a time, by the protocol that production drives.
 */
final class StagedBudget {

  private final Stage stage;
  private final Budget budget;
  private final BudgetProtocol protocol;
  private BudgetEffect wanted;

  /**
   * @param name of the attempt, and of its key
   */
  StagedBudget(Stage stage, Budget budget, String name) {
    this.stage = stage;
    this.budget = budget;
    this.protocol = new BudgetProtocol(budget, new Caller("sim", name, name, 7), name);
    this.wanted = protocol.start();
  }

  /** Takes all steps that are left. */
  void finish() {
    while (!(wanted instanceof BudgetEffect.Reply)) {
      step();
    }
  }

  /** Does what is wanted next. */
  void step() {
    wanted = answered(tampered());
  }

  /** Does what is wanted next, and goes on with the answer once something else has happened. */
  void step(Runnable meanwhile) {
    BudgetEffect next = tampered();
    switch (next) {
      case BudgetEffect.AskOrg it -> {
        Answer<OrgReply> answer = ask(Stage.ORG, it.request());
        meanwhile.run();
        wanted = protocol.orgAnswered(answer);
      }
      case BudgetEffect.AskTeam it -> {
        Answer<TeamReply> answer = ask(team(it), it.request());
        meanwhile.run();
        wanted = protocol.teamAnswered(answer);
      }
      case BudgetEffect other -> {
        meanwhile.run();
        wanted = answered(other);
      }
    }
  }

  BudgetEffect wanted() {
    return wanted;
  }

  /** What is wanted next; with a planted bug, if there is one. */
  BudgetEffect tampered() {
    return stage.world.tampering.settingBudgets(wanted, budget, stage.owner().now(), 1);
  }

  private static EntityId team(BudgetEffect.AskTeam ask) {
    return EntityId.team(Stage.ORG.org(), ask.team());
  }

  private BudgetEffect answered(BudgetEffect effect) {
    return switch (effect) {
      case BudgetEffect.AskOrg it -> protocol.orgAnswered(ask(Stage.ORG, it.request()));
      case BudgetEffect.AskTeam it -> protocol.teamAnswered(ask(team(it), it.request()));
      case BudgetEffect.FindUsedBefore it -> {
        catchUp();
        List<OpeningCount> found =
            stage.world.projection.usedBefore(Stage.ORG, it.budget(), it.window(), it.before());
        yield protocol.usedBefore(found);
      }
      case BudgetEffect.FindUsed it -> {
        catchUp();
        Map<String, Credits> found = stage.world.projection.used(it.budget(), it.reservations());
        yield protocol.used(stage.world.tampering.usedOf(it.reservations(), found));
      }
      case BudgetEffect.Wait it -> {
        stage.runFor(1_000 * it.toMs());
        yield protocol.waited();
      }
      case BudgetEffect.Reply it -> it;
    };
  }

  /** The read model is as new as the journal. */
  private void catchUp() {
    AtomicReference<Boolean> done = new AtomicReference<>();
    stage.world.projection.whenCaughtUp(Stage.ORG, () -> done.set(true), () -> done.set(false));
    stage.runUntil(() -> done.get() != null);
  }

  private <C, R> Answer<R> ask(EntityId id, Request<C> request) {
    AtomicReference<Answer<R>> answer = new AtomicReference<>();
    stage.<C, R>ask(id, request, answer::set);
    stage.runUntil(() -> answer.get() != null);
    return answer.get();
  }
}
