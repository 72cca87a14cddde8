package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.lease.Notice;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.Mix;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs one scenario from the first request until everything has come to rest. */
public final class Simulation {

  /** Of the busy org; none counts as one. */
  private static final List<String> PLANS = List.of("small", "large", "");

  private static final int BUDGETERS = 2;
  private static final int BUDGETS_SET = 6;
  private static final int PLAN_CHANGES = 3;
  private static final int PUBLICATIONS = 2;
  private static final int ZONES = 5;
  private static final long PLANS_CHANGE_WITHIN = 20_000_000;
  private static final int PLANS_END_ONE_IN = 3;
  private static final int PLANS_END_WITHIN_MS = 15_000;
  private static final int PLANS_END_AT_ONCE_ONE_IN = 4;
  private static final int PLANS_END_AT_ONCE_MS = 8;
  private static final long OVERRIDDEN_WITHIN = 20_000_000;
  private static final int OVERRIDDEN_FOR_MS = 15_000;
  private static final int OVERRIDES = 4;
  private static final int OVERRIDES_TWICE = 2;
  private static final int OVERRIDES_SUSPEND_ONE_IN = 4;
  private static final int OVERRIDDEN_MAX = 250;
  private static final long SECOND = 1_000_000;
  private static final long DONE_WITHIN = 20 * SECOND;
  private static final long WORK_MAX = 150 * SECOND;
  private static final long HEALED_MAX = 300 * SECOND;
  private static final int OPERATIONS_WHEN_HEALED = 3;
  private static final int OPERATIONS_AROUND_A_CRASH = 4;
  private static final int OPERATIONS_WHILE_SIDECARS_WORK = 2;
  private static final long CLIENTS_GO_ON_EVERY = 10 * SECOND;

  /**
   * What may take it to the grave that somebody is still to be told how a reservation ended, or
   * hide a row: until somebody looks again.
   */
  private static final Set<Fault> FORGETTING =
      Set.of(
          Fault.CRASH, Fault.TWO_INCARNATIONS, Fault.PAUSE, Fault.MOVE, Fault.WRITE_COMMITS_LATE);

  private static final Duration ALL_OVER = Duration.ofSeconds(200);

  private static final long STEPS_MAX = 2_000_000;

  /** By so much a history may take longer than one that it is to be smaller than. */
  private static final long STEPS_MORE = 500;

  /**
   * What a run came to.
   *
   * @param scenario what was run
   * @param violations what did not hold; empty if all is well
   * @param check the name of what first found that something did not hold; empty if all is well
   * @param seen how often the rare things happened
   * @param injected how often each fault befell something
   * @param steps how many steps it took
   * @param asked the operations that were asked for, in that order
   * @param skipped those that were to come, and were not asked for
   */
  public record Outcome(
      Scenario scenario,
      List<Violation> violations,
      String check,
      Map<Rarity, Integer> seen,
      Map<Fault, Integer> injected,
      long steps,
      List<OperationName> asked,
      SkippedOperations skipped) {

    /** Whether something did not hold. */
    public boolean failed() {
      return !violations.isEmpty();
    }
  }

  private final World world;
  private final Known known = new Known();
  private final Judgement judgement;
  private final ViewChecks views;
  private final long stepsMax;

  /** What there is at the beginning, for people. */
  private final List<String> set = new ArrayList<>();

  private final List<String> budgets = new ArrayList<>();

  private long steps;

  private Simulation(World world, long stepsMax) {
    this.world = world;
    this.stepsMax = stepsMax;
    this.judgement = new Judgement(world);
    this.views = new ViewChecks(world);
  }

  /** Runs a scenario. The same scenario always comes to the same. */
  public static Outcome run(Scenario scenario) {
    return run(scenario, Tampering.NONE, null);
  }

  /**
   * Runs a scenario.
   *
   * @param tampering a bug, planted
   * @param history where everything that happens is told, or null
   */
  public static Outcome run(
      Scenario scenario, Tampering tampering, @Nullable HistoryLines history) {
    return run(scenario, tampering, history, Long.MAX_VALUE);
  }

  /**
   * The same, told to nobody, and no longer than one that has taken so many steps: one that has not
   * failed by then fails no sooner than that.
   */
  static Outcome run(Scenario scenario, Tampering tampering, long stepsLike) {
    return run(scenario, tampering, null, stepsLike + STEPS_MORE);
  }

  private static Outcome run(
      Scenario scenario, Tampering tampering, @Nullable HistoryLines history, long stepsMax) {
    World world;
    try {
      world = new World(scenario, tampering.forOneRun(), history);
    } catch (RuntimeException | Error fault) {
      Violation crash = new Violation("crash", World.trace(fault));
      return new Outcome(
          scenario,
          List.of(crash),
          "crash",
          Map.of(),
          Map.of(),
          0,
          List.of(),
          SkippedOperations.NONE);
    }
    Simulation simulation = new Simulation(world, stepsMax);
    try {
      simulation.run();
    } catch (RuntimeException | Error fault) {
      world.crashed(fault);
    }
    return new Outcome(
        scenario,
        List.copyOf(world.watch.violations()),
        world.watch.check(),
        world.watch.seen(),
        world.watch.injected(),
        simulation.steps,
        List.copyOf(world.asked()),
        SkippedOperations.NONE.and(world.skipped()));
  }

  private void run() {
    setUp();
    if (world.watch.violations().isEmpty()) {
      set.add("the budgets of %s: %s".formatted(SimulatedClient.ORG, String.join("; ", budgets)));
      world.tellInShort(set);
    }
    world.beginFaults();
    Mix mix = Mix.of(world.random);
    world.log(() -> "what is asked for: " + mix);
    List<SimulatedClient> clients = new ArrayList<>();
    for (int i = 1; i <= world.scenario.clients(); i++) {
      SimulatedClient client =
          new SimulatedClient(world, "client" + i, known, mix, world.scenario.operations());
      clients.add(client);
      client.next();
    }
    List<SimulatedHolder> holders = holders();
    SimulatedListeners listeners = new SimulatedListeners(world);
    List<SimulatedSidecar> sidecars = sidecars(listeners);
    List<SimulatedBudgeter> budgeters = budgeters();
    List<SimulatedCorrector> correctors = correctors();
    List<SimulatedLessee> lessees = lessees();
    if (world.scenario.has(Beside.VIEWERS)) {
      new SimulatedViewer(world, views).next();
    }
    changePlans(sidecars, listeners);
    List<SimulatedGovernor> governors = governors(sidecars, listeners);
    overrideLimits();
    overrideLimitsTwice();
    work(clients, sidecars);
    world.heal();
    runUntilDone(clients, HEALED_MAX);
    expectDone(clients);
    long until = world.time.nowMicros() + WORK_MAX + HEALED_MAX;
    while (!(holders.stream().allMatch(SimulatedHolder::isDone)
            && sidecars.stream().allMatch(each -> each.isDone() || each.waitsFor() != null)
            && budgeters.stream().allMatch(SimulatedBudgeter::isDone)
            && correctors.stream().allMatch(SimulatedCorrector::isDone)
            && lessees.stream().allMatch(SimulatedLessee::isDone)
            && governors.stream().allMatch(SimulatedGovernor::isDone))
        && step(until)) {
      // Until every holder of leases and whoever sets budgets has been answered, or has given up.
    }
    expectDone(budgeters.stream().allMatch(SimulatedBudgeter::isDone), "sets budgets");
    expectDone(holders.stream().allMatch(SimulatedHolder::isDone), "holds leases");
    expectDone(correctors.stream().allMatch(SimulatedCorrector::isDone), "corrects");
    expectDone(lessees.stream().allMatch(SimulatedLessee::isDone), "closes leases");
    expectDone(governors.stream().allMatch(SimulatedGovernor::isDone), "freezes");
    letClocksComeTo(sidecars);
    judge(sidecars);
    runFor(World.CALM_AFTER);
    if (Collections.disjoint(world.scenario.faults(), FORGETTING)) {
      judgement.expectSettled();
    }
    if (world.scenario.has(Fault.CRASH) && !world.scenario.has(Fault.WRITE_COMMITS_LATE)) {
      crashOfEverything(clients);
    }
    if (world.days > 0) {
      world.watch.saw(Rarity.DAYS_PASSED);
      letPass(Duration.ofDays(world.days));
    } else if (world.hours > 0) {
      world.watch.saw(Rarity.HOURS_PASSED);
      letPass(Duration.ofHours(world.hours));
    }
    clients.forEach(client -> client.more(OPERATIONS_WHEN_HEALED));
    runUntilDone(clients, HEALED_MAX);
    expectDone(clients);
    comeToRest();
    judgement.judge();
  }

  private int howMany(Beside what, int most) {
    return world.scenario.has(what) ? most : 0;
  }

  private List<SimulatedBudgeter> budgeters() {
    List<SimulatedBudgeter> budgeters = new ArrayList<>();
    for (int i = howMany(Beside.BUDGETERS, BUDGETERS); i > 0; i--) {
      SimulatedBudgeter budgeter = new SimulatedBudgeter(world, "budgeter" + i, BUDGETS_SET);
      budgeters.add(budgeter);
      budgeter.next();
    }
    return budgeters;
  }

  private List<SimulatedCorrector> correctors() {
    List<SimulatedCorrector> correctors = new ArrayList<>();
    if (world.scenario.has(Beside.CORRECTORS)) {
      SimulatedCorrector corrector = new SimulatedCorrector(world);
      correctors.add(corrector);
      corrector.next();
    }
    return correctors;
  }

  private List<SimulatedGovernor> governors(
      List<SimulatedSidecar> sidecars, SimulatedListeners listeners) {
    List<SimulatedGovernor> governors = new ArrayList<>();
    if (world.scenario.has(Beside.GOVERNORS)) {
      SimulatedGovernor governor =
          new SimulatedGovernor(
              world,
              () ->
                  whileAnyWorks(
                      sidecars, () -> listeners.changed(Notice.Kind.ENTITLEMENTS_CHANGED, null)));
      governors.add(governor);
      governor.next();
    }
    return governors;
  }

  private List<SimulatedLessee> lessees() {
    List<SimulatedLessee> lessees = new ArrayList<>();
    if (world.scenario.has(Beside.LESSEES)) {
      SimulatedLessee lessee = new SimulatedLessee(world);
      lessees.add(lessee);
      lessee.next();
    }
    return lessees;
  }

  private List<SimulatedHolder> holders() {
    List<SimulatedHolder> holders = new ArrayList<>();
    for (int i = howMany(Beside.HOLDERS, 1); i > 0; i--) {
      SimulatedHolder holder =
          new SimulatedHolder(world, "holder" + i, known, world.scenario.operations());
      holders.add(holder);
      holder.next();
    }
    return holders;
  }

  private List<SimulatedSidecar> sidecars(SimulatedListeners listeners) {
    List<SimulatedSidecar> sidecars = new ArrayList<>();
    int many = howMany(Beside.SIDECARS, 1 + howMany(Beside.ANOTHER_SIDECAR, 1));
    for (int i = 1; i <= many; i++) {
      int operations = i == 1 ? 2 * world.scenario.operations() : world.scenario.operations();
      SimulatedSidecar sidecar = new SimulatedSidecar(world, "sidecar" + i, operations, listeners);
      sidecars.add(sidecar);
      sidecar.start();
    }
    return sidecars;
  }

  /** What a sidecar says to have run in the nodes' future is taken once that has come. */
  private void letClocksComeTo(List<SimulatedSidecar> sidecars) {
    SimulatedSidecar.letClocksCome(world, sidecars);
    long until = world.time.nowMicros() + WORK_MAX;
    while (!sidecars.stream().allMatch(SimulatedSidecar::isDone) && step(until)) {
      // Until all that was set aside is on record.
    }
  }

  private void judge(List<SimulatedSidecar> sidecars) {
    for (SimulatedSidecar each : sidecars) {
      if (world.watch.violations().isEmpty()) {
        world.watch.expect(
            each.isDone(), "I12", "a sidecar does not come to give its leases back, and to report");
        each.judge();
      }
    }
  }

  /**
   * In the midst of work all nodes stop, and start at once. What they find open, they ask about;
   * what has ended is settled soon, whatever the clients' retries came between, and long before
   * anybody looks again of himself.
   */
  private void crashOfEverything(List<SimulatedClient> clients) {
    world.calmEnds();
    clients.forEach(client -> client.more(OPERATIONS_AROUND_A_CRASH));
    runFor(world.between(1, SECOND / 20));
    world.cluster.crashEverything();
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      judgement.expectInFreshAnswer(EntityId.org(org));
    }
    runUntilDone(clients, HEALED_MAX);
    expectDone(clients);
    wakeAll();
    runFor(World.CALM_AFTER);
    judgement.expectSettled();
  }

  /** Days end, and so do grants, some of which come again; keys older than a day are forgotten. */
  private void letPass(Duration time) {
    world.pass(time);
    wakeAll();
    runFor(World.CALM_AFTER);
  }

  /**
   * Until all is asked that clients and sidecars are to be asked, while things go wrong. Where
   * entities forget soon, clients go on while sidecars do: only what is asked since makes forget.
   */
  private void work(List<SimulatedClient> clients, List<SimulatedSidecar> sidecars) {
    long end = world.time.nowMicros() + WORK_MAX;
    long more = world.time.nowMicros();
    boolean done = false;
    while (!done && step(end)) {
      boolean clientsDone = clients.stream().allMatch(SimulatedClient::isDone);
      done = clientsDone && sidecars.stream().allMatch(SimulatedSidecar::isAskedAll);
      if (clientsDone && !done && world.scenario.isForgetful() && world.time.nowMicros() >= more) {
        clients.forEach(client -> client.more(OPERATIONS_WHILE_SIDECARS_WORK));
        more = world.time.nowMicros() + CLIENTS_GO_ON_EVERY;
      }
    }
  }

  private void runUntilDone(List<SimulatedClient> clients, long most) {
    long end = world.time.nowMicros() + most;
    while (!clients.stream().allMatch(SimulatedClient::isDone) && step(end)) {
      // Until every client has been answered, or has given up.
    }
  }

  /** When nothing goes wrong any more, everybody is answered. */
  private void expectDone(List<SimulatedClient> clients) {
    world.watch.expect(
        !world.watch.violations().isEmpty() || clients.stream().allMatch(SimulatedClient::isDone),
        "progress",
        "some clients are not answered, though all faults have ended");
  }

  private void expectDone(boolean all, String who) {
    world.watch.expect(
        !world.watch.violations().isEmpty() || all,
        "progress",
        "whoever %s is not answered, though all faults have ended",
        who);
  }

  /** One thing after the other, unless something has gone wrong already. */
  private boolean step(long until) {
    if (!world.watch.violations().isEmpty()) {
      return false;
    }
    if (++steps > STEPS_MAX) {
      world.watch.violated("progress", "it does not come to an end");
      return false;
    }
    if (steps > stepsMax) {
      world.watch.violated("progress", "it was to come to an end sooner");
      return false;
    }
    return world.time.step(until);
  }

  private void runFor(long micros) {
    long until = world.time.nowMicros() + micros;
    while (step(until)) {
      // Until that time.
    }
  }

  // ---- the beginning

  private void setUp() {
    set.add("it begins at %s, and seconds are since then".formatted(world.beginning));
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      EntityId itself = EntityId.org(org);
      List<String> wallets = new ArrayList<>();
      String plan = org.equals(SimulatedClient.ORG) && hasPlans() ? PLANS.getFirst() : null;
      tell(itself, put(settings(org, plan)));
      set.add("%s has %s".formatted(org, plan == null ? "no plan" : "the plan " + plan));
      OrgShape.units().forEach(unit -> tell(itself, new OrgCommand.PutUnit(unit, "sim")));
      for (String wallet : OrgShape.ALL_WALLETS) {
        WalletOwner owner = OrgShape.owner(wallet);
        EntityId id = EntityId.wallet(org, wallet);
        tell(itself, new OrgCommand.PutWallet(wallet, owner, "sim"));
        tell(id, new WalletCommand.Open(owner));
        for (String creditType : OrgShape.TYPES) {
          Grant first = OrgShape.firstGrant(creditType, world.beginning, world.random);
          wallets.add("%s %s %s".formatted(wallet, first.amount(), creditType));
          tell(id, new WalletCommand.AddGrant(first, null, attribution(org)));
        }
      }
      set.add("the wallets of %s: %s".formatted(org, String.join(", ", wallets)));
    }
    set.add(
        "the units of each: "
            + OrgShape.units().stream()
                .map(unit -> unit.parent() == null ? unit.id() : unit.id() + " in " + unit.parent())
                .collect(Collectors.joining(", ")));
    if (world.scenario.has(Beside.CORRECTORS)) {
      setUpRichWallet();
    }
    for (Budget budget : OrgShape.budgets()) {
      if (!isOfEach(budget) || world.scenario.has(Beside.LIMITS_OF_USERS)) {
        putBudget(budget);
      }
    }
    if (world.scenario.has(Beside.FURTHER_BUDGETS)) {
      OrgShape.furtherBudgets().forEach(this::putBudget);
    }
  }

  private void putBudget(Budget budget) {
    tell(EntityId.org(SimulatedClient.ORG), new OrgCommand.PutBudget(budget, "sim"));
    budgets.add(words(budget));
  }

  /** All of a budget that tells it from others. */
  static String words(Budget budget) {
    Scope scope = budget.scope();
    StringBuilder told =
        new StringBuilder("%s %s of %s, ".formatted(budget.id(), budget.limit(), budget.measure()));
    told.append(budget.window() == WindowKind.LIFETIME ? "for good" : "each " + budget.window());
    if (budget.anchorDay() != 1) {
      told.append(" from day ").append(budget.anchorDay());
    }
    if (budget.window() != WindowKind.LIFETIME) {
      told.append(" in ").append(budget.zone());
    }
    told.append(", ").append(budget.mode()).append(", for ").append(scope.type());
    Stream.of(scope.id(), scope.team())
        .filter(Objects::nonNull)
        .forEach(name -> told.append(' ').append(name));
    for (String name : new TreeSet<>(budget.features())) {
      told.append(", of the feature ").append(name);
    }
    for (String name : new TreeSet<>(budget.models())) {
      told.append(", of the model ").append(name);
    }
    return told.toString();
  }

  private void setUpRichWallet() {
    String org = SimulatedClient.OTHER_ORG;
    String wallet = SimulatedCorrector.RICH;
    EntityId id = EntityId.wallet(org, wallet);
    tell(EntityId.org(org), new OrgCommand.PutWallet(wallet, WalletOwner.ORG, "sim"));
    tell(id, new WalletCommand.Open(WalletOwner.ORG));
    for (int i = 1; i <= SimulatedCorrector.RICH_GRANTS; i++) {
      Grant grant = OrgShape.grant("rich" + i, Credits.MAX_INPUT, world.beginning);
      tell(id, new WalletCommand.AddGrant(grant, null, attribution(org)));
    }
    set.add(
        "%s has a wallet %s, too, with %d grants of %s %s each"
            .formatted(
                org, wallet, SimulatedCorrector.RICH_GRANTS, Credits.MAX_INPUT, OrgShape.TYPE));
  }

  private static boolean isOfEach(Budget budget) {
    return budget.scope().type() == Scope.Type.EACH_USER
        || budget.scope().type() == Scope.Type.EACH_MEMBER;
  }

  private static OrgSettings settings(String name, @Nullable String plan) {
    return new OrgSettings(name, ZoneOffset.UTC, plan, List.of());
  }

  private static OrgCommand put(OrgSettings settings) {
    return new OrgCommand.PutOrg(settings, "sim");
  }

  /**
   * The busy org is put so, or refuses that.
   *
   * @param told whom that concerns
   */
  private void put(OrgSettings settings, Runnable told) {
    EntityId org = EntityId.org(SimulatedClient.ORG);
    Since since = world.since();
    world.tell(
        org,
        put(settings),
        answer -> {
          world.watch.org(org).isPut(settings, answer, since, world.from(since, org));
          told.run();
        });
  }

  private boolean hasPlans() {
    return world.scenario.has(Beside.PLANS);
  }

  /**
   * While clients work, the busy org has one plan, or another, some with an end, or none; and what
   * those give, and let it use, changes. Sidecars are told.
   */
  private void changePlans(List<SimulatedSidecar> sidecars, SimulatedListeners listeners) {
    Runnable told =
        () ->
            whileAnyWorks(
                sidecars, () -> listeners.changed(Notice.Kind.ENTITLEMENTS_CHANGED, null));
    world.whenPublished(() -> whileAnyWorks(sidecars, listeners::catalogChanged));
    Random random = new Random(world.scenario.seed());
    // Of their own, so that the other histories with plans are as they were without.
    Random soon = new Random(~world.scenario.seed());
    for (int i = hasPlans() ? PLAN_CHANGES : 0; i > 0; i--) {
      String plan = PLANS.get(random.nextInt(PLANS.size()));
      long when = random.nextLong(PLANS_CHANGE_WITHIN);
      boolean ends = !plan.isEmpty() && random.nextInt(PLANS_END_ONE_IN) == 0;
      Duration after = Duration.ofMillis(random.nextInt(PLANS_END_WITHIN_MS));
      boolean endsAtOnce = soon.nextInt(PLANS_END_AT_ONCE_ONE_IN) == 0;
      Duration atOnce = Duration.ofMillis(1 + soon.nextInt(PLANS_END_AT_ONCE_MS));
      world.time.after(
          when,
          () -> {
            // Between the row of the org and the row of its wallet, now and then.
            Instant end =
                endsAtOnce
                    ? world.cluster.owner(SimulatedClient.ORG).now().plus(atOnce)
                    : world.cluster.earliestNow().plus(after);
            Instant endsAt = ends ? end : null;
            put(
                new OrgSettings(
                    "org", ZoneOffset.UTC, named(plan), List.of(), null, null, null, endsAt),
                told);
          });
    }
    changeZones(told);
    for (int i = hasPlans() ? PUBLICATIONS : 0; i > 0; i--) {
      world.time.after(random.nextLong(PLANS_CHANGE_WITHIN), world::publish);
    }
  }

  private static @Nullable String named(String plan) {
    return plan.isEmpty() ? null : plan;
  }

  /** Somebody puts the org with a time zone, which stays while its plan has limits with windows. */
  private void changeZones(Runnable told) {
    Random random = new Random(world.scenario.seed() * 31);
    for (int i = hasPlans() ? howMany(Beside.TIME_ZONES, ZONES) : 0; i > 0; i--) {
      String plan = PLANS.get(random.nextInt(PLANS.size()));
      ZoneId zone = random.nextBoolean() ? OrgShape.BERLIN : ZoneOffset.UTC;
      world.time.after(
          random.nextLong(PLANS_CHANGE_WITHIN),
          () -> put(new OrgSettings("org", zone, named(plan), List.of()), told));
    }
  }

  private static void whileAnyWorks(List<SimulatedSidecar> sidecars, Runnable what) {
    if (!sidecars.stream().allMatch(SimulatedSidecar::isDone)) {
      what.run();
    }
  }

  /**
   * For some seconds a limit of a team is suspended for the whole org, and about then is another
   * for the team: which is nearer, and counts.
   */
  private void overrideLimitsTwice() {
    Random random = new Random(world.scenario.seed() * 11);
    List<Budget> ofTeams =
        OrgShape.overridden().stream().filter(each -> each.scope().countedByTeam()).toList();
    for (int i = howMany(Beside.OVERRIDES, OVERRIDES_TWICE); i > 0; i--) {
      Budget budget = ofTeams.get(random.nextInt(ofTeams.size()));
      Credits limit = Credits.of(1 + random.nextInt(OVERRIDDEN_MAX / 3));
      long when = random.nextLong(OVERRIDDEN_WITHIN / 4);
      Duration lasts = Duration.ofMillis(OVERRIDDEN_FOR_MS);
      Scope org = new Scope(Scope.Type.ORG, null, null);
      overrideLimit(when + random.nextLong(SECOND), budget, budget.scope(), "other-", limit, lasts);
      overrideLimit(when + random.nextLong(SECOND), budget, org, "none-", null, lasts);
    }
  }

  /** For some seconds a limit of the org, or of a team, is another, or is none. */
  private void overrideLimits() {
    Random random = new Random(world.scenario.seed() * 7);
    for (int i = howMany(Beside.OVERRIDES, OVERRIDES); i > 0; i--) {
      Budget budget = OrgShape.overridden().get(random.nextInt(OrgShape.overridden().size()));
      boolean suspends = random.nextInt(OVERRIDES_SUSPEND_ONE_IN) == 0;
      @Nullable Credits limit = suspends ? null : Credits.of(1 + random.nextInt(OVERRIDDEN_MAX));
      Duration lasts = Duration.ofMillis(1 + random.nextInt(OVERRIDDEN_FOR_MS));
      long when = random.nextLong(OVERRIDDEN_WITHIN);
      overrideLimit(when, budget, budget.scope(), "other-", limit, lasts);
    }
  }

  private void overrideLimit(
      long when, Budget budget, Scope scope, String name, @Nullable Credits limit, Duration lasts) {
    world.time.after(
        when,
        () -> {
          Instant until = world.cluster.earliestNow().plus(lasts);
          LimitOverride override =
              new LimitOverride(name + budget.id(), scope, budget.id(), limit, until, "sim");
          world.tell(
              EntityId.org(SimulatedClient.ORG),
              new OrgCommand.PutOverride(override, false, "sim"));
        });
  }

  private static Attribution attribution(String org) {
    return new Attribution(
        "grant", "sim", Subject.ofOrg(org), null, null, null, null, Map.of(), new byte[16]);
  }

  private void tell(EntityId id, Object command) {
    world.tell(id, command);
    runFor(SECOND / 20);
  }

  // ---- the end

  /**
   * All that can expire does, and what is told is heard; whoever is behind its journal finds out by
   * itself.
   */
  private void comeToRest() {
    runFor(10 * SECOND);
    if (hasPlans()) {
      // So that it is known what plans are to have given in the end: nothing.
      tell(EntityId.org(SimulatedClient.ORG), put(settings("again", null)));
    }
    wakeAll();
    runFor(20 * SECOND);
    viewAll();
    letAllFallDue();
    wakeAll();
    runFor(30 * SECOND);
    letAllFallDue();
    wakeAll();
    viewAll();
    runFor(310 * SECOND);
    if (world.watch.violations().isEmpty()) {
      views.expectTold();
    }
  }

  /** Nobody asks for anything: what falls due is done by itself. */
  private void letAllFallDue() {
    world.cluster.jump(ALL_OVER);
    runFor(DONE_WITHIN);
    if (world.watch.violations().isEmpty()) {
      judgement.expectNothingDue();
    }
  }

  /**
   * Everybody is asked for something that they tell by what they know: so whoever has crashed
   * starts, as it does where somebody wants something of it, and whoever is behind stays so.
   */
  private void wakeAll() {
    for (EntityId id : world.watch.shadows.entities()) {
      switch (id.kind()) {
        case ORG -> views.org(id, new OrgCommand.ViewOrg());
        case WALLET -> views.wallet(id);
        case TEAM -> views.limits(id, List.of());
      }
      runFor(SECOND / 20);
    }
  }

  /** Everybody is asked for all that they are to tell. */
  private void viewAll() {
    for (EntityId id : world.watch.shadows.entities()) {
      views.all(id);
      runFor(SECOND / 20);
    }
  }
}
