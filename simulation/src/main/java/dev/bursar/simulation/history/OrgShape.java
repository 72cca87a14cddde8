package dev.bursar.simulation.history;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the orgs of a history look like at its beginning: they have the same units and wallets, and
 * the busy one of them budgets. All of it is tight, so that a good part of what is asked for is
 * denied, by each kind of limit.
 */
public final class OrgShape {

  /** The credit type that most is asked for. */
  public static final String TYPE = "platform";

  /** The credit types: {@link #TYPE}, and one that less is asked for. */
  public static final List<String> TYPES = List.of(TYPE, "image");

  /** What requests are for, if they name a feature. */
  public static final List<String> FEATURES = List.of("chat", "search");

  /** What requests name, if they name a model. */
  public static final List<String> MODELS = List.of("large", "small");

  /** Each lies in a department at first, and may be moved. */
  public static final List<String> TEAMS = List.of("red", "blue");

  /** The first is above the second. */
  public static final List<String> DEPARTMENTS = List.of("eng", "lab");

  /** Who asks for something, if a user does. */
  public static final List<String> USERS = List.of("ann", "bob", "cat", "dan", "eve");

  /** The wallets that requests name. */
  public static final List<String> WALLETS = List.of("main", "second");

  /** Who names no wallet draws on that of the team, if it owns one. */
  public static final String OWNER = "blue";

  /** The wallet that {@link #OWNER} owns. */
  public static final String WALLET_OF_TEAM = "blues";

  /** The wallets of each org. */
  public static final List<String> ALL_WALLETS = List.of("main", "second", WALLET_OF_TEAM);

  /** The grant of plans that recurs. */
  public static final String DAILY = "daily";

  /** Where clocks are set forward and back, and days do not end when they do in UTC. */
  public static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static final WindowKind LIFE = WindowKind.LIFETIME;
  private static final String OPEN = "open_reservations";
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final String IMAGE = TYPES.getLast();
  private static final long FIRST_MIN = 10;
  private static final long FIRST_MAX = 120;
  private static final Set<String> OVERRIDDEN =
      Set.of("org-month", "org-minute", "red-life", "red-minute", "blue-hour");

  private OrgShape() {}

  /** The units, each after the one above it. */
  public static List<Unit> units() {
    return List.of(
        new Unit("eng", Unit.Kind.DEPARTMENT, "eng", null),
        new Unit("lab", Unit.Kind.DEPARTMENT, "lab", "eng"),
        new Unit("red", Unit.Kind.TEAM, "red", "lab"),
        new Unit("blue", Unit.Kind.TEAM, "blue", "eng"));
  }

  /** Who owns a wallet. */
  public static WalletOwner owner(String wallet) {
    return wallet.equals(WALLET_OF_TEAM) ? new WalletOwner(OWNER) : WalletOwner.ORG;
  }

  /** The wallet of a request that names none. */
  public static String walletOf(@Nullable String team) {
    return OWNER.equals(team) ? WALLET_OF_TEAM : WALLETS.getFirst();
  }

  /**
   * What a wallet has of a credit type at first: 10 to 120.
   *
   * @param beginning when the history begins
   */
  public static Grant firstGrant(String creditType, Instant beginning, Random random) {
    long amount = FIRST_MIN + (long) (random.nextDouble() * (FIRST_MAX - FIRST_MIN));
    return grant("first-" + creditType, creditType, Credits.of(amount), beginning);
  }

  /** A grant of {@link #TYPE} that is there when the history begins, for whatever there is. */
  public static Grant grant(String id, Credits amount, Instant beginning) {
    return grant(id, TYPE, amount, beginning);
  }

  private static Grant grant(String id, String creditType, Credits amount, Instant beginning) {
    return new Grant(
        id,
        creditType,
        amount,
        Grant.Category.PAID,
        Grant.PRIORITY_DEFAULT,
        beginning.minusSeconds(10),
        null,
        Set.of(),
        Set.of(),
        null,
        null,
        "sim",
        beginning);
  }

  /**
   * A plan that gives an org so much a day, and as much once.
   *
   * @param features which features it may use, and which it says that it may not
   */
  public static PricingPlan plan(String id, long amount, Map<String, Boolean> features) {
    Map<String, Entitlement> entitlements = new HashMap<>();
    features.forEach((feature, may) -> entitlements.put(feature, new Entitlement.Access(may)));
    Recurrence.Terms daily =
        new Recurrence.Terms(Recurrence.Interval.DAY, null, Credits.ZERO, Credits.of(1));
    return new PricingPlan(
        id,
        id,
        null,
        entitlements,
        Map.of(
            DAILY,
            new PlanGrant(DAILY, TYPE, Credits.of(amount), daily, 40, Set.of(), Set.of()),
            "once",
            new PlanGrant("once", IMAGE, Credits.of(amount), null, 40, Set.of(), Set.of())),
        Map.of(),
        OveragePolicy.RECORD,
        FailMode.DENY);
  }

  /**
   * A plan with limits: so much an hour, for the org and for each user; so many requests a day,
   * unless the org has set as many itself; so much a day, which the org always has set itself; and
   * so much of one feature in a window.
   *
   * @param metered of {@link #FEATURES}' last; 0 for as much as there is
   * @param measure in what that is counted, and what each user has
   * @param window in what windows it is counted
   */
  public static PricingPlan limiting(
      PricingPlan plan, long limit, long metered, String measure, WindowKind window) {
    Scope org = new Scope(Scope.Type.ORG, null, null);
    Map<String, Entitlement> entitlements = new HashMap<>(plan.ownEntitlements());
    if (metered > 0) {
      entitlements.put(
          FEATURES.getLast(),
          new Entitlement.Allowance(measure, Credits.of(metered), window, null));
    }
    return new PricingPlan(
        plan.id(),
        plan.name(),
        null,
        entitlements,
        plan.ownGrants(),
        Map.of(
            "hour", limit("hour", org, TYPE, WindowKind.HOUR, limit, Budget.Mode.HARD),
            "requests",
                limit("requests", org, "requests", WindowKind.DAY, 2 * limit, Budget.Mode.HARD),
            "day", limit("day", org, TYPE, WindowKind.DAY, 1, Budget.Mode.HARD),
            "each",
                limit(
                    "each",
                    new Scope(Scope.Type.EACH_USER, null, null),
                    measure,
                    WindowKind.HOUR,
                    limit / 2,
                    Budget.Mode.SOFT)),
        plan.overagePolicy(),
        plan.failMode());
  }

  private static PlanBudget limit(
      String id, Scope scope, String measure, WindowKind window, long limit, Budget.Mode mode) {
    return new PlanBudget(
        id,
        scope,
        measure,
        window,
        Credits.of(limit),
        mode,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        1);
  }

  /**
   * Budgets of the org, and of departments, teams, users and members of it, in credits, requests
   * and open reservations: none of a meter, an agent, a product or a cost center.
   */
  public static List<Budget> budgets() {
    return List.of(
        budget("org-life", Scope.Type.ORG, null, null, TYPE, WindowKind.LIFETIME, 400),
        budget("org-minute", Scope.Type.ORG, null, null, "requests", WindowKind.MINUTE, 40),
        budget("org-open", Scope.Type.ORG, null, null, OPEN, WindowKind.LIFETIME, 12),
        budget("org-month", Scope.Type.ORG, null, null, TYPE, WindowKind.MONTH, 350),
        budget("each-user", Scope.Type.EACH_USER, null, null, TYPE, WindowKind.DAY, BERLIN, 90),
        budget("red-life", Scope.Type.TEAM, "red", null, TYPE, WindowKind.LIFETIME, 200),
        budget("red-minute", Scope.Type.TEAM, "red", null, TYPE, WindowKind.MINUTE, 60),
        budget("red-member", Scope.Type.EACH_MEMBER, null, "red", TYPE, WindowKind.DAY, 70),
        budget("blue-hour", Scope.Type.TEAM, "blue", null, TYPE, WindowKind.HOUR, BERLIN, 50),
        budget("eng-month", Scope.Type.DEPARTMENT, "eng", null, TYPE, WindowKind.MONTH, 180),
        budget("lab-day", Scope.Type.DEPARTMENT, "lab", null, TYPE, WindowKind.DAY, BERLIN, 120),
        budget("org-image", Scope.Type.ORG, null, null, IMAGE, WindowKind.DAY, 60),
        budget("red-image", Scope.Type.TEAM, "red", null, IMAGE, WindowKind.LIFETIME, 45),
        told(budget("org-soft", Scope.Type.ORG, null, null, TYPE, WindowKind.DAY, BERLIN, 150))
            .withMode(Budget.Mode.SOFT),
        told(budget("red-soft", Scope.Type.TEAM, "red", null, TYPE, WindowKind.MONTH, 50))
            .withMode(Budget.Mode.SOFT),
        budget("org-shadow", Scope.Type.ORG, null, null, "requests", WindowKind.MINUTE, 20)
            .withMode(Budget.Mode.SHADOW),
        told(budget("blue-shadow", Scope.Type.TEAM, "blue", null, TYPE, WindowKind.DAY, 30))
            .withMode(Budget.Mode.SHADOW));
  }

  /**
   * Budgets that only some histories have: of some features and models, one of them as plans that
   * limit allow it, and larger than any of these; and of windows that begin on some day of the week
   * or the month, which not every month has.
   */
  public static List<Budget> furtherBudgets() {
    Set<String> chat = Set.of(FEATURES.getFirst());
    Set<String> large = Set.of(MODELS.getFirst());
    return List.of(
        of(chat, Set.of(), budget("org-chat", Scope.Type.ORG, null, null, TYPE, LIFE, 60)),
        of(Set.of(), large, budget("red-large", Scope.Type.TEAM, "red", null, TYPE, LIFE, 40)),
        of(
            chat,
            large,
            budget("each-both", Scope.Type.EACH_USER, null, null, TYPE, WindowKind.HOUR, 20)),
        of(
            Set.of(FEATURES.getLast()),
            Set.of(),
            budget("org-search", Scope.Type.ORG, null, null, TYPE, WindowKind.DAY, 10_000)),
        anchored(3, budget("org-week", Scope.Type.ORG, null, null, TYPE, WindowKind.WEEK, 250)),
        anchored(
            31, budget("red-quarter", Scope.Type.TEAM, "red", null, TYPE, WindowKind.QUARTER, 150)),
        anchored(
            29, budget("eng-year", Scope.Type.DEPARTMENT, "eng", null, TYPE, WindowKind.YEAR, 200)),
        anchored(
            30,
            budget("ann-month", Scope.Type.USER, "ann", null, TYPE, WindowKind.MONTH, BERLIN, 80)),
        anchored(
            29,
            budget(
                "cat-month", Scope.Type.USER, "cat", null, IMAGE, WindowKind.MONTH, BERLIN, 30)));
  }

  private static Budget of(Set<String> features, Set<String> models, Budget of) {
    return with(of, features, models, of.thresholds(), of.anchorDay());
  }

  private static Budget anchored(int day, Budget of) {
    return with(of, of.features(), of.models(), of.thresholds(), day);
  }

  /** Those of {@link #budgets()} that are others for some time. */
  public static List<Budget> overridden() {
    return budgets().stream().filter(each -> OVERRIDDEN.contains(each.id())).toList();
  }

  /**
   * Budgets that are set and removed while others work: of every place that counts. None has the
   * window and measure of another for the same users, which it would override, and nobody is told
   * of thresholds.
   */
  public static List<Budget> budgetsInBetween() {
    return List.of(
        quiet(budget("new-org", Scope.Type.ORG, null, null, TYPE, WindowKind.DAY, 200)),
        quiet(budget("new-org-req", Scope.Type.ORG, null, null, "requests", WindowKind.DAY, 60)),
        quiet(budget("new-org-open", Scope.Type.ORG, null, null, OPEN, LIFE, 12)),
        quiet(budget("new-red-open", Scope.Type.TEAM, "red", null, OPEN, LIFE, 9)),
        quiet(budget("new-eng", Scope.Type.DEPARTMENT, "eng", null, TYPE, WindowKind.DAY, 99)),
        quiet(budget("new-red", Scope.Type.TEAM, "red", null, TYPE, WindowKind.LIFETIME, 120)),
        quiet(budget("new-red-day", Scope.Type.TEAM, "red", null, TYPE, WindowKind.DAY, 90)),
        quiet(budget("new-blue", Scope.Type.TEAM, "blue", null, IMAGE, WindowKind.MONTH, 50)),
        quiet(budget("new-blue-req", Scope.Type.TEAM, "blue", null, "requests", WindowKind.DAY, 9)),
        quiet(budget("new-member", Scope.Type.EACH_MEMBER, null, "red", TYPE, LIFE, 70)),
        quiet(budget("new-ann", Scope.Type.USER, "ann", null, TYPE, WindowKind.MONTH, 80)),
        quiet(budget("new-each", Scope.Type.EACH_USER, null, null, TYPE, LIFE, 90)));
  }

  private static Budget quiet(Budget of) {
    return with(of, List.of());
  }

  /** A budget of which more is told. */
  private static Budget told(Budget of) {
    return with(of, List.of(25, 50, 75, 90, 100));
  }

  private static Budget with(Budget of, List<Integer> thresholds) {
    return with(of, of.features(), of.models(), thresholds, of.anchorDay());
  }

  private static Budget with(
      Budget of,
      Set<String> features,
      Set<String> models,
      List<Integer> thresholds,
      int anchorDay) {
    return new Budget(
        of.id(),
        of.scope(),
        of.measure(),
        of.window(),
        of.limit(),
        of.mode(),
        features,
        models,
        thresholds,
        of.zone(),
        anchorDay);
  }

  private static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      long limit) {
    return budget(id, type, of, team, measure, window, UTC, limit);
  }

  private static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      ZoneId zone,
      long limit) {
    return new Budget(
        id,
        new Scope(type, of, team),
        measure,
        window,
        Credits.of(limit),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        zone,
        1);
  }
}
