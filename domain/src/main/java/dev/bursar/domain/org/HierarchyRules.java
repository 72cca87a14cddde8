package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an org's units and users may be: no orphans, no circles, no kind that changes. */
final class HierarchyRules {

  /** How deep units can be nested. */
  static final int DEPTH_MAX = 100;

  private final Org org;

  HierarchyRules(Org org) {
    this.org = org;
  }

  Decision<OrgEvent, OrgReply> put(OrgCommand.PutUnit put, Instant now) {
    Unit unit = put.unit();
    Unit before = org.units().get(unit.id());
    if (unit.equals(before)) {
      return new Unchanged<>(new OrgReply.Done());
    }
    if (before != null && before.kind() != unit.kind()) {
      return new Refused<>(
          new Refusal(
              Code.UNIT_KIND_FIXED,
              "kind",
              "the unit is a %s and stays one".formatted(before.kind().word())));
    }
    Refusal fault = unit.parent() == null ? null : parentFault(unit, unit.parent());
    return fault != null
        ? new Refused<>(fault)
        : new Accepted<>(new OrgEvent.UnitPut(now, unit, put.actor()));
  }

  private @Nullable Refusal parentFault(Unit unit, String parent) {
    if (!unit.kind().inTree()) {
      return new Refusal(
          Code.INVALID,
          "parent",
          "only departments and teams have a parent; a %s cuts across them"
              .formatted(unit.kind().word()));
    }
    Refusal fault = fault("parent", parent, Unit.Kind.DEPARTMENT);
    int depth = 0;
    for (String above = parent; fault == null && above != null; depth++) {
      if (depth == DEPTH_MAX) {
        return new Refusal(
            Code.LIMIT_REACHED, "parent", "units can be nested %d deep".formatted(DEPTH_MAX));
      }
      if (above.equals(unit.id())) {
        return new Refusal(
            Code.UNIT_CYCLE, "parent", parent + " lies below " + unit.id() + " or is the same");
      }
      Unit next = org.units().get(above);
      above = next == null ? null : next.parent();
    }
    return fault;
  }

  Decision<OrgEvent, OrgReply> remove(OrgCommand.RemoveUnit remove, Instant now) {
    String id = remove.unit();
    if (!org.units().containsKey(id)) {
      return new Absent<>(new Refusal(Code.NOT_FOUND, "unit", "the org has no unit named " + id));
    }
    String user = referrer(id, now);
    return user != null
        ? new Refused<>(new Refusal(Code.UNIT_IN_USE, "unit", "the unit is in use by " + user))
        : new Accepted<>(new OrgEvent.UnitRemoved(now, id, remove.actor()));
  }

  private @Nullable String referrer(String unit, Instant now) {
    for (Unit each : org.units().values()) {
      if (unit.equals(each.parent())) {
        return each.kind().word() + " " + each.id();
      }
    }
    for (User each : org.users().values()) {
      if (each.teams().contains(unit)) {
        return "user " + each.id();
      }
    }
    for (Budget each : org.budgets().all()) {
      if (each.scope().names(unit)) {
        return "budget " + each.id();
      }
    }
    for (Budget each : org.budgets().drafts()) {
      if (each.scope().names(unit)) {
        return "budget " + each.id() + ", which is being set";
      }
    }
    for (LimitOverride each : org.overrides().all()) {
      if (each.inForce(now) && each.scope().names(unit)) {
        return "override " + each.id();
      }
    }
    for (Freeze each : org.overrides().freezes()) {
      if (each.inForce(now) && each.scope().names(unit)) {
        return "a freeze of " + each.scope().words();
      }
    }
    String wallet = org.walletOfTeam(unit);
    return wallet == null ? null : "wallet " + wallet;
  }

  Decision<OrgEvent, OrgReply> put(OrgCommand.PutUser put, Instant now) {
    User user = put.user();
    for (String team : user.teams()) {
      Refusal fault = fault("teams", team, Unit.Kind.TEAM);
      if (fault != null) {
        return new Refused<>(fault);
      }
    }
    return user.equals(org.users().get(user.id()))
        ? new Unchanged<>(new OrgReply.Done())
        : new Accepted<>(new OrgEvent.UserPut(now, user, put.actor()));
  }

  /** What is wrong with a scope, or null: its units must exist and be of the right kind. */
  @Nullable Refusal fault(Scope scope) {
    String id = scope.id();
    String team = scope.team();
    Refusal teamFault = team == null ? null : fault("scope.team", team, Unit.Kind.TEAM);
    if (teamFault != null || id == null) {
      return teamFault;
    }
    return switch (scope.type()) {
      case TEAM -> fault("scope.id", id, Unit.Kind.TEAM);
      case DEPARTMENT -> fault("scope.id", id, Unit.Kind.DEPARTMENT);
      case AGENT -> fault("scope.id", id, Unit.Kind.AGENT);
      case PRODUCT -> fault("scope.id", id, Unit.Kind.PRODUCT);
      case COST_CENTER -> fault("scope.id", id, Unit.Kind.COST_CENTER);
      case USER, EACH_USER, EACH_MEMBER, ORG -> null;
    };
  }

  /** What is wrong with naming this unit here, or null: it must exist and be of this kind. */
  @Nullable Refusal fault(String field, String id, Unit.Kind kind) {
    Unit unit = org.units().get(id);
    if (unit == null) {
      return new Refusal(
          Code.UNKNOWN_UNIT, field, "the org has no %s named %s".formatted(kind.word(), id));
    }
    return unit.kind() == kind
        ? null
        : new Refusal(
            Code.UNKNOWN_UNIT,
            field,
            "%s is a %s, not a %s".formatted(id, unit.kind().word(), kind.word()));
  }
}
