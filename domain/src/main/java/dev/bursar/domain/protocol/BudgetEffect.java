package dev.bursar.domain.protocol;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import java.util.Set;

/** The one thing that {@link BudgetProtocol} wants done next by whoever drives it. */
public sealed interface BudgetEffect {

  /** Ask the org, and tell {@link BudgetProtocol#orgAnswered}. */
  record AskOrg(Request<OrgCommand> request) implements BudgetEffect {}

  /** Ask a team of the org, and tell {@link BudgetProtocol#teamAnswered}. */
  record AskTeam(String team, Request<TeamCommand> request) implements BudgetEffect {}

  /**
   * Find in the read model what counts against a budget in a window, of what had ended before a
   * place in the org's journal, and tell {@link BudgetProtocol#usedBefore}.
   */
  record FindUsedBefore(Budget budget, Window window, Place before) implements BudgetEffect {}

  /**
   * Find in the read model which of these have ended and what they come to against a budget, and
   * tell {@link BudgetProtocol#used}.
   */
  record FindUsed(Budget budget, Set<String> reservations) implements BudgetEffect {}

  /** Wait for a time drawn by lot, in milliseconds, and tell {@link BudgetProtocol#waited}. */
  record Wait(long fromMs, long toMs) implements BudgetEffect {}

  /** It is over: answer whoever asked. */
  record Reply(Answer<OrgReply> answer) implements BudgetEffect {}
}
