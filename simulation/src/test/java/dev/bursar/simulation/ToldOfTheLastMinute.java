package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.team.TeamCommand;
import java.time.Instant;

/** Figures of limits that are told in the windows of a minute ago. */
record ToldOfTheLastMinute<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    boolean isView = command instanceof OrgCommand.ViewBudget || isOfTeam(command);
    return real.decide(command, isView ? now.minusSeconds(60) : now, clock);
  }

  private static boolean isOfTeam(Object command) {
    return command instanceof TeamCommand.ViewLimits;
  }
}
