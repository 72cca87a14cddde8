package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.wallet.WalletOwner;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an org may do by its plan, its add-ons, and the time. */
final class SubscriptionTest {

  private static final Instant LATER = NOON.plus(Duration.ofDays(1));

  private static final PlanBudget OF_EACH_USER = ofEachUser("c", WindowKind.DAY);

  private static final Map<String, Entitlement> OF_PRO =
      Map.of(
          "sso", new Entitlement.Access(true),
          "export", new Entitlement.Access(false),
          "seats", new Entitlement.Quantity(BigDecimal.TEN),
          "chat", new Entitlement.Allowance("tokens", Credits.of(8), WindowKind.DAY, null));

  private static final PricingPlan CAPPED =
      new PricingPlan(
          "capped",
          "Capped",
          null,
          Map.of(
              "sso",
              new Entitlement.Access(true),
              "chat",
              new Entitlement.Allowance("tokens", Credits.of(8), WindowKind.DAY, FailMode.DENY)),
          Map.of(),
          Map.of(),
          OveragePolicy.CAP,
          FailMode.ALLOW);

  private static final PricingPlan STRICT =
      new PricingPlan(
          "strict",
          "strict",
          null,
          Map.of("sso", new Entitlement.Access(true)),
          Map.of(),
          Map.of(),
          OveragePolicy.REJECT,
          FailMode.DENY);

  /** Its limits have the names of those of pro, and count something else. */
  private static final PricingPlan BY_REQUESTS =
      plan(
          "by-requests",
          Map.of(
              "chat", new Entitlement.Allowance("requests", Credits.of(8), WindowKind.DAY, null)),
          Map.of("each-user", ofEachUser("requests", WindowKind.DAY)));

  private static final PricingPlan FOR_LIFE = chatting("for-life", WindowKind.LIFETIME);

  private static final Catalog CATALOG =
      new Catalog(
          Map.of("c", new CreditType("c", "C", 6)),
          Set.of("tokens"),
          Map.of(
              "sso", new Feature("sso", "SSO", Feature.Kind.BOOLEAN, Set.of()),
              "seats", new Feature("seats", "Seats", Feature.Kind.NUMBER, Set.of()),
              "chat", new Feature("chat", "Chat", Feature.Kind.METERED, Set.of("tokens"))),
          new PriceList(List.of(new Rate(null, null, "c", Map.of("tokens", BigDecimal.ONE)))),
          Map.of(
              "pro",
              plan("pro", OF_PRO, Map.of("each-user", OF_EACH_USER)),
              "free",
              plan("free", Map.of(), Map.of()),
              "capped",
              CAPPED,
              "strict",
              STRICT,
              "by-requests",
              BY_REQUESTS,
              "for-life",
              FOR_LIFE,
              "by-the-year",
              chatting("by-the-year", WindowKind.YEAR),
              "by-the-month",
              chatting("by-the-month", WindowKind.MONTH)),
          Map.of(
              "more",
              new AddOn(
                  "more",
                  "More",
                  Set.of("pro"),
                  Map.of(
                      "export", new Entitlement.Access(true),
                      "sso", new Entitlement.Access(false),
                      "seats", new Entitlement.Quantity(BigDecimal.ONE),
                      "chat",
                          new Entitlement.Allowance("tokens", Credits.of(2), WindowKind.DAY, null)),
                  Map.of()),
              "calls",
              new AddOn(
                  "calls",
                  "Calls",
                  Set.of(),
                  Map.of(
                      "chat",
                      new Entitlement.Allowance("requests", Credits.of(2), WindowKind.DAY, null)),
                  Map.of())),
          Map.of(),
          Map.of());

  /** A hard budget that the org has set. */
  private static Budget own(
      String id,
      Scope.Type scope,
      String measure,
      WindowKind window,
      long limit,
      Set<String> features) {
    return new Budget(
        id,
        new Scope(scope, null, null),
        measure,
        window,
        Credits.of(limit),
        Budget.Mode.HARD,
        features,
        Set.of(),
        List.of(),
        ZoneOffset.UTC,
        1);
  }

  private static PricingPlan chatting(String id, WindowKind window) {
    return plan(
        id,
        Map.of("chat", new Entitlement.Allowance("tokens", Credits.of(8), window, null)),
        Map.of());
  }

  private static PlanBudget ofEachUser(String measure, WindowKind window) {
    return ofEachUser("each-user", measure, window);
  }

  private static PlanBudget ofEachUser(String id, String measure, WindowKind window) {
    return new PlanBudget(
        id,
        new Scope(Scope.Type.EACH_USER, null, null),
        measure,
        window,
        Credits.of(5),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(),
        1);
  }

  private static PricingPlan plan(
      String id, Map<String, Entitlement> says, Map<String, PlanBudget> budgets) {
    return new PricingPlan(
        id, id, null, says, Map.of(), budgets, OveragePolicy.RECORD, FailMode.DENY);
  }

  private static OrgSettings settings(String plan, String... addOns) {
    return new OrgSettings("Acme", ZoneOffset.UTC, plan, List.of(addOns));
  }

  private static OrgCommand put(OrgSettings settings) {
    return new OrgCommand.PutOrg(settings, "test");
  }

  private static Given<OrgCommand, OrgEvent, OrgReply> nothing() {
    OperationMemory memory = OrgWords.memory();
    return Given.nothing(new OrgAggregate(OrgWords.newOrg(memory), CATALOG), memory);
  }

  private static Given<OrgCommand, OrgEvent, OrgReply> acme(OrgSettings settings) {
    return nothing()
        .after(NOON, put(settings), new OrgCommand.PutWallet("main", WalletOwner.ORG, "test"));
  }

  /** Asks for so many tokens, each of which costs a credit. */
  private static OrgCommand ask(String feature, long tokens) {
    return OrgWords.reserve(
        OrgWords.subject(null, "ann"),
        feature,
        null,
        null,
        Map.of("tokens", tokens),
        null,
        null,
        false);
  }

  private static List<DenialCode> denied(
      Given<OrgCommand, OrgEvent, OrgReply> given, OrgCommand ask, Instant at) {
    return given.when(ask, at).reply(OrgReply.Considered.class).denials().stream()
        .map(Denial::code)
        .toList();
  }

  private static EntitlementView view(
      Given<OrgCommand, OrgEvent, OrgReply> given, String feature, Instant at) {
    return given
        .when(new OrgCommand.ViewEntitlements(List.of(feature)), at)
        .reply(OrgReply.Entitled.class)
        .features()
        .getFirst();
  }

  @Test
  void whoHasNoPlanMayUseAnything() {
    var acme = acme(settings(null));
    acme.when(ask("anything", 1_000), NOON).reply(OrgReply.Begun.class);
    assertThat(view(acme, "sso", NOON).denied()).isNull();
  }

  @Test
  void whatThePlanHasNotIsDenied() {
    var acme = acme(settings("pro"));
    for (String feature : List.of("export", "vision")) {
      assertThat(denied(acme, ask(feature, 1), NOON)).containsExactly(DenialCode.NOT_ENTITLED);
      assertThat(view(acme, feature, NOON).denied())
          .isEqualTo("the org's plan pro does not include the feature " + feature);
    }
    acme.when(ask("sso", 1), NOON).reply(OrgReply.Begun.class);
    acme.when(
            OrgWords.reserve(Subject.ofOrg("acme"), null, null, null, null, "1", "c", false), NOON)
        .reply(OrgReply.Begun.class);
  }

  @Test
  void anAddOnGivesMoreAndTakesNothing() {
    var acme = acme(settings("pro", "more"));
    assertThat(view(acme, "export", NOON).denied()).isNull();
    assertThat(view(acme, "sso", NOON).denied()).isNull();
    assertThat(view(acme, "seats", NOON).entitlement())
        .isEqualTo(new Entitlement.Quantity(new BigDecimal("11")));
    assertThat(view(acme, "chat", NOON).limit().limit()).hasToString("10");
  }

  /** Some write 10^12 for what has no end, and sell more of it. */
  @Test
  void allowancesThatAddUpToMoreThanCanBeCountedAreThatMuch() {
    Map<String, Entitlement> endless =
        Map.of(
            "chat", new Entitlement.Allowance("tokens", Credits.MAX_INPUT, WindowKind.MONTH, null));
    Map<String, AddOn> addOns = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      addOns.put("more-" + i, new AddOn("more-" + i, "More", Set.of(), endless, Map.of()));
    }
    Catalog catalog =
        new Catalog(
            CATALOG.creditTypes(),
            CATALOG.meters(),
            CATALOG.features(),
            CATALOG.prices(),
            Map.of("wide", plan("wide", endless, Map.of())),
            addOns,
            Map.of(),
            Map.of());
    Subscription subscription =
        new Subscription(settings("wide", addOns.keySet().toArray(String[]::new)), catalog);
    assertThat(subscription.limits())
        .singleElement()
        .extracting(Budget::limit)
        .isEqualTo(new Credits(Long.MAX_VALUE));
  }

  @Test
  void anAllowanceIsALimitOfTheOrg() {
    var acme = acme(settings("pro")).after(NOON, ask("chat", 3));
    assertThat(denied(acme, ask("chat", 6), NOON))
        .containsExactly(DenialCode.BUDGET_EXCEEDED, DenialCode.BUDGET_EXCEEDED);
    EntitlementView view = view(acme, "chat", NOON);
    assertThat(view.limit().held()).hasToString("3");
    assertThat(view.limit().source()).isEqualTo(LimitState.SOURCE_PLAN);
    assertThat(view.denied()).isNull();
    assertThat(denied(acme, ask("chat", 9), LATER)).contains(DenialCode.BUDGET_EXCEEDED);
  }

  @Test
  void aBudgetOfThePlanCountsUntilTheOrgSetsItsOwn() {
    var acme = acme(settings("pro"));
    assertThat(denied(acme, ask("sso", 6), NOON)).containsExactly(DenialCode.BUDGET_EXCEEDED);
    Budget own = own("own", Scope.Type.EACH_USER, "c", WindowKind.DAY, 50, Set.of());
    acme.after(NOON, OrgWords.budget(own));
    acme.when(ask("sso", 6), NOON).reply(OrgReply.Begun.class);
    acme.when(
            OrgWords.budget(
                own("plan:mine", Scope.Type.EACH_USER, "c", WindowKind.WEEK, 1, Set.of())),
            NOON)
        .thenRefused(Code.INVALID, "budget");
  }

  @Test
  void itBeginsAndEndsAndATrialIsOverUnlessItIsBought() {
    OrgSettings bought = settings("pro");
    OrgSettings begins =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, LATER, null, null);
    OrgSettings trial =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, null, LATER, null);
    OrgSettings ends =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, null, null, LATER);
    assertThat(denied(acme(begins), ask("sso", 1), NOON)).containsExactly(DenialCode.NOT_ENTITLED);
    acme(begins).when(ask("sso", 1), LATER).reply(OrgReply.Begun.class);
    for (OrgSettings each : List.of(trial, ends)) {
      Instant last = LATER.minusNanos(1_000);
      acme(each).when(ask("sso", 1), last).reply(OrgReply.Begun.class);
      var acme = acme(each);
      assertThat(denied(acme, ask(null, 1), LATER)).containsExactly(DenialCode.NOT_ENTITLED);
      acme.after(LATER, put(bought)).when(ask("sso", 1), LATER).reply(OrgReply.Begun.class);
    }
  }

  @Test
  void aTrialIsNotPutSoThatItIsOver() {
    OrgSettings trial =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, null, LATER, null);
    OrgSettings over =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, null, NOON, null);
    nothing().when(put(over), NOON).thenRefused(Code.INVALID, "trial_ends_at");
    acme(settings(null)).when(put(over), NOON).thenRefused(Code.INVALID, "trial_ends_at");
    OrgSettings renamed =
        new OrgSettings("Acme Inc", ZoneOffset.UTC, "pro", List.of(), null, null, LATER, null);
    assertThat(acme(trial).when(put(renamed), LATER).events())
        .anyMatch(OrgEvent.OrgPut.class::isInstance);
  }

  private static OveragePolicy policy(
      Given<OrgCommand, OrgEvent, OrgReply> given, OveragePolicy asked) {
    return policy(given, asked, null);
  }

  private static OveragePolicy policy(
      Given<OrgCommand, OrgEvent, OrgReply> given, OveragePolicy asked, Reported reported) {
    OrgCommand.Reserve ask = (OrgCommand.Reserve) ask("sso", 1);
    ReserveRequest wish = ask.request();
    ReserveRequest named =
        new ReserveRequest(
            wish.subject(),
            wish.feature(),
            null,
            null,
            null,
            wish.usage(),
            null,
            null,
            300,
            asked,
            false,
            false,
            Map.of());
    return given
        .when(
            new OrgCommand.Reserve(
                reported == null ? named : named.as(reported),
                ask.key(),
                ask.actor(),
                ask.idempotencyKey(),
                ask.salt()),
            NOON)
        .reply(OrgReply.Begun.class)
        .plan()
        .request()
        .overagePolicy();
  }

  @Test
  void thePlanSaysWhatHappensToAnExcessUnlessTheRequestDoes() {
    assertThat(policy(acme(settings("capped")), null)).isEqualTo(OveragePolicy.CAP);
    assertThat(policy(acme(settings("capped")), OveragePolicy.REJECT))
        .isEqualTo(OveragePolicy.REJECT);
    assertThat(policy(acme(settings("pro")), null)).isEqualTo(OveragePolicy.RECORD);
    assertThat(policy(acme(settings(null)), null)).isEqualTo(OveragePolicy.RECORD);
  }

  /** It can't be undone, and many who tell of it never do so again. */
  @Test
  void thePlanRejectsNothingThatHasRun() {
    Reported event = new Reported("gateway", "1", NOON);
    assertThat(policy(acme(settings("strict")), null)).isEqualTo(OveragePolicy.REJECT);
    assertThat(policy(acme(settings("strict")), null, event)).isEqualTo(OveragePolicy.RECORD);
    assertThat(policy(acme(settings("strict")), OveragePolicy.REJECT, event))
        .isEqualTo(OveragePolicy.REJECT);
    assertThat(policy(acme(settings("capped")), null, event)).isEqualTo(OveragePolicy.CAP);
  }

  @Test
  void thePlanSaysWhatIsDoneWhileNobodyCanBeAskedUnlessAnAllowanceDoes() {
    var capped = acme(settings("capped"));
    assertThat(view(capped, "sso", NOON).failMode()).isEqualTo(FailMode.ALLOW);
    assertThat(view(capped, "chat", NOON).failMode()).isEqualTo(FailMode.DENY);
    assertThat(view(acme(settings(null)), "sso", NOON).failMode()).isNull();
  }

  /** What is open was promised: the next request is decided by what counts then. */
  @Test
  void aChangeOfPlanLeavesWhatIsOpen() {
    var acme = acme(settings("pro")).after(NOON, ask("chat", 3), put(settings("free")));
    assertThat(denied(acme, ask("chat", 1), NOON)).containsExactly(DenialCode.NOT_ENTITLED);
    acme.after(NOON, put(settings("pro")));
    assertThat(view(acme, "chat", NOON).limit().held()).as("it counts on").hasToString("3");
  }

  /** What was counted in tokens or credits is no number of requests. */
  @Test
  void aLimitThatCountsInAnotherUnitBeginsWithNothing() {
    var acme = acme(settings("pro")).after(NOON, ask("chat", 3));
    assertThat(held(acme, ask("chat", 1)))
        .containsExactlyInAnyOrder(
            "plan:budget:each-user:c:day 4", "plan:feature:chat:tokens:day 4");
    acme.after(NOON, put(settings("by-requests")));
    assertThat(held(acme, ask("chat", 1)))
        .containsExactlyInAnyOrder(
            "plan:budget:each-user:requests:day 1", "plan:feature:chat:requests:day 1");
    acme.after(NOON, put(settings("pro")));
    assertThat(held(acme, ask("chat", 1)))
        .containsExactlyInAnyOrder(
            "plan:budget:each-user:c:day 5", "plan:feature:chat:tokens:day 5");
  }

  /** A year and a month begin together in January, and the month is over and forgotten sooner. */
  @Test
  void aLimitOfAnotherWindowInBetweenForgetsNothing() {
    Instant january = Instant.parse("2024-01-10T12:00:00Z");
    Instant february = Instant.parse("2024-02-06T12:00:00Z");
    var acme = acme(settings("by-the-year"));
    acme.after(january, used(acme, "chat", 8, january), put(settings("by-the-month")));
    acme.after(january, used(acme, "chat", 1, january));
    acme.after(february, used(acme, "chat", 1, february), put(settings("by-the-year")));
    assertThat(denied(acme, ask("chat", 1), february)).containsExactly(DenialCode.BUDGET_EXCEEDED);
  }

  /** So much was used, as the wallet tells. */
  private static OrgCommand used(
      Given<OrgCommand, OrgEvent, OrgReply> given, String feature, long tokens, Instant at) {
    String reservation =
        given.when(ask(feature, tokens), at).reply(OrgReply.Begun.class).plan().reservation();
    return new OrgCommand.Settle(
        Closure.of(reservation, Credits.of(tokens), Closure.Kind.COMMITTED));
  }

  /** Else a customer's own admin could use more than was sold. */
  @Test
  void noBudgetAndNoOverrideOfTheOrgsLetsMorePassThanThePlanAllows() {
    Budget own = own("own", Scope.Type.ORG, "tokens", WindowKind.DAY, 1_000, Set.of("chat"));
    var acme =
        acme(settings("capped"))
            .after(
                NOON,
                OrgWords.budget(own),
                override("more", null, Credits.of(1_000), false),
                override("none", null, null, false));
    assertThat(denied(acme, ask("chat", 9), NOON)).containsExactly(DenialCode.BUDGET_EXCEEDED);
    // when whoever sells the plan says so
    acme.when(override("gift", "plan:feature:chat:tokens:week", Credits.of(10)), NOON)
        .thenRefused(Code.BUDGET_NOT_FOUND, "budget");
    acme.after(NOON, override("gift", "plan:feature:chat:tokens:day", Credits.of(10)));
    // then
    acme.when(ask("chat", 10), NOON).reply(OrgReply.Begun.class);
    assertThat(denied(acme, ask("chat", 11), NOON)).containsExactly(DenialCode.BUDGET_EXCEEDED);
    // and nobody else does, or takes it back
    String allowance = "plan:feature:chat:tokens:day";
    for (OrgCommand each :
        List.of(
            override("mine", allowance, Credits.of(99), false),
            override("gift", null, Credits.of(99), false),
            new OrgCommand.RemoveOverride("gift", false, "test"))) {
      acme.when(each, NOON).thenRefused(Code.FORBIDDEN, "override");
    }
    // until that is over
    acme.after(NOON, override("gift", allowance, Credits.of(10)));
    acme.when(override("gift", null, Credits.of(99), false), LATER)
        .thenRefused(Code.INVALID, "until");
    acme.after(LATER, new OrgCommand.RemoveOverride("gift", false, "test"));
  }

  /** An amount of credits is no number of requests. */
  @Test
  void whatIsToBeChangedIsNamedWhereThePlanCountsSomethingElse() {
    var acme = acme(settings("by-requests"));
    OrgCommand forUsers =
        new OrgCommand.PutOverride(
            new LimitOverride(
                "more",
                new Scope(Scope.Type.EACH_USER, null, null),
                null,
                Credits.of(9),
                LATER,
                "x"),
            true,
            "test");
    acme.when(forUsers, NOON).reply(OrgReply.Done.class);
    Budget own = own("own", Scope.Type.EACH_USER, "c", WindowKind.DAY, 50, Set.of());
    acme.after(NOON, OrgWords.budget(own));
    acme.when(forUsers, NOON).thenRefused(Code.INVALID, "budget");
  }

  private static OrgCommand override(String id, @Nullable String budget, @Nullable Credits limit) {
    return override(id, budget, limit, true);
  }

  private static OrgCommand override(
      String id, @Nullable String budget, @Nullable Credits limit, boolean byOperator) {
    return new OrgCommand.PutOverride(
        new LimitOverride(
            id, new Scope(Scope.Type.ORG, null, null), budget, limit, LATER, "a gift"),
        byOperator,
        "test");
  }

  /** Ids and measures may have colons. */
  @Test
  void noTwoLimitsHaveOneName() {
    PricingPlan colons =
        plan(
            "colons",
            Map.of(),
            Map.of(
                "a",
                ofEachUser("a", "b:c", WindowKind.DAY),
                "a:b",
                ofEachUser("a:b", "c", WindowKind.DAY),
                "a%3Ab",
                ofEachUser("a", "b%3Ac", WindowKind.DAY)));
    Subscription it =
        new Subscription(
            settings("colons"),
            new Catalog(
                CATALOG.creditTypes(),
                Set.of("b:c", "b%3Ac"),
                CATALOG.features(),
                CATALOG.prices(),
                Map.of("colons", colons),
                Map.of(),
                Map.of(),
                Map.of()));
    assertThat(it.limits())
        .extracting(Budget::id)
        .containsExactlyInAnyOrder(
            "plan:budget:a:b%3Ac:day", "plan:budget:a:b:c:day", "plan:budget:a:b%253Ac:day");
  }

  private static List<String> held(Given<OrgCommand, OrgEvent, OrgReply> given, OrgCommand ask) {
    return given.when(ask, NOON).reply(OrgReply.Begun.class).plan().limits().stream()
        .map(limit -> limit.budget() + " " + limit.held())
        .toList();
  }

  /** An add-on's allowance counts in the place of the plan's, and what was used in it does not. */
  @Test
  void anAllowanceOfAnAddOnThatCountsInAnotherUnitBeginsWithNothing() {
    var acme = acme(settings("pro")).after(NOON, ask("chat", 3), put(settings("pro", "calls")));
    EntitlementView view = view(acme, "chat", NOON);
    assertThat(view.limit().budget()).isEqualTo("plan:feature:chat:requests:day");
    assertThat(view.limit().held()).hasToString("0");
  }

  private static OrgSettings in(String zone, String plan) {
    return new OrgSettings("Acme", ZoneId.of(zone), plan, List.of());
  }

  /** In another zone a day, or a month, begins at another instant: all would be free once more. */
  @Test
  void theZoneStaysWhileThePlanHasLimitsWithWindows() {
    var acme = acme(in("Europe/Berlin", "pro")).after(NOON, ask("chat", 3));
    Refusal refusal = acme.when(put(in("UTC", "pro")), NOON).refusal();
    assertThat(refusal.code()).isEqualTo(Code.OWNER_FIXED);
    assertThat(refusal.field()).isEqualTo("timezone");
    assertThat(refusal.detail()).contains("Europe/Berlin", "without a plan");
    acme.when(put(in("UTC", "by-requests")), NOON).thenRefused(Code.OWNER_FIXED, "timezone");
    assertThat(view(acme, "chat", NOON).limit().held()).hasToString("3");
    acme.after(NOON, put(in("Europe/Berlin", "by-requests")), put(in("Europe/Berlin", "pro")));
    assertThat(view(acme, "chat", NOON).limit().held()).hasToString("3");
  }

  @Test
  void theZoneMayChangeWhereNothingOfThePlanIsCountedByIt() {
    for (String plan : List.of("free", "for-life")) {
      acme(in("Europe/Berlin", plan)).after(NOON, put(in("UTC", plan)), put(in("UTC", "pro")));
    }
    acme(in("Europe/Berlin", null)).after(NOON, put(in("UTC", "pro")));
    acme(in("Europe/Berlin", "pro")).after(NOON, put(in("UTC", null)), put(in("UTC", "pro")));
    acme(in("Europe/Berlin", "pro")).after(NOON, put(in("UTC", "free")));
    acme(in("UTC", "pro")).after(NOON, put(settings("pro")), put(in("Etc/UTC", "pro")));
  }

  @Test
  void whetherTheZoneMayChangeIsKnownByTheCatalogOnly() {
    AtomicReference<@Nullable Catalog> counts = new AtomicReference<>(CATALOG);
    OperationMemory memory = OrgWords.memory();
    Catalogs catalogs = (org, version, at) -> counts.get();
    var acme =
        Given.nothing(new OrgAggregate(OrgWords.newOrg(memory), catalogs), memory)
            .after(NOON, put(in("Europe/Berlin", "pro")));
    counts.set(null);
    acme.when(put(in("UTC", "pro")), NOON).thenRefused(Code.CATALOG_UNKNOWN);
    acme.after(
        NOON,
        put(new OrgSettings("Acme Inc", ZoneId.of("Europe/Berlin"), "pro", List.of())),
        put(in("UTC", null)));
  }

  @Test
  void aPlanOrAddOnThatIsNotThereIsRefused() {
    nothing().when(put(settings("gold")), NOON).thenRefused(Code.INVALID, "plan");
    nothing().when(put(settings("pro", "less")), NOON).thenRefused(Code.INVALID, "add_ons");
    nothing().when(put(settings("free", "more")), NOON).thenRefused(Code.INVALID, "add_ons");
    acme(settings("pro", "more"))
        .after(NOON, ask("chat", 1))
        .when(put(settings("free", "more")), NOON)
        .thenRefused(Code.INVALID, "add_ons");
  }
}
