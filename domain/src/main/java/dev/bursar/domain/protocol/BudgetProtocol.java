package dev.bursar.domain.protocol;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sets a budget so that it counts from its window's start, to the last request, whatever is under
 * way meanwhile. First the org counts for it and denies nothing by it: from there on whatever is
 * decided counts, and so does what is open then, and late usage of what has expired. What had ended
 * by then is in the read model, and is added. Only then the budget is set, and denies.
 *
 * <p>It wants one thing done at a time. Whoever drives it may stop at any time, and begin anew with
 * the same caller and another name.
 */
public final class BudgetProtocol {

  private static final int OVERTAKEN_TRIES = 10;
  private static final int TRIES = 50;
  private static final long TRY_AGAIN_MS = 100;

  /** How often the longest wait of who was overtaken doubles: up to 13 seconds. */
  private static final int DOUBLED_MAX = 5;

  private enum Phase {
    DRAFTING,
    LOCATING,
    SETTING,
    OVERTAKEN
  }

  private final Budget asked;
  private final Caller caller;
  private final String name;
  private int attempts;
  private Phase phase = Phase.DRAFTING;
  private @Nullable Place draft;
  private @Nullable Window window;
  private Budget counted;
  private final List<OpeningCount> counts = new ArrayList<>();

  /** What the org had open, and of which the team has not said yet that it counts it. */
  private List<OpenPart> rest = List.of();

  private int rounds;

  /**
   * For one request.
   *
   * @param name unlike that of any other
   */
  public BudgetProtocol(Budget budget, Caller caller, String name) {
    this.asked = budget;
    this.counted = budget;
    this.caller = caller;
    this.name = name;
  }

  /** What is to be done first. */
  public BudgetEffect start() {
    attempts++;
    rounds = 0;
    draft = null;
    counts.clear();
    phase = Phase.DRAFTING;
    // Once, however often it comes, and whoever has drafted meanwhile: what was open, and where it
    // was drafted, are asked for one after the other, and have to be of the same draft.
    return askOrg(
        new OrgCommand.DraftBudget(asked, attempt(), caller.actor(), put()),
        caller.operation("draft_budget:" + asked.id() + '/' + attempt()));
  }

  private String attempt() {
    return name + '-' + attempts;
  }

  private static BudgetEffect askOrg(OrgCommand command, @Nullable Operation operation) {
    return new BudgetEffect.AskOrg(new Request<>(command, operation));
  }

  /** The org has answered. */
  public BudgetEffect orgAnswered(Answer<OrgReply> answer) {
    if (isOvertaken(answer) && attempts < OVERTAKEN_TRIES) {
      return beginAnew();
    }
    if (!(answer instanceof Answer.Done<OrgReply>(OrgReply reply, boolean replayed))
        || phase == Phase.SETTING) {
      return new BudgetEffect.Reply(answer);
    }
    return switch (reply) {
      case OrgReply.Drafted drafted -> {
        phase = Phase.LOCATING;
        rest = drafted.open();
        // By the org's clock: whatever it has decided by then was in no later window.
        window = asked.windowAt(drafted.at());
        yield askOrg(new OrgCommand.ViewDraft(asked.id(), attempt()), null);
      }
      case OrgReply.DraftPlace located -> {
        draft = located.place();
        counted = asked.since(located.place().sequence());
        yield new BudgetEffect.FindUsedBefore(
            counted, Objects.requireNonNull(window), located.place());
      }
      case OrgReply there -> set(List.of(), OrgCommand.PutBudget.THERE);
    };
  }

  /** Somebody else has set or removed it meanwhile; as the later one, this request goes on. */
  private static boolean isOvertaken(Answer<?> answer) {
    return answer instanceof Answer.Refused<?>(Refusal refusal)
        && refusal.equals(Refusal.overtaken());
  }

  private BudgetEffect beginAnew() {
    phase = Phase.OVERTAKEN;
    // At other times than those who were overtaken with this one, and further apart each time, so
    // that one of them finishes, however long it takes to read what was used.
    return new BudgetEffect.Wait(TRY_AGAIN_MS, 4 * TRY_AGAIN_MS << Math.min(attempts, DOUBLED_MAX));
  }

  private BudgetEffect set(List<OpeningCount> before, @Nullable Place drafted) {
    phase = Phase.SETTING;
    return askOrg(
        new OrgCommand.PutBudget(asked, List.copyOf(before), drafted, caller.actor()), put());
  }

  private Operation put() {
    return caller.operation("put_budget:" + asked.id());
  }

  /** What had ended before the draft has been found. */
  public BudgetEffect usedBefore(List<OpeningCount> found) {
    counts.addAll(found);
    return counted.scope().countingTeam() != null && counted.scope().countedByTeam()
        ? startCounting()
        : set(counts, draft);
  }

  /** Has the team count what is open, as far as it has it. */
  private BudgetEffect startCounting() {
    rounds++;
    return askTeam(
        new TeamCommand.StartCounting(counted, rest),
        once("start_counting", '/' + attempt() + '/' + rounds));
  }

  private BudgetEffect askTeam(TeamCommand command, Operation operation) {
    return new BudgetEffect.AskTeam(
        Objects.requireNonNull(counted.scope().countingTeam()), new Request<>(command, operation));
  }

  /** However often it comes, it is counted once. */
  private Operation once(String what, String which) {
    return new Operation(what + ':' + counted.since() + ':' + counted.id() + which, 0);
  }

  /** The team has answered. */
  public BudgetEffect teamAnswered(Answer<TeamReply> answer) {
    if (isOvertaken(answer) && attempts < OVERTAKEN_TRIES) {
      return beginAnew();
    }
    if (!(answer instanceof Answer.Done<TeamReply>(TeamReply reply, boolean replayed))) {
      return new BudgetEffect.Reply(answer.map(none -> new OrgReply.Done()));
    }
    if (!(reply instanceof TeamReply.Counting counting)) {
      return set(List.of(), draft);
    }
    Set<String> unknown = new HashSet<>(counting.unknown());
    rest = rest.stream().filter(part -> unknown.contains(part.reservation())).toList();
    return rest.isEmpty() ? countBefore() : lookForRest();
  }

  private BudgetEffect countBefore() {
    return askTeam(
        new TeamCommand.CountBefore(counted, List.copyOf(counts)), once("count_before", ""));
  }

  /**
   * What the org has open and the team has not is either on its way to the team, or has ended there
   * and will in the org.
   */
  private BudgetEffect lookForRest() {
    if (rounds > TRIES) {
      // Without them the budget would let through more than it may.
      return new BudgetEffect.Reply(new Answer.Unreachable<>());
    }
    Set<String> sought = new HashSet<>();
    rest.forEach(part -> sought.add(part.reservation()));
    return new BudgetEffect.FindUsed(counted, sought);
  }

  /** Some of what the team did not have has ended, and comes to so much, or none has. */
  public BudgetEffect used(Map<String, Credits> ended) {
    for (OpenPart part : rest) {
      Credits used = ended.getOrDefault(part.reservation(), Credits.ZERO);
      if (used.isPositive()) {
        counts.add(new OpeningCount(part.member(), part.windowStart(), used));
      }
    }
    rest = rest.stream().filter(part -> !ended.containsKey(part.reservation())).toList();
    return rest.isEmpty() ? countBefore() : new BudgetEffect.Wait(TRY_AGAIN_MS, TRY_AGAIN_MS);
  }

  /** The time is over. */
  public BudgetEffect waited() {
    return phase == Phase.OVERTAKEN ? start() : startCounting();
  }
}
