package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import java.time.Instant;

/** Orgs whose time zone can be changed at any time. */
record MovedWindows<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    return real instanceof OrgAggregate org
            && command instanceof OrgCommand.PutOrg put
            && decision instanceof Decision.Refused<E, R>(Refusal refusal)
            && refusal.code() == Refusal.Code.OWNER_FIXED
        ? new Decision.Accepted<>(
            (E) new OrgEvent.OrgPut(now, org.org().id(), put.settings(), put.actor()))
        : decision;
  }
}
