package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.EACH_USER;
import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.PUT;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.filtered;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.budget.BudgetWords.user;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.wallet.WalletOwner;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an org holds of its limits for those who decide by themselves. */
final class LeaseRulesTest {

  private static final Lateness LATENESS =
      new Lateness(Duration.ofHours(2), Duration.ofHours(72), Duration.ofMinutes(5));
  private static final Instant ONE = NOON.plus(Duration.ofHours(1));
  private static final Subject ANN = subject("research", "ann");

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = new Org("acme", LATENESS, memory);
  private final Given<OrgCommand, OrgEvent, OrgReply> acme = acme(org, memory);

  private static OrgCommand.Reserve lease(Subject subject, String amount) {
    return lease("L1", subject, null, amount, Map.of(), 3_600, null);
  }

  private static OrgCommand.Reserve lease(
      String key,
      Subject subject,
      String model,
      String amount,
      Map<String, Long> meters,
      long ttl,
      String more) {
    return lease(key, subject, model, Credits.parse(amount), meters, ttl, more);
  }

  private static OrgCommand.Reserve lease(
      String key,
      Subject subject,
      String model,
      Credits amount,
      Map<String, Long> meters,
      long ttl,
      String more) {
    return new OrgCommand.Reserve(
        new ReserveRequest(
            subject,
            "chat",
            model,
            null,
            null,
            null,
            amount,
            "platform",
            ttl,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of(),
            null,
            null,
            new LeaseTerms("sidecar-1", 600, meters, more)),
        key,
        "key1",
        key,
        new byte[16]);
  }

  private static OrgCommand.Reserve use(String lease, String id, String amount, Instant at) {
    OrgCommand.Reserve work = OrgWords.reserve(ANN, amount);
    return new OrgCommand.Reserve(
        work.request().as(new Reported(lease, id, at, 1L)), id, "key1", null, new byte[16]);
  }

  private Plan begun(OrgCommand command, Instant at) {
    return acme.when(command, at).reply(OrgReply.Begun.class).plan();
  }

  private void settle(Closure closure) {
    acme.after(NOON, new OrgCommand.Settle(closure));
  }

  /** What is used and held of a budget, as {@code 1/2}, window by window. */
  private List<String> tallies(String budget) {
    return org.tallies().counters().get(new Tallies.Counter(budget, "")).stream()
        .map(tally -> tally.used() + "/" + tally.held())
        .toList();
  }

  private static Budget measuring(String id, Scope scope, String measure, WindowKind window) {
    return new Budget(
        id,
        scope,
        measure,
        window,
        Credits.parse("100"),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(),
        ZoneId.of("UTC"),
        1);
  }

  @Test
  void itExpiresWithTheFirstWindowThatItHoldsIn() {
    Instant evening = Instant.parse("2024-01-31T23:30:00Z");
    acme.after(evening, OrgWords.budget(daily("b", ORG, "10")));
    assertThat(begun(lease(ANN, "4"), evening).leaseUntil())
        .isEqualTo(Instant.parse("2024-02-01T00:00:00Z"));
    assertThat(begun(lease("L2", ANN, null, "4", Map.of(), 60, null), evening).leaseUntil())
        .isEqualTo(evening.plusSeconds(60));
  }

  private List<OrgReply.OpenLease> out(Instant at) {
    return acme.when(new OrgCommand.ListLeases(), at).reply(OrgReply.Leased.class).leases();
  }

  @Test
  void itIsOutFromWhenItIsBegunUntilItExpiresOrIsClosed() {
    begun(OrgWords.reserve(ANN, "1"), NOON);
    assertThat(out(NOON)).isEmpty();
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Instant until = NOON.plusSeconds(3_600);
    assertThat(out(NOON))
        .containsExactly(new OrgReply.OpenLease(lease, "key1", "sidecar-1", until));
    Plan more = begun(lease("L2", ANN, null, "6", Map.of(), 7_200, lease), NOON);
    Instant later = NOON.plusSeconds(7_200);
    assertThat(out(until))
        .as("what is to be added prolongs it, whoever adds it")
        .containsExactly(new OrgReply.OpenLease(lease, "key1", "sidecar-1", later));
    settle(Closure.added(more.reservation(), lease));
    assertThat(out(until)).hasSize(1);
    assertThat(out(later)).isEmpty();
    settle(Closure.givenBack(lease).drawnFrom(lease));
    assertThat(out(NOON)).isEmpty();
  }

  /** It was settled, and all of it was forgotten, before a copy of the report's question came. */
  @Test
  void whatWasAddedIsNotAddedAgainUnderAKeyThatTellsWhenItWasMade() {
    OperationMemory one = new OperationMemory(1, Duration.ofDays(1).toNanos() / 1_000);
    Given<OrgCommand, OrgEvent, OrgReply> forgetful = acme(new Org("acme", LATENESS, one), one);
    Request<OrgCommand> other = leasing("other", null);
    String lease = forgetful.when(other, NOON).reply(OrgReply.Begun.class).plan().reservation();
    Request<OrgCommand> adding = leasing(madeAt(NOON), lease);
    Plan more = forgetful.when(adding, NOON).reply(OrgReply.Begun.class).plan();
    forgetful.after(NOON, new OrgCommand.Settle(Closure.added(more.reservation(), lease)));
    forgetful.when(leasing("another", null), NOON.plusSeconds(1)).reply(OrgReply.Begun.class);
    forgetful.when(adding, NOON.plusSeconds(2)).thenRefused(Code.IDEMPOTENCY_KEY_EXPIRED);
  }

  private static Request<OrgCommand> leasing(String key, @Nullable String more) {
    Caller call = new Caller("key1", key, key, 7);
    Caller caller = more == null ? call : call.next("more");
    OrgCommand.Reserve ask = lease(caller.key(), ANN, null, "1", Map.of(), 3_600, more);
    return new Request<>(ask, caller.reserving(ask.request()));
  }

  private static String madeAt(Instant at) {
    long millis = at.toEpochMilli();
    return "%08x-%04x-7000-8000-000000000001".formatted(millis >>> 16, millis & 0xffff);
  }

  /** What was added last is heard of first. */
  @Test
  void itIsOutUntilWhatWasAddedLastIsOverInWhateverOrderThatIsHeardOf() {
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Plan first = begun(lease("L2", ANN, null, "1", Map.of(), 5_000, lease), NOON);
    Plan last = begun(lease("L3", ANN, null, "1", Map.of(), 7_200, lease), NOON);
    settle(Closure.added(last.reservation(), lease));
    settle(Closure.added(first.reservation(), lease));
    assertThat(out(NOON).getFirst().until()).isEqualTo(NOON.plusSeconds(7_200));
  }

  @Test
  void itHoldsWhatItIsGrantedInEveryLimit() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    begun(lease(ANN, "8"), NOON);
    assertThat(tallies("b")).containsExactly("0/8");
    var no = acme.when(OrgWords.reserve(ANN, "3"), NOON).reply(OrgReply.Considered.class);
    assertThat(no.denials().getFirst().code()).isEqualTo(DenialCode.BUDGET_EXCEEDED);
  }

  @Test
  void whatIsUsedOfItIsHeldNoMore() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Plan used = begun(use(lease, "u1", "3", NOON), NOON);
    settle(Closure.of(used.reservation(), used.amount(), Closure.Kind.COMMITTED).drawnFrom(lease));
    assertThat(tallies("b")).containsExactly("3/5");
    settle(Closure.givenBack(lease).drawnFrom(lease));
    assertThat(tallies("b")).containsExactly("3/0");
  }

  @Test
  void whatNoLeaseCoversIsUsedBesides() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Plan used = begun(use(lease, "u1", "3", NOON), NOON);
    settle(Closure.of(used.reservation(), used.amount(), Closure.Kind.COMMITTED));
    assertThat(tallies("b")).containsExactly("3/8");
  }

  /** It was charged before the lease was added to, and is told after that. */
  @Test
  void whatALeaseDidNotCoverLessensNothingThatWasAddedSince() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "100")));
    String lease = begun(lease(ANN, "10"), NOON).reservation();
    Plan used = begun(use(lease, "u1", "15", NOON), NOON);
    Plan more = begun(lease("L2", ANN, null, "20", Map.of(), 60, lease), NOON);
    settle(Closure.added(more.reservation(), lease));
    settle(
        Closure.of(used.reservation(), used.amount(), Closure.Kind.COMMITTED)
            .drawnFrom(lease, Credits.of(10)));
    assertThat(tallies("b")).containsExactly("15/20");
  }

  @Test
  void itIsAddedToAndHandedBackFrom() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "20")));
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Plan more = begun(lease("L2", ANN, null, "6", Map.of(), 7_200, lease), NOON);
    assertThat(tallies("b")).containsExactly("0/14");
    settle(Closure.added(more.reservation(), lease));
    assertThat(tallies("b")).containsExactly("0/14");
    assertThat(org.open()).containsOnlyKeys(lease);
    assertThat(org.open().get(lease).leaseUntil()).isEqualTo(more.leaseUntil());
    settle(Closure.shrunk(lease, Credits.parse("5")));
    settle(Closure.shrunk(lease, Credits.parse("5")));
    assertThat(tallies("b")).containsExactly("0/9");
    settle(Closure.shrunk(lease, Credits.parse("7")));
    settle(Closure.shrunk(lease, Credits.parse("5")));
    assertThat(tallies("b")).containsExactly("0/7");
    settle(Closure.givenBack(lease).drawnFrom(lease));
    assertThat(tallies("b")).containsExactly("0/0");
  }

  @Test
  void aMeterThatAHardLimitCountsHasToBeAskedFor() {
    acme.after(NOON, OrgWords.budget(measuring("r", ORG, "requests", WindowKind.DAY)));
    acme.when(lease(ANN, "4"), NOON).thenRefused(Code.INVALID, "meters.requests");
    String lease =
        begun(lease("L2", ANN, null, "4", Map.of("requests", 30L), 60, null), NOON).reservation();
    assertThat(tallies("r")).containsExactly("0/30");
    Plan used = begun(use(lease, "u1", "3", NOON), NOON);
    settle(Closure.of(used.reservation(), used.amount(), Closure.Kind.COMMITTED).drawnFrom(lease));
    assertThat(tallies("r")).containsExactly("1/29");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # it is to hold; may there be such a lease?
          platform,          false
          image,             false
          nonsense,          false
          tokens,            true
          requests,          true
          open_reservations, true
          """)
  void onlyWhatIsCountedBesidesCreditsIsAskedForByItself(String meter, boolean granted) {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    var first = acme.when(lease("L1", ANN, null, "4", Map.of(meter, 1L), 60, null), NOON);
    if (granted) {
      first.reply(OrgReply.Begun.class);
      return;
    }
    first.thenRefused(Code.INVALID, "meters." + meter);
    acme.when(lease("L2", ANN, null, "4", Map.of(meter, 1L), 60, "lease"), NOON)
        .thenRefused(Code.INVALID, "top_up_meters." + meter);
  }

  @Test
  void nothingLessThanNothingIsHeld() {
    acme.when(lease("L1", ANN, null, Credits.of(-1), Map.of(), 60, null), NOON)
        .thenRefused(Code.INVALID, "amount");
  }

  @Test
  void itHoldsWhereItsModelMayCount() {
    acme.after(
        NOON,
        OrgWords.budget(
            filtered("m", ORG, "10", Budget.Mode.HARD, WindowKind.DAY, Set.of(), Set.of("small"))));
    begun(lease(ANN, "4"), NOON);
    assertThat(tallies("m")).containsExactly("0/4");
    begun(lease("L2", ANN, "big", "5", Map.of(), 60, null), NOON);
    assertThat(tallies("m")).containsExactly("0/4");
  }

  private static OrgCommand.Reserve wide(String key, Set<String> canName, String more) {
    return new OrgCommand.Reserve(
        new ReserveRequest(
            ANN,
            null,
            null,
            null,
            null,
            null,
            Credits.of(4),
            "platform",
            60,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of(),
            null,
            null,
            new LeaseTerms("sidecar-1", 600, Map.of(), more, canName)),
        key,
        "key1",
        key,
        new byte[16]);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # a limit of; in mode; counts feature; which is named: may be, if need be; is it too wide?
          org,  HARD,   chat, feature, true
          org,  HARD,   chat, -,       false
          org,  HARD,   -,    feature, false
          org,  SOFT,   chat, feature, true
          org,  SHADOW, chat, feature, true
          team, HARD,   chat, feature, true
          bot,  SOFT,   chat, feature, false
          """)
  void whoCanNameTheFeatureHasToWhereALimitCountsOnlySome(
      String of, Budget.Mode mode, String counted, String canName, boolean tooWide) {
    Scope scope =
        switch (of) {
          case "org" -> ORG;
          case "team" -> unit(Scope.Type.TEAM, "research");
          default -> unit(Scope.Type.AGENT, "bot");
        };
    Set<String> features = counted == null ? Set.of() : Set.of(counted);
    acme.after(
        NOON,
        OrgWords.budget(filtered("f", scope, "10", mode, WindowKind.DAY, features, Set.of())));
    var then = acme.when(wide("L1", canName == null ? Set.of() : Set.of(canName), null), NOON);
    if (tooWide) {
      then.thenRefused(Code.LEASE_TOO_WIDE, "feature");
    } else {
      assertThat(then.reply(OrgReply.Begun.class).plan().amount()).isEqualTo(Credits.of(4));
    }
  }

  @Test
  void nothingIsAddedToALeaseForAnyFeatureOnceALimitCountsOnlySome() {
    String lease = begun(wide("L1", Set.of("feature"), null), NOON).reservation();
    acme.after(
        NOON,
        OrgWords.budget(
            filtered("f", ORG, "10", Budget.Mode.HARD, WindowKind.DAY, Set.of("chat"), Set.of())));
    acme.when(wide("L2", Set.of("feature"), lease), NOON)
        .thenRefused(Code.LEASE_TOO_WIDE, "feature");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # a hard limit of; the lease is for team, user; what has it to name?
          user,       -,        -,   subject.user
          user,       research, -,   subject.user
          user,       research, ann, -
          user,       research, bob, -
          each_user,  research, -,   subject.user
          each_user,  research, ann, -
          team,       -,        -,   subject.team
          team,       -,        ann, subject.team
          team,       research, -,   -
          team,       sales,    -,   -
          department, -,        -,   subject.team
          department, research, -,   -
          agent,      research, ann, subject.agent
          """)
  void noHardLimitMayCountOnlySomeOfIt(
      String of, String team, String user, @Nullable String unnamed) {
    Scope scope =
        switch (of) {
          case "user" -> user("ann");
          case "each_user" -> EACH_USER;
          case "team" -> unit(Scope.Type.TEAM, "research");
          case "department" -> unit(Scope.Type.DEPARTMENT, "labs");
          default -> unit(Scope.Type.AGENT, "bot");
        };
    acme.after(NOON, OrgWords.budget(daily("b", scope, "10")));
    var then = acme.when(lease(subject(team, user), "4"), NOON);
    if (unnamed == null) {
      assertThat(then.reply(OrgReply.Begun.class).plan().amount()).isEqualTo(Credits.of(4));
    } else {
      then.thenRefused(Code.LEASE_TOO_WIDE, unnamed);
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # frozen is; the lease is for team, user; what has it to name?
          user,       -,        -,   subject.user
          user,       research, -,   subject.user
          user,       research, bob, -
          team,       -,        -,   subject.team
          team,       sales,    -,   -
          department, -,        ann, subject.team
          agent,      research, ann, subject.agent
          """)
  void nobodyWhoIsFrozenMayBeServedByIt(
      String of, String team, String user, @Nullable String unnamed) {
    Scope scope =
        switch (of) {
          case "user" -> user("ann");
          case "team" -> unit(Scope.Type.TEAM, "research");
          case "department" -> unit(Scope.Type.DEPARTMENT, "labs");
          default -> unit(Scope.Type.AGENT, "bot");
        };
    Freeze freeze = new Freeze(scope, NOON.plusSeconds(60), "misuse");
    acme.after(NOON, new OrgCommand.FreezeScope(freeze, "key1"));
    var then = acme.when(lease(subject(team, user), "4"), NOON);
    if (unnamed == null) {
      then.reply(OrgReply.Begun.class);
    } else {
      then.thenRefused(Code.LEASE_TOO_WIDE, unnamed);
      assertThat(begun(lease(subject(team, user), "4"), NOON.plusSeconds(60))).isNotNull();
    }
  }

  private List<Subject> whomItCouldName(Scope of) {
    acme.after(NOON, OrgWords.budget(daily("b", of, "10")));
    return acme.when(lease(subject("research", null), "4"), NOON).refusal().subjects();
  }

  @Test
  void whomALeaseCouldNameIsTold() {
    acme.after(NOON, OrgWords.user("bob", "research", "sales"), OrgWords.user("cid"));
    assertThat(whomItCouldName(EACH_USER))
        .containsExactly(
            ANN, subject("research", "bob"), subject("sales", "bob"), subject(null, "cid"));
  }

  /** A lease of the other team would not be too wide. */
  @Test
  void whomALimitDoesNotCountIsNotTold() {
    acme.after(NOON, OrgWords.user("bob", "research", "sales"), OrgWords.user("cid"));
    assertThat(whomItCouldName(new Scope(Scope.Type.EACH_MEMBER, null, "research")))
        .containsExactly(ANN, subject("research", "bob"));
  }

  @Test
  void ofManyNoneIsTold() {
    for (int i = 0; i < 64; i++) {
      acme.after(NOON, OrgWords.user("u" + i, "research"));
    }
    assertThat(whomItCouldName(EACH_USER)).isEmpty();
  }

  @Test
  void aLimitThatIsAboutToBeSetIsLookedAt() {
    acme.after(
        NOON, new OrgCommand.DraftBudget(daily("b", user("ann"), "10"), "attempt-1", "key1", PUT));
    acme.when(lease(subject("research", null), "4"), NOON)
        .thenRefused(Code.LEASE_TOO_WIDE, "subject.user");
  }

  private String leasedBeforeTheHour() {
    return begun(lease("L1", ANN, null, "8", Map.of(), 7_200, null), ONE.minusSeconds(120))
        .reservation();
  }

  @Test
  void aLimitThatIsSetHoldsItInTheWindowInWhichItIsUsed() {
    leasedBeforeTheHour();
    Budget hourly = measuring("h", ORG, "platform", WindowKind.HOUR);
    acme.after(ONE.plusSeconds(60), new OrgCommand.DraftBudget(hourly, "attempt-1", "key1", PUT));
    var windows = org.tallies().counters().values().iterator().next();
    assertThat(windows).hasSize(1);
    assertThat(windows.getFirst().windowStart()).isEqualTo(ONE);
    assertThat(windows.getFirst().held()).isEqualTo(Credits.of(8));
  }

  @Test
  void nothingIsAddedInWindowsInWhichItDoesNotHold() {
    String lease = leasedBeforeTheHour();
    Scope team = unit(Scope.Type.TEAM, "research");
    acme.after(
        ONE.minusSeconds(60), OrgWords.budget(measuring("h", team, "platform", WindowKind.HOUR)));
    OrgCommand.Reserve more = lease("L2", ANN, null, "0", Map.of(), 7_200, lease);
    acme.when(more, ONE.plusSeconds(1)).thenRefused(Code.LEASE_ENDED);
    assertThat(begun(lease("L3", ANN, null, "4", Map.of(), 60, null), ONE.plusSeconds(1)))
        .as("another lease can be had")
        .isNotNull();
  }

  @Test
  void nothingIsAddedInALimitInWhichItDoesNotHold() {
    String lease = leasedBeforeTheHour();
    acme.after(ONE, OrgWords.budget(measuring("m", ORG, "platform", WindowKind.MONTH)));
    acme.when(lease("L2", ANN, null, "0", Map.of(), 7_200, lease), ONE.plusSeconds(1))
        .thenRefused(Code.LEASE_ENDED);
  }

  /** A day of its plan begins at another instant since the org was without a plan meanwhile. */
  @Test
  void nothingIsAddedInAWindowOfAnotherTimeZone() {
    PlanBudget day =
        new PlanBudget(
            "day",
            ORG,
            "platform",
            WindowKind.DAY,
            Credits.of(10),
            Budget.Mode.HARD,
            Set.of(),
            Set.of(),
            List.of(),
            1);
    Map<String, Entitlement> chat = Map.of("chat", new Entitlement.Access(true));
    PricingPlan capped =
        new PricingPlan(
            "capped",
            "Capped",
            null,
            chat,
            Map.of(),
            Map.of("day", day),
            OveragePolicy.RECORD,
            FailMode.DENY);
    Catalog catalog =
        new Catalog(
            Map.of("platform", new CreditType("platform", "Credits", 6)),
            Set.of(),
            Map.of(),
            new PriceList(List.of()),
            Map.of("capped", capped),
            Map.of(),
            Map.of(),
            Map.of());
    var given = Given.nothing(new OrgAggregate(org, catalog), memory);
    given.after(
        NOON,
        put("Europe/Berlin", "capped"),
        OrgWords.wallet("main", null),
        OrgWords.put("research", Unit.Kind.TEAM, null));
    String lease =
        given.when(lease(ANN, "6"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(NOON, put("UTC", null), put("UTC", "capped"));
    given
        .when(lease("L2", ANN, null, "6", Map.of(), 60, lease), NOON)
        .thenRefused(Code.LEASE_ENDED);
    given.when(lease("L3", ANN, null, "6", Map.of(), 60, null), NOON).reply(OrgReply.Begun.class);
  }

  private static OrgCommand put(String zone, @Nullable String plan) {
    return new OrgCommand.PutOrg(new OrgSettings("Acme", ZoneId.of(zone), plan, List.of()), "key1");
  }

  @Test
  void aMeterThatItHadNothingOfIsAdded() {
    String lease = leasedBeforeTheHour();
    acme.after(ONE, OrgWords.budget(measuring("t", ORG, "tokens", WindowKind.MONTH)));
    acme.when(lease("L2", ANN, null, "0", Map.of(), 7_200, lease), ONE.plusSeconds(1))
        .thenRefused(Code.INVALID, "top_up_meters.tokens");
    begun(lease("L3", ANN, null, "0", Map.of("tokens", 5L), 7_200, lease), ONE.plusSeconds(1));
    assertThat(tallies("t")).containsExactly("0/5");
  }

  @Test
  void nothingIsAddedOnceItsTeamHasAWalletOfItsOwn() {
    String lease = begun(lease("L1", ANN, null, "8", Map.of(), 60, null), NOON).reservation();
    OrgCommand.Reserve more = lease("L2", ANN, null, "1", Map.of(), 60, lease);
    acme.after(NOON, new OrgCommand.PutWallet("research", new WalletOwner("research"), "key1"));
    acme.when(more, NOON).thenRefused(Code.LEASE_ENDED);
    assertThat(begun(lease("L3", ANN, null, "4", Map.of(), 60, null), NOON).wallet())
        .isEqualTo("research");
  }

  /** Whoever might hold for it has been told that it never begins. */
  @Test
  void whatWasBarredIsNotLeased() {
    String name = ReservationId.of("acme", "main", "L1", new byte[16]).toString();
    acme.after(NOON, new OrgCommand.Bar(name));
    acme.when(lease(ANN, "4"), NOON).thenRefused(Code.ATTEMPT_WITHDRAWN);
  }

  @Test
  void nothingIsAddedOnceItHasExpired() {
    String lease = begun(lease("L1", ANN, null, "8", Map.of(), 60, null), NOON).reservation();
    begun(lease("L2", ANN, null, "1", Map.of(), 60, lease), NOON.plusSeconds(59));
    acme.when(lease("L3", ANN, null, "1", Map.of(), 60, lease), NOON.plusSeconds(60))
        .thenRefused(Code.LEASE_ENDED);
  }

  /**
   * The catalog OrgWords.CATALOG as version 1, and one in which all costs a credit as version 2.
   */
  private static final class TwoVersions implements Catalogs {

    private static final Catalog DEAR =
        new Catalog(
            Map.of("platform", "Credits"),
            Set.of("tokens"),
            List.of(new Rate(null, "big", "platform", Map.of("tokens", BigDecimal.ONE))));

    private int published = 1;

    @Override
    public Catalog of(String org, Integer pinned, Instant at) {
      return version(org, pinned, at) == 1 ? OrgWords.CATALOG : DEAR;
    }

    @Override
    public Integer version(String org, Integer pinned, Instant at) {
      return pinned != null ? pinned : (Integer) published;
    }
  }

  @Test
  void whatIsDecidedFromItCostsWhatItsHolderKnew() {
    TwoVersions versions = new TwoVersions();
    var given = Given.nothing(new OrgAggregate(org, versions), memory);
    given.after(
        NOON, new OrgCommand.PutOrg(OrgWords.settings(), "key1"), OrgWords.wallet("main", null));
    Subject subject = Subject.ofOrg("acme");
    Plan lease =
        given
            .when(lease("L1", subject, null, "100", Map.of(), 3_600, null), NOON)
            .reply(OrgReply.Begun.class)
            .plan();
    assertThat(lease.catalogVersion()).isEqualTo(1);
    versions.published = 2;
    assertThat(costOf(given, "u1", lease.reservation())).isEqualTo(Credits.parse("1.5005"));
    assertThat(costOf(given, "u2", "somewhere else")).isEqualTo(Credits.of(1_000));

    OrgCommand.Reserve more = lease("L2", subject, null, "1", Map.of(), 7_200, lease.reservation());
    given.when(more, NOON.plusSeconds(1)).thenRefused(Code.LEASE_ENDED);
    versions.published = 1;
    given.when(more, NOON.plusSeconds(1)).reply(OrgReply.Begun.class);
  }

  private static Credits costOf(
      Given<OrgCommand, OrgEvent, OrgReply> given, String id, String source) {
    ReserveRequest work =
        new ReserveRequest(
            Subject.ofOrg("acme"),
            "chat",
            "big",
            null,
            null,
            Map.of("tokens", 1_000L),
            null,
            null,
            1,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    Instant at = NOON.plusSeconds(3);
    Reported event = new Reported(source, id, at, source.startsWith("rsv_") ? (Long) 1L : null);
    return given
        .when(new OrgCommand.Reserve(work.as(event), id, "key1", null, new byte[16]), at)
        .reply(OrgReply.Begun.class)
        .plan()
        .amount();
  }

  /** However wrong the holder's clock is, and whenever it is heard of. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # it ran, in minutes from noon, by the holder; reported; counts
          -600, 30,   0
          20,   30,   20
          600,  30,   30
          600,  90,   60
          50,   90,   50
          """)
  void whatIsUsedCountsInTheWindowsThatTheLeaseHoldsIn(long ran, long reported, long counts) {
    String lease = begun(lease(ANN, "8"), NOON).reservation();
    Plan used =
        begun(
            use(lease, "u1", "3", NOON.plus(Duration.ofMinutes(ran))),
            NOON.plus(Duration.ofMinutes(reported)));
    Instant expected = NOON.plus(Duration.ofMinutes(counts));
    assertThat(used.countedAt())
        .isBetween(expected.minusMillis(1), expected)
        .isBefore(NOON.plus(Duration.ofMinutes(60)));
  }
}
