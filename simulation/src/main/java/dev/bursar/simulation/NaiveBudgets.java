package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.Unit;
import dev.bursar.simulation.NaivePots.Use;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The budgets and freezes of an org, as its journal has them, and what they come to for a request:
 * worked out from the events alone, for any moment of the past.
 */
final class NaiveBudgets {

  /**
   * A limit that applies to a request.
   *
   * @param of the budget as it was
   * @param member for a default, the user that it is counted for; else empty
   * @param window when the window began, by the calendar
   * @param end when the next begins; null if none ever does
   */
  record Applied(Budget of, String member, Instant window, @Nullable Instant end) {

    String budget() {
      return of.id();
    }

    String measure() {
      return of.measure();
    }

    /** In millionths. */
    BigInteger limit() {
      return NaiveWallet.micros(of.limit().micros());
    }

    /** Whether the window is shorter than a day, and decides nothing once it has passed. */
    boolean isRate() {
      return of.window() == WindowKind.MINUTE || of.window() == WindowKind.HOUR;
    }

    /** Whether the team counts it; else the org. */
    boolean byTeam() {
      Scope.Type type = of.scope().type();
      return type == Scope.Type.TEAM || type == Scope.Type.EACH_MEMBER;
    }

    /** Whether nothing is let through beyond it. */
    boolean isHard() {
      return of.mode() == Budget.Mode.HARD;
    }

    boolean hasEndedBy(Instant at) {
      return end != null && !at.isBefore(end);
    }

    NaiveLimits.Key key() {
      return new NaiveLimits.Key(budget(), member, window, of.since());
    }

    BigInteger asked(NaiveQuantities quantities) {
      return quantities.in(measure());
    }

    /** Whether that is the same counter. */
    boolean isAt(LimitState told) {
      return budget().equals(told.budget())
          && member.equals(told.member())
          && window.equals(told.windowStart())
          && Objects.equals(of.since(), told.since());
    }

    boolean isTold(LimitState told) {
      return isAt(told) && measure().equals(told.measure()) && isLike(of, told);
    }

    /** The same with limit and mode as they are told. */
    Applied as(LimitState told) {
      return new Applied(of.withLimit(told.limit()).withMode(told.mode()), member, window, end);
    }
  }

  private static boolean isLike(Budget budget, LimitState told) {
    return budget.limit().equals(told.limit())
        && budget.mode() == told.mode()
        && budget.thresholds().equals(told.thresholds())
        && budget.measure().equals(told.measure())
        && isOf(budget.scope(), told.scope())
        && source(budget).equals(told.source())
        && lasts(budget, told);
  }

  /** Where a limit is said to come from. */
  private static String source(Budget budget) {
    return budget.scope().isDefault()
        ? LimitState.SOURCE_DEFAULT
        : budget.id().startsWith(Budget.OF_PLAN)
            ? LimitState.SOURCE_PLAN
            : LimitState.SOURCE_BUDGET;
  }

  /** Of a default, it is told whom it is counted for. */
  private static boolean isOf(Scope scope, Scope told) {
    return switch (scope.type()) {
      case EACH_USER, EACH_MEMBER ->
          told.type() == Scope.Type.USER
              && told.id() != null
              && Objects.equals(told.team(), scope.team());
      default -> told.equals(scope);
    };
  }

  /** From when until when its window is, by the calendar; one that never ends is told as any. */
  private static boolean lasts(Budget budget, LimitState told) {
    Instant end = windowEnd(budget, told.windowStart());
    return budget.window() == told.window()
        && windowStart(budget, told.windowStart()).equals(told.windowStart())
        && (end == null || end.equals(told.resetsAt()));
  }

  /** What there was from some moment on; a budget that was removed is null. */
  private final Map<String, TreeMap<Long, @Nullable Budget>> budgets = new TreeMap<>();

  /** What changes them for some time. */
  final NaiveOverrides overrides = new NaiveOverrides();

  private final Map<String, TreeMap<Long, @Nullable Freeze>> freezes = new TreeMap<>();
  private final Map<String, TreeMap<Long, @Nullable Unit>> units = new TreeMap<>();

  /**
   * A budget that was drafted.
   *
   * @param budget as it is counted from there on
   * @param at when it was drafted
   * @param moment the same, in events
   * @param denies whether it is to deny once it is set
   * @param attempt who has drafted it
   */
  record Drafted(Budget budget, Instant at, long moment, boolean denies, String attempt) {}

  /** By name, and where it was drafted. */
  private final Map<String, TreeMap<Long, Drafted>> drafts = new TreeMap<>();

  /** Takes in what has happened in the org, in a row. */
  void take(OrgEvent event, long sequence, long moment) {
    switch (event) {
      case OrgEvent.BudgetDrafted it -> {
        Budget draft = it.budget().withMode(Budget.Mode.SHADOW).since(sequence);
        put(budgets, draft.id(), draft, moment);
        drafts
            .computeIfAbsent(draft.id(), id -> new TreeMap<>())
            .put(
                sequence,
                new Drafted(
                    draft, it.at(), moment, it.budget().mode() == Budget.Mode.HARD, it.attempt()));
      }
      case OrgEvent.BudgetPut it -> put(budgets, it.budget().id(), it.budget(), moment);
      case OrgEvent.OverridePut it -> overrides.take(it, moment);
      case OrgEvent.OverrideRemoved it -> overrides.take(it, moment);
      case OrgEvent.UnitPut it -> put(units, it.unit().id(), it.unit(), moment);
      case OrgEvent.UnitRemoved it -> put(units, it.unit(), null, moment);
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

  /** Where a budget was drafted, if it was there. */
  @Nullable Drafted drafted(String id, @Nullable Long since) {
    return since == null ? null : drafts.getOrDefault(id, new TreeMap<>()).get(since);
  }

  /** All budgets that there are now and that were drafted. */
  List<Drafted> setInBetween() {
    List<Drafted> found = new ArrayList<>();
    budgets.forEach(
        (id, past) -> {
          Budget budget = past.lastEntry().getValue();
          Drafted draft = budget == null ? null : drafted(id, budget.since());
          if (draft != null && budget != null && budget.mode() != Budget.Mode.SHADOW) {
            found.add(draft);
          }
        });
    return found;
  }

  /** Whether a budget counts what somebody made at a moment, who lay in some departments then. */
  static boolean counts(
      Budget budget, Subject subject, List<String> departments, String creditType, Use use) {
    return counts(budget, creditType, use) && concerns(budget.scope(), subject, () -> departments);
  }

  /** The window of a budget, and for whom it counts. */
  static Applied of(Budget budget, Subject subject, Instant at) {
    return applied(budget, subject.user(), at);
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

  /**
   * Whether a budget had this limit and mode for somebody at any time between two moments, by
   * whatever clock between two times, as what changes it for some time has it.
   */
  boolean had(
      LimitState told, Subject subject, long from, long to, Instant earliest, Instant latest) {
    TreeMap<Long, @Nullable Budget> past = budgets.getOrDefault(told.budget(), new TreeMap<>());
    return Stream.of(
            Stream.of(from),
            past.subMap(from, false, to, true).keySet().stream(),
            overrides.changes(from, to).stream(),
            changes(units, from, to))
        .flatMap(moments -> moments)
        .anyMatch(
            moment -> {
              Budget budget = at(past, moment);
              return budget != null
                  && counting(budget, subject, moment, earliest, latest).stream()
                      .anyMatch(each -> isLike(each, told));
            });
  }

  private static <T> Stream<Long> changes(
      Map<String, TreeMap<Long, @Nullable T>> all, long from, long to) {
    return all.values().stream()
        .flatMap(past -> past.subMap(from, false, to, true).keySet().stream());
  }

  /**
   * What a budget may count as between two times: what comes first of what changes it counts as
   * long as it lasts.
   */
  private List<Budget> counting(
      Budget budget, Subject subject, long moment, Instant earliest, Instant latest) {
    List<Budget> found = new ArrayList<>();
    for (LimitOverride each : overrides.of(budget, whom(subject, moment), moment)) {
      if (earliest.isBefore(each.until())) {
        found.add(changed(budget, each));
      }
      if (latest.isBefore(each.until())) {
        return found;
      }
    }
    found.add(budget);
    return found;
  }

  private NaiveOverrides.Whom whom(Subject subject, long moment) {
    return new NaiveOverrides.Whom(subject, departments(subject.team(), moment));
  }

  /** The budget as it counts for a user, or for nobody in particular, at some time. */
  Applied viewed(Budget budget, @Nullable String user, Instant at, long moment) {
    List<LimitOverride> by = viewedUnder(budget, user, at, moment);
    return applied(by.isEmpty() ? budget : changed(budget, by.getFirst()), user, at);
  }

  /** The name of what changes a budget for them at some time; null if nothing does. */
  @Nullable String overriddenBy(Budget budget, @Nullable String user, Instant at, long moment) {
    List<LimitOverride> by = viewedUnder(budget, user, at, moment);
    return by.isEmpty() ? null : by.getFirst().id();
  }

  private List<LimitOverride> viewedUnder(
      Budget budget, @Nullable String user, Instant at, long moment) {
    return overrides.of(budget, below(budget.scope(), user, moment), moment).stream()
        .filter(each -> at.isBefore(each.until()))
        .toList();
  }

  /** When what changes a budget for them, or may, is over. */
  List<Instant> overridesEnd(Budget budget, @Nullable String user, long moment) {
    return overrides.of(budget, below(budget.scope(), user, moment), moment).stream()
        .map(LimitOverride::until)
        .toList();
  }

  /** Whoever is in a scope, and nowhere else; of a default, a user or nobody in particular. */
  private NaiveOverrides.Whom below(Scope scope, @Nullable String user, long moment) {
    String id = scope.id();
    Subject subject =
        switch (scope.type()) {
          case USER -> subject(scope.team(), id);
          case EACH_USER, EACH_MEMBER -> subject(scope.team(), user);
          case TEAM -> subject(id, null);
          case AGENT -> new Subject(SimulatedClient.ORG, null, null, null, null, id);
          case PRODUCT -> new Subject(SimulatedClient.ORG, null, null, id, null, null);
          case COST_CENTER -> new Subject(SimulatedClient.ORG, null, null, null, id, null);
          case DEPARTMENT, ORG -> Subject.ofOrg(SimulatedClient.ORG);
        };
    return scope.type() == Scope.Type.DEPARTMENT && id != null
        ? new NaiveOverrides.Whom(
            subject, Stream.concat(Stream.of(id), departments(id, moment).stream()).toList())
        : whom(subject, moment);
  }

  private static Subject subject(@Nullable String team, @Nullable String user) {
    return new Subject(SimulatedClient.ORG, team, user, null, null, null);
  }

  /** The same at all moments between two: a team may come to lie elsewhere. */
  private Set<NaiveOverrides.Whom> whoms(Subject subject, long from, long to) {
    return Stream.concat(Stream.of(from), changes(units, from, to))
        .map(moment -> whom(subject, moment))
        .collect(Collectors.toSet());
  }

  /** The budget as it counts for somebody at some time. */
  private Budget counting(Budget budget, Subject subject, Instant now, long moment) {
    List<LimitOverride> by = inForce(budget, subject, now, moment);
    return by.isEmpty() ? budget : changed(budget, by.getFirst());
  }

  /** What changes a budget for somebody at some time: what counts first comes first. */
  List<LimitOverride> inForce(Budget budget, Subject subject, Instant now, long moment) {
    return overrides.of(budget, whom(subject, moment), moment).stream()
        .filter(each -> now.isBefore(each.until()))
        .toList();
  }

  /**
   * Whether a limit that is another for some time decides otherwise than it would: it lets through
   * what it had no room for, or denies what it had room for.
   *
   * @param all what is used and held of it with what was asked for
   */
  boolean isOtherwiseBy(LimitState told, Credits all, long moment) {
    Budget without = told.override() == null ? null : budget(told.budget(), moment);
    return without != null
        && (without.mode() == Budget.Mode.HARD && all.compareTo(without.limit()) > 0)
            != (told.mode() == Budget.Mode.HARD && all.compareTo(told.limit()) > 0);
  }

  private static Budget changed(Budget budget, LimitOverride override) {
    return override.limit() == null
        ? budget.withMode(Budget.Mode.SHADOW)
        : budget.withLimit(override.limit());
  }

  /** The same of what somebody has set, in all but the row since which it counts. */
  boolean had(Budget budget, long from, long to) {
    return between(budgets.get(budget.id()), from, to).stream()
        .anyMatch(each -> each != null && each.since(budget.since()).equals(budget));
  }

  /** The freezes of this scope between two moments; null where there was none. */
  List<@Nullable Freeze> freezes(Scope scope, long from, long to) {
    List<@Nullable Freeze> found = new ArrayList<>();
    TreeMap<Long, @Nullable Freeze> past = freezes.getOrDefault(scope.words(), new TreeMap<>());
    Long first = past.floorKey(from);
    if (first == null) {
      found.add(null);
    }
    found.addAll(past.subMap(first == null ? from : first, true, to, true).values());
    return found;
  }

  /** Whether a unit was like this at any time between two moments. */
  boolean had(Unit unit, long from, long to) {
    return between(units.get(unit.id()), from, to).contains(unit);
  }

  /** Whether there was no budget of this name at any time between two moments. */
  boolean lackedBudget(String budget, long from, long to) {
    return isLacking(budgets.get(budget), from, to);
  }

  /** The same of a unit. */
  boolean lackedUnit(String unit, long from, long to) {
    return isLacking(units.get(unit), from, to);
  }

  private static <T> boolean isLacking(
      @Nullable TreeMap<Long, @Nullable T> past, long from, long to) {
    Long first = past == null ? null : past.floorKey(from);
    return past == null || first == null || past.subMap(first, true, to, true).containsValue(null);
  }

  static <T> List<T> between(@Nullable TreeMap<Long, @Nullable T> past, long from, long to) {
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

  /**
   * All limits that apply to a request, made at this time and decided on what was there then.
   *
   * @param creditType what its amount is counted in
   * @param use what it is for
   * @param ofPlan the limits that come with the org's plan
   */
  List<Applied> applied(
      Subject subject, String creditType, Use use, Instant at, long moment, List<Budget> ofPlan) {
    return applied(subject, creditType, use, at, moment, at, ofPlan);
  }

  /**
   * The same for a request that counts at another time than it is decided.
   *
   * @param now when it is decided
   */
  List<Applied> applied(
      Subject subject,
      String creditType,
      Use use,
      Instant at,
      long moment,
      Instant now,
      List<Budget> ofPlan) {
    List<@Nullable Budget> all = new ArrayList<>(inForce(ofPlan, moment));
    budgets.values().forEach(past -> all.add(at(past, moment)));
    List<Applied> found = new ArrayList<>();
    for (Budget budget : all) {
      if (budget != null
          && counts(budget, creditType, use)
          && concerns(budget.scope(), subject, moment)) {
        found.add(applied(counting(budget, subject, now, moment), subject.user(), at));
      }
    }
    return found;
  }

  /** The limits of a plan in whose place the org has set none of its own. */
  private List<Budget> inForce(List<Budget> ofPlan, long moment) {
    return ofPlan.stream()
        .filter(
            each ->
                budgets.values().stream()
                    .map(past -> at(past, moment))
                    .noneMatch(own -> own != null && isInThePlaceOf(own, each)))
        .toList();
  }

  private boolean isInThePlaceOf(Budget own, Budget ofPlan) {
    Drafted draft = drafted(own.id(), own.since());
    boolean isOnlyDrafted = draft != null && draft.budget() == own;
    return !isOnlyDrafted && !ofPlan.id().startsWith("plan:feature:") && countsAs(own, ofPlan);
  }

  /** Whether they count the same, in the same windows. */
  static boolean countsAs(Budget own, Budget ofPlan) {
    return own.scope().equals(ofPlan.scope())
        && own.measure().equals(ofPlan.measure())
        && own.window() == ofPlan.window()
        && own.features().equals(ofPlan.features())
        && own.models().equals(ofPlan.models());
  }

  /** Whether a limit of a plan was like this for somebody at a moment, between two times. */
  boolean had(
      LimitState told,
      List<Budget> ofPlan,
      Subject subject,
      long moment,
      Instant earliest,
      Instant latest) {
    return inForce(ofPlan, moment).stream()
        .filter(each -> each.id().equals(told.budget()))
        .flatMap(each -> counting(each, subject, moment, earliest, latest).stream())
        .anyMatch(each -> isLike(each, told));
  }

  /**
   * Those of the limits that apply to a request which were there from the beginning on, and the
   * same between two moments, by whatever clock between two times.
   */
  List<Applied> steady(
      Subject subject,
      String creditType,
      Use use,
      Instant earliest,
      Instant latest,
      long from,
      long to) {
    return applied(subject, creditType, use, earliest, from, List.of()).stream()
        .filter(
            each ->
                each.of().since() == null
                    && whoms(subject, from, to).stream()
                        .noneMatch(
                            whom -> overrides.mayHaveChanged(each.of(), whom, earliest, from, to))
                    && !each.hasEndedBy(latest)
                    && between(budgets.get(each.budget()), from, to).equals(List.of(each.of()))
                    && budget(each.budget(), to) != null)
        .toList();
  }

  /** Whether it counts work of a credit type, for a feature and with a model. */
  private static boolean counts(Budget budget, String creditType, Use use) {
    return counts(budget.measure(), creditType)
        && use.isCountedBy(budget.features(), budget.models());
  }

  private static boolean counts(String measure, String creditType) {
    return measure.equals(creditType)
        || measure.equals(Quantities.REQUESTS)
        || measure.equals(Quantities.OPEN_RESERVATIONS);
  }

  private static Applied applied(Budget budget, @Nullable String user, Instant at) {
    Scope scope = budget.scope();
    boolean byDefault =
        scope.type() == Scope.Type.EACH_USER || scope.type() == Scope.Type.EACH_MEMBER;
    return new Applied(
        budget,
        byDefault && user != null ? user : "",
        windowStart(budget, at),
        windowEnd(budget, at));
  }

  /** The same limit in the window of another time. */
  Applied counted(LimitState told, Instant at, long moment) {
    if (told.since() != null) {
      Drafted draft = drafted(told.budget(), told.since());
      // What an org has drafted whose row was refused, nobody knows of.
      return draft == null
          ? new Applied(like(told), told.member(), told.windowStart(), told.resetsAt())
          : applied(draft.budget(), told.member(), at);
    }
    Budget budget = Objects.requireNonNull(budget(told.budget(), moment), told.budget());
    return applied(budget, told.member(), at);
  }

  private static Budget like(LimitState told) {
    return new Budget(
        told.budget(),
        scoped(told),
        told.measure(),
        told.window(),
        told.limit(),
        told.mode(),
        Set.of(),
        Set.of(),
        told.thresholds(),
        ZoneOffset.UTC,
        1,
        told.since());
  }

  /** For whom a default is that counts for somebody. */
  private static Scope scoped(LimitState told) {
    Scope counted = told.scope();
    if (!told.source().equals(LimitState.SOURCE_DEFAULT)) {
      return counted;
    }
    Scope.Type type = counted.team() == null ? Scope.Type.EACH_USER : Scope.Type.EACH_MEMBER;
    return new Scope(type, null, counted.team());
  }

  /** The departments that a team lies in at a moment, the nearest first. */
  List<String> departments(@Nullable String team, long moment) {
    List<String> found = new ArrayList<>();
    String below = team;
    while (below != null) {
      TreeMap<Long, @Nullable Unit> past = units.get(below);
      Unit unit = past == null ? null : at(past, moment);
      below = unit == null ? null : unit.parent();
      if (below != null) {
        found.add(below);
      }
    }
    return found;
  }

  private boolean concerns(Scope scope, Subject subject, long moment) {
    return concerns(scope, subject, () -> departments(subject.team(), moment));
  }

  /** Whether somebody falls under a scope. */
  static boolean concerns(Scope scope, Subject subject, Supplier<List<String>> departments) {
    return switch (scope.type()) {
      case ORG -> true;
      case TEAM -> Objects.equals(scope.id(), subject.team());
      case EACH_USER -> subject.user() != null;
      case EACH_MEMBER -> subject.user() != null && Objects.equals(scope.team(), subject.team());
      case USER ->
          Objects.equals(scope.id(), subject.user())
              && (scope.team() == null || scope.team().equals(subject.team()));
      case DEPARTMENT -> departments.get().contains(scope.id());
      case AGENT, PRODUCT, COST_CENTER -> false;
    };
  }

  /** By the clock on the wall of the budget's time zone. */
  private static Instant windowStart(Budget budget, Instant at) {
    ZonedDateTime shown = at.atZone(budget.zone());
    return switch (budget.window()) {
      case MINUTE -> shown.truncatedTo(ChronoUnit.MINUTES).toInstant();
      case HOUR -> shown.truncatedTo(ChronoUnit.HOURS).toInstant();
      case DAY -> shown.toLocalDate().atStartOfDay(budget.zone()).toInstant();
      case WEEK -> weekday(budget, shown.toLocalDate()).atStartOfDay(budget.zone()).toInstant();
      case MONTH, QUARTER, YEAR ->
          anchored(budget, month(budget, shown.toLocalDate()))
              .atStartOfDay(budget.zone())
              .toInstant();
      case LIFETIME -> WindowKind.LIFETIME.containing(at, ZoneOffset.UTC, 1).start();
    };
  }

  /** The last of a budget's days of the week. */
  private static LocalDate weekday(Budget budget, LocalDate day) {
    LocalDate found = day;
    while (found.getDayOfWeek().getValue() != budget.anchorDay()) {
      found = found.minusDays(1);
    }
    return found;
  }

  /** The last month in which a window of a budget has begun: each so many, from a January on. */
  private static YearMonth month(Budget budget, LocalDate day) {
    YearMonth month = YearMonth.of(day.getYear() - 1, 1);
    while (!anchored(budget, month.plusMonths(months(budget))).isAfter(day)) {
      month = month.plusMonths(months(budget));
    }
    return month;
  }

  private static int months(Budget budget) {
    return switch (budget.window()) {
      case QUARTER -> 3;
      case YEAR -> 12;
      default -> 1;
    };
  }

  /** A budget's day in a month, or the last if it has fewer. */
  private static LocalDate anchored(Budget budget, YearMonth month) {
    return budget.anchorDay() > month.lengthOfMonth()
        ? month.atEndOfMonth()
        : month.atDay(budget.anchorDay());
  }

  private static @Nullable Instant windowEnd(Budget budget, Instant at) {
    Instant start = windowStart(budget, at);
    LocalDate day = start.atZone(budget.zone()).toLocalDate();
    return switch (budget.window()) {
      case MINUTE -> start.plusSeconds(60);
      case HOUR -> start.plusSeconds(3_600);
      case DAY -> day.plusDays(1).atStartOfDay(budget.zone()).toInstant();
      case WEEK -> day.plusDays(7).atStartOfDay(budget.zone()).toInstant();
      case MONTH, QUARTER, YEAR ->
          anchored(budget, YearMonth.from(day).plusMonths(months(budget)))
              .atStartOfDay(budget.zone())
              .toInstant();
      case LIFETIME -> null;
    };
  }

  /** The frozen scopes that a request falls under. */
  List<String> frozen(Subject subject, Instant at, long moment) {
    List<String> found = new ArrayList<>();
    for (TreeMap<Long, @Nullable Freeze> past : freezes.values()) {
      Freeze freeze = at(past, moment);
      if (freeze != null && concerns(freeze.scope(), subject, moment) && lasts(freeze, at)) {
        found.add(freeze.scope().words());
      }
    }
    return found;
  }

  /**
   * Whether a lease for somebody would be used by users who have limits of their own, or are
   * frozen: those that it does not name.
   */
  boolean isTooWide(
      Subject subject, String creditType, Use use, Instant at, long moment, List<Budget> ofPlan) {
    return subject.user() == null
        && (Stream.concat(budgets.values().stream().map(past -> at(past, moment)), ofPlan.stream())
                .anyMatch(
                    budget ->
                        budget != null
                            && deniesSoon(budget)
                            && counts(budget, creditType, use)
                            && isOfUsers(budget.scope(), subject))
            || freezes.values().stream()
                .map(past -> at(past, moment))
                .anyMatch(
                    freeze ->
                        freeze != null && isOfUsers(freeze.scope(), subject) && lasts(freeze, at)));
  }

  /** Whether somebody is frozen, or some of those are for whom a lease for them would be used. */
  boolean isStopped(Subject subject, Instant at, long moment) {
    return freezes.values().stream()
        .map(past -> at(past, moment))
        .anyMatch(
            freeze ->
                freeze != null
                    && lasts(freeze, at)
                    && (concerns(freeze.scope(), subject, moment)
                        || (subject.user() == null && isOfUsers(freeze.scope(), subject))));
  }

  /** Whether a lease for somebody would count in a limit of some features only. */
  boolean isOfSomeFeatures(
      Subject subject, String creditType, Use use, Instant at, long moment, List<Budget> ofPlan) {
    return applied(subject, creditType, use, at, moment, ofPlan).stream()
        .anyMatch(limit -> !limit.of().features().isEmpty());
  }

  /** Whether it denies, or was drafted and will. */
  private boolean deniesSoon(Budget budget) {
    Drafted draft = drafted(budget.id(), budget.since());
    return budget.mode() == Budget.Mode.HARD
        || (draft != null && draft.denies && draft.budget.equals(budget));
  }

  private static boolean isOfUsers(Scope scope, Subject subject) {
    return switch (scope.type()) {
      case EACH_USER -> true;
      case USER, EACH_MEMBER ->
          scope.team() == null || Objects.equals(scope.team(), subject.team());
      case ORG, TEAM, DEPARTMENT, AGENT, PRODUCT, COST_CENTER -> false;
    };
  }

  /**
   * Whether a limit is counted only from a draft after a moment on: what was open before holds
   * nothing in it.
   */
  boolean isSetAfter(Applied limit, long moment) {
    Drafted draft = drafted(limit.budget(), limit.of().since());
    return draft != null && draft.moment() > moment;
  }

  /** Whether a budget is counted since the same draft, and was not removed. */
  boolean isStill(Budget budget, long moment) {
    Budget now = budget(budget.id(), moment);
    return now != null && Objects.equals(now.since(), budget.since());
  }

  /**
   * Whether somebody else has drafted a budget after a moment, or has removed it.
   *
   * @param who how the attempts of whom it is asked for begin
   */
  boolean isOvertaken(String id, String who, long moment) {
    return drafts.getOrDefault(id, new TreeMap<>()).values().stream()
            .anyMatch(each -> each.moment() > moment && !each.attempt().startsWith(who))
        || (budgets.containsKey(id) && budgets.get(id).tailMap(moment, false).containsValue(null));
  }

  /** Whether somebody would be frozen, had that not been lifted. */
  boolean isLifted(Subject subject, Instant at, long moment) {
    return freezes.values().stream()
        .anyMatch(
            past -> {
              Map.Entry<Long, @Nullable Freeze> last = past.floorEntry(moment);
              Freeze before =
                  last == null || last.getValue() != null ? null : at(past, last.getKey() - 1);
              return before != null
                  && concerns(before.scope(), subject, moment)
                  && lasts(before, at);
            });
  }

  /** Whether a scope is frozen. */
  boolean isFrozen(Scope scope, Instant at, long moment) {
    TreeMap<Long, @Nullable Freeze> past = freezes.get(scope.words());
    Freeze freeze = past == null ? null : at(past, moment);
    return freeze != null && lasts(freeze, at);
  }

  private static boolean lasts(Freeze freeze, Instant at) {
    Instant until = freeze.until();
    return until == null || Duration.between(at, until).isPositive();
  }
}
