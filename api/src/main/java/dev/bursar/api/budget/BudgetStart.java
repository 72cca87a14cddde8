package dev.bursar.api.budget;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.protocol.BudgetProtocol;
import dev.bursar.domain.usage.UsageQueries;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Sets budgets: drives {@link BudgetProtocol} by asking entities and the read model. */
final class BudgetStart {

  private final Entities entities;
  private final UsageQueries usage;

  BudgetStart(Entities entities, UsageQueries usage) {
    this.entities = entities;
    this.usage = usage;
  }

  /** Sets a budget that is new, or changes one that is there. */
  CompletionStage<Answer<OrgReply>> put(String org, Budget budget, Caller caller) {
    BudgetProtocol protocol = new BudgetProtocol(budget, caller, UUID.randomUUID().toString());
    return drive(org, protocol, protocol.start());
  }

  private CompletionStage<Answer<OrgReply>> drive(
      String org, BudgetProtocol protocol, BudgetEffect effect) {
    return switch (effect) {
      case BudgetEffect.AskOrg ask ->
          then(org, protocol, entities.org(org, ask.request()).thenApply(protocol::orgAnswered));
      case BudgetEffect.AskTeam ask ->
          then(
              org,
              protocol,
              entities.team(org, ask.team(), ask.request()).thenApply(protocol::teamAnswered));
      case BudgetEffect.FindUsedBefore find ->
          then(
              org,
              protocol,
              usage
                  .usedBefore(org, find.budget(), find.window(), find.before())
                  .thenApply(protocol::usedBefore));
      case BudgetEffect.FindUsed find ->
          then(
              org,
              protocol,
              usage.used(org, find.budget(), find.reservations()).thenApply(protocol::used));
      case BudgetEffect.Wait wait ->
          then(org, protocol, CompletableFuture.supplyAsync(protocol::waited, after(wait)));
      case BudgetEffect.Reply reply -> CompletableFuture.completedStage(reply.answer());
    };
  }

  private CompletionStage<Answer<OrgReply>> then(
      String org, BudgetProtocol protocol, CompletionStage<BudgetEffect> next) {
    return next.thenCompose(effect -> drive(org, protocol, effect));
  }

  private static Executor after(BudgetEffect.Wait wait) {
    return CompletableFuture.delayedExecutor(
        ThreadLocalRandom.current().nextLong(wait.fromMs(), wait.toMs() + 1),
        TimeUnit.MILLISECONDS);
  }
}
