package dev.bursar.api.budget;

import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.usage.UsageQueries;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sets a budget so that it counts from its window's start, to the last request, whatever is under
 * way meanwhile. First the org counts for it and denies nothing by it: from there on whatever is
 * decided counts, and what is open then counts, too. What had ended by then is in the read model,
 * and is added. Only then the budget is set, and denies.
 */
final class BudgetStart {

  private static final int OVERTAKEN_TRIES = 10;
  private static final int TRIES = 50;
  private static final long TRY_AGAIN_MS = 100;

  private final Entities entities;
  private final UsageQueries usage;
  private final InstantSource clock;

  BudgetStart(Entities entities, UsageQueries usage, InstantSource clock) {
    this.entities = entities;
    this.usage = usage;
    this.clock = clock;
  }

  /** Sets a budget that is new, or changes one that is there. */
  CompletionStage<Answer<OrgReply>> put(String org, Budget budget, Caller caller) {
    return put(org, budget, caller, OVERTAKEN_TRIES);
  }

  private CompletionStage<Answer<OrgReply>> put(
      String org, Budget budget, Caller caller, int tries) {
    return attempt(org, budget, caller)
        .thenCompose(
            answer ->
                tries > 1 && isOvertaken(answer)
                    ? CompletableFuture.supplyAsync(() -> budget, afterAWhile())
                        .thenCompose(again -> put(org, again, caller, tries - 1))
                    : CompletableFuture.completedStage(answer));
  }

  /** At other times than those who were overtaken with this one: the last of them is to finish. */
  private static Executor afterAWhile() {
    return CompletableFuture.delayedExecutor(
        ThreadLocalRandom.current().nextLong(TRY_AGAIN_MS, 4 * TRY_AGAIN_MS),
        TimeUnit.MILLISECONDS);
  }

  /** Somebody else has set or removed it meanwhile; as the later one, this request goes on. */
  private static boolean isOvertaken(Answer<OrgReply> answer) {
    return answer instanceof Answer.Refused<OrgReply>(Refusal refusal)
        && refusal.equals(Refusal.overtaken());
  }

  private CompletionStage<Answer<OrgReply>> attempt(String org, Budget budget, Caller caller) {
    String attempt = UUID.randomUUID().toString();
    return ask(org, new OrgCommand.DraftBudget(budget, attempt, caller.actor()))
        .thenCompose(
            answer ->
                Outcomes.done(answer).value() instanceof OrgReply.Drafted drafted
                    ? begin(org, budget, attempt, drafted.open(), caller)
                    : set(org, budget, List.of(), OrgCommand.PutBudget.THERE, caller));
  }

  private CompletionStage<Answer<OrgReply>> ask(String org, OrgCommand command) {
    return entities.org(org, new Request<>(command, null));
  }

  private CompletionStage<Answer<OrgReply>> set(
      String org, Budget budget, List<OpeningCount> counts, @Nullable Place draft, Caller caller) {
    return entities.org(
        org,
        new Request<>(
            new OrgCommand.PutBudget(budget, counts, draft, caller.actor()),
            caller.operation("put_budget:" + budget.id())));
  }

  private CompletionStage<Answer<OrgReply>> begin(
      String org, Budget asked, String attempt, List<OpenPart> open, Caller caller) {
    return ask(org, new OrgCommand.ViewDraft(asked.id(), attempt))
        .thenCompose(
            answer -> {
              if (isOvertaken(answer)) {
                return CompletableFuture.completedStage(answer);
              }
              Place draft = Outcomes.value(answer, OrgReply.DraftPlace.class).place();
              Window window = asked.windowAt(clock.instant());
              String team = asked.scope().countingTeam();
              Budget budget = asked.since(draft.sequence());
              if (!budget.scope().countedByTeam() || team == null) {
                return usage
                    .usedBefore(org, budget, window, draft)
                    .thenCompose(counts -> set(org, budget, counts, draft, caller));
              }
              return ofTeam(org, team, budget, open)
                  .thenCombine(usage.usedBefore(org, budget, window, draft), BudgetStart::joined)
                  .thenCompose(
                      counts ->
                          tell(
                              org, team, new TeamCommand.CountBefore(budget, counts), once(budget)))
                  .thenCompose(done -> set(org, budget, List.of(), draft, caller));
            });
  }

  private CompletionStage<TeamReply> tell(
      String org, String team, TeamCommand command, @Nullable Operation operation) {
    return entities
        .team(org, team, new Request<>(command, operation))
        .thenApply(answer -> Outcomes.done(answer).value());
  }

  /** However often it is asked for, it is counted once. */
  private static Operation once(Budget budget) {
    return new Operation("count_before:" + budget.since() + ":" + budget.id(), 0);
  }

  private static List<OpeningCount> joined(List<OpeningCount> one, List<OpeningCount> other) {
    List<OpeningCount> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  /** Has the team count what is open; gives what of it had ended there already. */
  private CompletionStage<List<OpeningCount>> ofTeam(
      String org, String team, Budget budget, List<OpenPart> open) {
    return tell(org, team, new TeamCommand.StartCounting(budget, open), null)
        .thenCompose(reply -> unknown(org, team, budget, open, reply, TRIES));
  }

  /**
   * What the org has open and the team has not is either on its way to the team, or has ended there
   * and will in the org.
   */
  private CompletionStage<List<OpeningCount>> unknown(
      String org, String team, Budget budget, List<OpenPart> open, TeamReply reply, int tries) {
    Set<String> unknown =
        reply instanceof TeamReply.Counting counting
            ? new HashSet<>(counting.unknown())
            : Set.<String>of();
    if (unknown.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    if (tries == 0) {
      // Without them the budget would let through more than it may.
      Outcomes.done(new Answer.Unreachable<TeamReply>());
    }
    List<OpenPart> parts =
        open.stream().filter(part -> unknown.contains(part.reservation())).toList();
    return usage
        .used(org, budget, unknown)
        .thenCompose(
            ended -> {
              List<OpeningCount> counts = counts(parts, ended);
              List<OpenPart> rest =
                  parts.stream().filter(part -> !ended.containsKey(part.reservation())).toList();
              return rest.isEmpty()
                  ? CompletableFuture.completedFuture(counts)
                  : CompletableFuture.supplyAsync(() -> rest, later())
                      .thenCompose(
                          again ->
                              tell(org, team, new TeamCommand.StartCounting(budget, again), null))
                      .thenCompose(next -> unknown(org, team, budget, rest, next, tries - 1))
                      .thenApply(more -> joined(counts, more));
            });
  }

  private static List<OpeningCount> counts(List<OpenPart> parts, Map<String, Credits> ended) {
    List<OpeningCount> counts = new ArrayList<>();
    for (OpenPart part : parts) {
      Credits used = ended.getOrDefault(part.reservation(), Credits.ZERO);
      if (used.isPositive()) {
        counts.add(new OpeningCount(part.member(), part.windowStart(), used));
      }
    }
    return counts;
  }

  private static Executor later() {
    return CompletableFuture.delayedExecutor(TRY_AGAIN_MS, TimeUnit.MILLISECONDS);
  }
}
