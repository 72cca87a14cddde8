package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgEvent;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The budgets and freezes of an org, as its journal has them, and what they come to for a request:
 * worked out from the events alone, for any moment of the past.
 */
final class NaiveBudgets {

  /**
   * A limit that applies to a request.
   *
   * @param member for a default, the user that it is counted for; else empty
   * @param window when the window began, by the calendar
   * @param end when the next begins; null if none ever does
   * @param isRate whether the window is shorter than a day, and decides nothing once it has passed
   * @param limit in millionths
   * @param byTeam whether the team counts it; else the org
   */
  record Applied(
      String budget,
      String member,
      Instant window,
      @Nullable Instant end,
      boolean isRate,
      String measure,
      BigInteger limit,
      boolean byTeam) {

    boolean hasEndedBy(Instant at) {
      return end != null && !at.isBefore(end);
    }

    NaiveLimits.Key key() {
      return new NaiveLimits.Key(budget, member, window);
    }

    BigInteger asked(Quantities quantities) {
      return NaiveWallet.micros(quantities.in(measure).micros());
    }

    /** Whether that is the same counter. */
    boolean isAt(LimitState told) {
      return budget.equals(told.budget())
          && member.equals(told.member())
          && window.equals(told.windowStart());
    }

    boolean isTold(LimitState told) {
      return isAt(told)
          && measure.equals(told.measure())
          && limit.equals(NaiveWallet.micros(told.limit().micros()));
    }
  }

  /** What there was from some moment on; a budget that was removed is null. */
  private final Map<String, TreeMap<Long, @Nullable Budget>> budgets = new TreeMap<>();

  private final Map<String, TreeMap<Long, @Nullable Freeze>> freezes = new TreeMap<>();

  /** Takes in what has happened in the org. */
  void take(OrgEvent event, long moment) {
    switch (event) {
      case OrgEvent.BudgetPut it -> put(budgets, it.budget().id(), it.budget(), moment);
      case OrgEvent.BudgetRemoved it -> put(budgets, it.budget(), null, moment);
      case OrgEvent.Frozen it -> put(freezes, it.freeze().scope().words(), it.freeze(), moment);
      case OrgEvent.Unfrozen it -> put(freezes, it.scope().words(), null, moment);
      case OrgEvent other -> {}
    }
  }

  private static <T> void put(
      Map<String, TreeMap<Long, @Nullable T>> all, String name, @Nullable T value, long moment) {
    all.computeIfAbsent(name, n -> new TreeMap<>()).put(moment, value);
  }

  private static <T> @Nullable T at(TreeMap<Long, @Nullable T> past, long moment) {
    Map.Entry<Long, @Nullable T> entry = past.floorEntry(moment);
    return entry == null ? null : entry.getValue();
  }

  /** The budget as it was at a moment, or null. */
  @Nullable Budget budget(String id, long moment) {
    TreeMap<Long, @Nullable Budget> past = budgets.get(id);
    return past == null ? null : at(past, moment);
  }

  /** Whether there was this very freeze at any time between two moments. */
  boolean had(Freeze freeze, long from, long to) {
    return between(freezes.get(freeze.scope().words()), from, to).contains(freeze);
  }

  /** Whether a budget had this limit at any time between two moments. */
  boolean hadLimit(String id, BigInteger limit, long from, long to) {
    return between(budgets.get(id), from, to).stream()
        .anyMatch(each -> limit.equals(NaiveWallet.micros(each.limit().micros())));
  }

  private static <T> List<T> between(
      @Nullable TreeMap<Long, @Nullable T> past, long from, long to) {
    List<T> found = new ArrayList<>();
    if (past != null) {
      Long first = past.floorKey(from);
      for (T each : past.subMap(first == null ? from : first, true, to, true).values()) {
        if (each != null) {
          found.add(each);
        }
      }
    }
    return found;
  }

  /** All limits that apply to a request, made at this time and decided on what was there then. */
  List<Applied> applied(Subject subject, Instant at, long moment) {
    List<Applied> found = new ArrayList<>();
    for (TreeMap<Long, @Nullable Budget> past : budgets.values()) {
      Budget budget = at(past, moment);
      if (budget != null && concerns(budget.scope(), subject)) {
        found.add(applied(budget, subject.user(), at));
      }
    }
    return found;
  }

  private static Applied applied(Budget budget, @Nullable String user, Instant at) {
    Scope scope = budget.scope();
    boolean byDefault =
        scope.type() == Scope.Type.EACH_USER || scope.type() == Scope.Type.EACH_MEMBER;
    return new Applied(
        budget.id(),
        byDefault && user != null ? user : "",
        windowStart(budget, at),
        windowEnd(budget, at),
        budget.window() == WindowKind.MINUTE || budget.window() == WindowKind.HOUR,
        budget.measure(),
        NaiveWallet.micros(budget.limit().micros()),
        scope.type() == Scope.Type.TEAM || scope.type() == Scope.Type.EACH_MEMBER);
  }

  /** The same limit in the window of another time. */
  Applied counted(LimitState told, Instant at, long moment) {
    Budget budget = Objects.requireNonNull(budget(told.budget(), moment), told.budget());
    return applied(budget, told.member(), at);
  }

  private static boolean concerns(Scope scope, Subject subject) {
    return switch (scope.type()) {
      case ORG -> true;
      case TEAM -> Objects.equals(scope.id(), subject.team());
      case EACH_USER -> subject.user() != null;
      case EACH_MEMBER -> subject.user() != null && Objects.equals(scope.team(), subject.team());
      case USER ->
          Objects.equals(scope.id(), subject.user())
              && (scope.team() == null || scope.team().equals(subject.team()));
      case DEPARTMENT, AGENT, PRODUCT, COST_CENTER -> false;
    };
  }

  /** By the clock on the wall of the budget's time zone. */
  private static Instant windowStart(Budget budget, Instant at) {
    ZonedDateTime shown = at.atZone(budget.zone());
    return switch (budget.window()) {
      case MINUTE -> shown.truncatedTo(ChronoUnit.MINUTES).toInstant();
      case HOUR -> shown.truncatedTo(ChronoUnit.HOURS).toInstant();
      case DAY -> shown.toLocalDate().atStartOfDay(budget.zone()).toInstant();
      case MONTH -> shown.toLocalDate().withDayOfMonth(1).atStartOfDay(budget.zone()).toInstant();
      case LIFETIME -> WindowKind.LIFETIME.containing(at, ZoneOffset.UTC, 1).start();
      case WEEK, QUARTER, YEAR ->
          throw new IllegalStateException("no budget here has the window " + budget.window());
    };
  }

  private static @Nullable Instant windowEnd(Budget budget, Instant at) {
    Instant start = windowStart(budget, at);
    LocalDate day = start.atZone(budget.zone()).toLocalDate();
    return switch (budget.window()) {
      case MINUTE -> start.plusSeconds(60);
      case HOUR -> start.plusSeconds(3_600);
      case DAY -> day.plusDays(1).atStartOfDay(budget.zone()).toInstant();
      case MONTH -> day.plusMonths(1).atStartOfDay(budget.zone()).toInstant();
      case LIFETIME, WEEK, QUARTER, YEAR -> null;
    };
  }

  /** The frozen scopes that a request falls under. */
  List<String> frozen(Subject subject, Instant at, long moment) {
    List<String> found = new ArrayList<>();
    for (TreeMap<Long, @Nullable Freeze> past : freezes.values()) {
      Freeze freeze = at(past, moment);
      if (freeze != null && concerns(freeze.scope(), subject) && lasts(freeze, at)) {
        found.add(freeze.scope().words());
      }
    }
    return found;
  }

  private static boolean lasts(Freeze freeze, Instant at) {
    Instant until = freeze.until();
    return until == null || Duration.between(at, until).isPositive();
  }
}
