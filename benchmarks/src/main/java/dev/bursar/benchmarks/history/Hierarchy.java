package dev.bursar.benchmarks.history;

import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.Unit;
import dev.bursar.simulation.history.OrgShape;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom limits and freezes cover, in an org whose teams are moved about. */
final class Hierarchy {

  /** Whether a scope covers somebody. */
  enum Cover {
    NO,
    /** A team was moved at the time. */
    PERHAPS,
    YES
  }

  /** What is above each department; departments are not moved. */
  private static final Map<String, Optional<String>> DEPARTMENTS = parents(Unit.Kind.DEPARTMENT);

  private final Map<String, Changes<Optional<String>>> teams = new HashMap<>();

  Hierarchy() {
    parents(Unit.Kind.TEAM).forEach((team, parent) -> teams.put(team, new Changes<>(parent)));
  }

  private static Map<String, Optional<String>> parents(Unit.Kind kind) {
    Map<String, Optional<String>> parents = new HashMap<>();
    OrgShape.units().stream()
        .filter(unit -> unit.kind() == kind)
        .forEach(unit -> parents.put(unit.id(), Optional.ofNullable(unit.parent())));
    return parents;
  }

  /** What a team has lain in. */
  Changes<Optional<String>> of(String team) {
    return teams.computeIfAbsent(team, t -> new Changes<>(Optional.empty()));
  }

  /** Whether a scope covers a subject, at some time from one to another. */
  Cover cover(Scope scope, Subject subject, Instant from, Instant to) {
    return switch (scope.type()) {
      case ORG -> Cover.YES;
      case TEAM -> whether(same(scope.id(), subject.team()));
      case USER ->
          whether(
              same(scope.id(), subject.user())
                  && (scope.team() == null || same(scope.team(), subject.team())));
      case EACH_USER -> whether(subject.user() != null);
      case EACH_MEMBER -> whether(subject.user() != null && same(scope.team(), subject.team()));
      case DEPARTMENT -> inDepartment(String.valueOf(scope.id()), subject.team(), from, to);
      case PRODUCT, COST_CENTER, AGENT -> Cover.NO;
    };
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one != null && one.equals(other);
  }

  private static Cover whether(boolean covered) {
    return covered ? Cover.YES : Cover.NO;
  }

  private Cover inDepartment(String department, @Nullable String team, Instant from, Instant to) {
    if (team == null) {
      return Cover.NO;
    }
    Set<Boolean> possible = new HashSet<>();
    for (Optional<String> parent : of(team).possible(from, to)) {
      possible.add(isAbove(department, parent));
    }
    return possible.size() > 1 ? Cover.PERHAPS : whether(possible.contains(true));
  }

  private static boolean isAbove(String department, Optional<String> unit) {
    Optional<String> at = unit;
    while (at.isPresent()) {
      if (at.get().equals(department)) {
        return true;
      }
      at = DEPARTMENTS.getOrDefault(at.get(), Optional.empty());
    }
    return false;
  }
}
