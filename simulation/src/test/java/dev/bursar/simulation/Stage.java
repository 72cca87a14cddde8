package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.history.OrgShape;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A small org, and what is done to it step by step: for histories that chance hardly ever comes to.
 * What must hold is looked at as in all others, after every step and at the end.
 */
final class Stage {

  static final EntityId ORG = EntityId.org(SimulatedClient.ORG);
  static final EntityId WALLET = EntityId.wallet(SimulatedClient.ORG, "main");
  static final EntityId TEAM = EntityId.team(SimulatedClient.ORG, "red");
  static final Scope TEAM_SCOPE = new Scope(Scope.Type.TEAM, "red", null);

  private static final long SECOND = 1_000_000;

  /** One whose queues have room for whatever is asked here, and in which budgets are set. */
  private static final long SEED = 3;

  private static final Duration ALL_OVER = Duration.ofSeconds(200);

  final World world;
  final Map<String, Answer<Decided>> told = new HashMap<>();
  final Map<String, Answer<OrgReply>> governed = new HashMap<>();
  private final HistoryLines lines = new HistoryLines();
  private final AnswerChecks checks;
  private BiPredicate<EntityId, EntityMessage> lost = (to, message) -> false;

  private Stage(Tampering bug, int remembered) {
    Tampering once = bug.forOneRun();
    Tampering losing =
        (Tampering)
            Proxy.newProxyInstance(
                Tampering.class.getClassLoader(),
                new Class<?>[] {Tampering.class},
                (proxy, method, arguments) ->
                    method.getName().equals("swallows")
                            && lost.test((EntityId) arguments[0], (EntityMessage) arguments[1])
                        ? Boolean.TRUE
                        : method.invoke(once, arguments));
    world = new World(new Scenario(SEED, Set.of(), 1, 1, remembered), losing, lines);
    checks = new AnswerChecks(world);
    setUp();
  }

  /**
   * A history.
   *
   * @param remembered how many operations an entity remembers in it
   * @param steps what is done
   */
  record History(int remembered, Consumer<Stage> steps) {

    /**
     * Plays it to its end, at which all has come to rest.
     *
     * @param bug a bug, planted; or none
     * @return what did not hold
     */
    List<Violation> play(Tampering bug) {
      Stage stage = new Stage(bug, remembered);
      steps.accept(stage);
      stage.comeToRest();
      new Judgement(stage.world).judge();
      return stage.world.watch.violations();
    }
  }

  private void setUp() {
    tell(ORG, new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, null, List.of()), ""));
    tell(ORG, new OrgCommand.PutUnit(new Unit("red", Unit.Kind.TEAM, "red", null), ""));
    tell(ORG, new OrgCommand.PutWallet("main", WalletOwner.ORG, ""));
    tell(WALLET, new WalletCommand.Open(WalletOwner.ORG));
    tell(WALLET, granting("first", 100, world.beginning));
    limitTeam(50);
  }

  /** Paid credits that can be used from the beginning on. */
  static WalletCommand granting(String name, long credits, Instant beginning) {
    Grant grant =
        new Grant(
            name,
            OrgShape.TYPE,
            Credits.of(credits),
            Grant.Category.PAID,
            Grant.PRIORITY_DEFAULT,
            beginning.minusSeconds(10),
            null,
            Set.of(),
            Set.of(),
            null,
            null,
            "",
            beginning);
    return new WalletCommand.AddGrant(grant, null, attribution());
  }

  private static Attribution attribution() {
    return new Attribution(
        "grant", "sim", Subject.ofOrg("acme"), null, null, null, null, Map.of(), new byte[16]);
  }

  // ---- what somebody does

  /** What the team may use. */
  void limitTeam(long credits) {
    tell(ORG, new OrgCommand.PutBudget(budget("red-life", TEAM_SCOPE, credits), ""));
  }

  /** Somebody sets a budget, as it is done while work is under way; done once that is answered. */
  void set(Budget budget) {
    new StagedBudget(this, budget, "set-" + budget.id()).finish();
  }

  static Budget budget(String name, Scope scope, long credits) {
    return budget(name, scope, WindowKind.LIFETIME, credits);
  }

  static Budget budget(String name, Scope scope, WindowKind window, long credits) {
    return new Budget(
        name,
        scope,
        OrgShape.TYPE,
        window,
        Credits.of(credits),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(),
        ZoneOffset.UTC,
        1);
  }

  /** How the reservation is called that somebody asks for with a key. */
  static String reservation(String key) {
    return ReservationId.of("acme", "main", key, new byte[16]).toString();
  }

  /** Asks for one credit for the team; what is told comes into {@link #told}, by the key. */
  void reserve(String key, boolean commit) {
    reserve(owner(), key, commit);
  }

  /** The same of a node. */
  void reserve(SimulatedNode node, String key, boolean commit) {
    ReserveRequest request = work(commit);
    OrgCommand.Reserve ask = new OrgCommand.Reserve(request, key, "sim", key, new byte[16]);
    world.watch.attempts(reservation(key), ask);
    node.deliver(
        ORG,
        new EntityMessage.Reserve(
            ask,
            new Caller("sim", key, key, 7).operation("reserve"),
            answer -> {
              checks.told(answer, WALLET, node.name);
              told.put(key, answer);
            }));
  }

  /** Leases one credit for the team, for five minutes; what is told comes into {@link #told}. */
  void lease(String key, byte salt) {
    lease(key, salt, null);
  }

  /**
   * The same, which is to be added to another.
   *
   * @param more that other; null for none
   */
  void lease(String key, byte salt, @Nullable String more) {
    SimulatedNode node = owner();
    ReserveRequest work = work(false);
    ReserveRequest request =
        new ReserveRequest(
            work.subject(),
            null,
            null,
            null,
            work.wallet(),
            null,
            work.amount(),
            work.creditType(),
            work.ttlSeconds(),
            work.overagePolicy(),
            false,
            false,
            Map.of(),
            null,
            null,
            new LeaseTerms(
                "sidecar",
                World.LEASE_SETTLE,
                Map.of("requests", 1L, "open_reservations", 1L),
                more));
    byte[] salts = new byte[16];
    salts[0] = salt;
    OrgCommand.Reserve ask = new OrgCommand.Reserve(request, key, "sim", key, salts);
    world.watch.attempts(ReservationId.of("acme", "main", key, salts).toString(), ask);
    node.deliver(
        ORG,
        new EntityMessage.Reserve(
            ask,
            new Caller("sim", key, key, 7).operation("lease"),
            answer -> {
              checks.told(answer, WALLET, node.name);
              told.put(key, answer);
            }));
  }

  /**
   * Reports work of one credit, of the team's; what is told comes into {@link #told}, by the key.
   * The same key makes the same attempt again.
   */
  void report(String key) {
    Reported event = new Reported("sim", key, world.beginning);
    ReserveRequest work = work(true).as(event);
    world.watch.reports.asks("acme", event, reservation(key), work);
    OrgCommand.Reserve ask = new OrgCommand.Reserve(work, key, "sim", null, new byte[16], 0);
    world.watch.attempts(reservation(key), ask);
    owner()
        .deliver(
            ORG,
            new EntityMessage.Reserve(
                ask, Operation.ofReport(event), answer -> told.put(key, answer)));
  }

  /** Asks whether one credit could be had for the team; what is told is looked at. */
  void askWhether(String key) {
    ReserveRequest request = work(false, true);
    String attempt = reservation(key);
    Since since = world.since();
    OrgCommand.Reserve ask = new OrgCommand.Reserve(request, key, "sim", key, new byte[16]);
    world.watch.attempts(attempt, ask);
    owner()
        .deliver(
            ORG,
            new EntityMessage.Reserve(
                ask,
                null,
                answer -> {
                  checks.reserved(answer, request, WALLET, null, since, List.of(attempt));
                  told.put(key, answer);
                }));
  }

  private static ReserveRequest work(boolean commit) {
    return work(commit, false);
  }

  private static ReserveRequest work(boolean commit, boolean dryRun) {
    return new ReserveRequest(
        new Subject("acme", "red", null, null, null, null),
        null,
        null,
        null,
        "main",
        null,
        Credits.of(1),
        OrgShape.TYPE,
        300,
        OveragePolicy.RECORD,
        commit,
        dryRun,
        Map.of());
  }

  void commit(String key) {
    tell(
        WALLET,
        new WalletCommand.Commit(reservation(key), Credits.of(1), null, "sim", "end-" + key));
  }

  void release(String key) {
    tell(WALLET, new WalletCommand.Release(reservation(key), "sim", "end-" + key));
  }

  void tell(EntityId id, Object command) {
    this.<Object, Object>ask(id, new Request<>(command, null), answer -> {});
    runFor(SECOND / 20);
  }

  <C, R> void ask(EntityId id, Request<C> request, ReplyTo<Answer<R>> told) {
    owner().deliver(id, new EntityMessage.Ask<C, R>(request, told));
  }

  /** Has a node set or remove something of the org; what it tells is looked at. */
  void govern(SimulatedNode node, String key, OrgCommand command) {
    OperationChecks.Asked asked =
        new OperationChecks.Asked(
            ORG, new Caller("sim", key, key, 7).operation("govern"), world.since());
    node.deliver(
        ORG,
        new EntityMessage.Ask<OrgCommand, OrgReply>(
            new Request<>(command, asked.operation()),
            answer -> {
              new OperationChecks(world).governed(answer, asked, command);
              governed.put(key, answer);
            }));
    runUntil(() -> governed.containsKey(key));
  }

  /** The node that owns the org. */
  SimulatedNode owner() {
    return world.cluster.owner("acme");
  }

  // ---- what happens to it

  /** From now on these messages between entities are lost. */
  void lose(BiPredicate<EntityId, EntityMessage> messages) {
    lost = messages;
  }

  void loseNothing() {
    lost = (to, message) -> false;
  }

  /** Nothing but the journal is left of the org's entities, wherever they run. */
  void crash() {
    owner().stopAllOf("acme");
  }

  /** Another node owns the org from now on; the one before has not noticed. */
  void takeOver() {
    world.cluster.takeOver("acme", 30 * SECOND);
  }

  // ---- time

  /** All clocks go so far ahead, and what is due by then is done. */
  void jump(long seconds) {
    world.cluster.jump(Duration.ofSeconds(seconds));
    tell(WALLET, new WalletCommand.Wake());
  }

  void runFor(long micros) {
    long until = world.time.nowMicros() + micros;
    while (world.watch.violations().isEmpty() && world.time.step(until)) {
      // Until that time.
    }
  }

  void runForSeconds(long seconds) {
    runFor(seconds * SECOND);
  }

  /** Until something is so; for a minute at most. */
  void runUntil(BooleanSupplier so) {
    long until = world.time.nowMicros() + 60 * SECOND;
    while (!so.getAsBoolean() && world.time.step(until)) {
      // Until then.
    }
    if (!so.getAsBoolean()) {
      throw new AssertionError("it does not come to that:\n" + String.join("\n", lines.inWords()));
    }
  }

  private void comeToRest() {
    runForSeconds(10);
    for (int i = 0; i < 2; i++) {
      world.cluster.jump(ALL_OVER);
      tell(ORG, new OrgCommand.ViewOrg());
      tell(WALLET, new WalletCommand.Wake());
      tell(TEAM, new TeamCommand.ListOpen());
      runForSeconds(310);
    }
  }
}
