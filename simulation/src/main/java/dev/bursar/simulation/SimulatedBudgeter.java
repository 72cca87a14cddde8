package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.protocol.BudgetProtocol;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.OrgShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who sets and removes budgets of the busy org while others work, two at once now and
 * then: drives the protocol as production does, and may stop in the midst of it and begin anew.
 */
final class SimulatedBudgeter {

  private static final EntityId ORG = EntityId.org(SimulatedClient.ORG);
  private static final int NAMES = 3;
  private static final int FEW = 15;
  private static final int MANY = 200;
  private static final int TRIES = 40;
  private static final int ASKED_AGAIN = 2;
  private static final long SECOND = 1_000_000;
  private static final int AHEAD_MAX_MS = 900;

  /** Above all keys of clients. */
  private static final long KEYS = 0xb00000000000L;

  /** What somebody wants set, with a key. */
  private record Put(Budget budget, String key) {}

  private final World world;
  private final OperationChecks checks;
  private final String name;

  /** Of its own, so that what it wants changes nothing of what others want. */
  private final Random random;

  private final List<Budget> budgets;
  private final List<Put> done = new ArrayList<>();
  private int left;
  private int keys;
  private int drivers;

  /** How many operations so far. */
  private int asked;

  SimulatedBudgeter(World world, String name, int operations) {
    this.world = world;
    this.checks = new OperationChecks(world);
    this.name = name;
    this.random = new Random(world.scenario.seed() * 31 + name.hashCode());
    this.budgets = some(world);
    this.left = operations;
  }

  /** The few budgets that are set in a history: the same for all who set them. */
  private static List<Budget> some(World world) {
    List<Budget> all = new ArrayList<>(OrgShape.budgetsInBetween());
    Collections.shuffle(all, new Random(world.scenario.seed()));
    return all.subList(0, NAMES);
  }

  boolean isDone() {
    return left < 0;
  }

  void next() {
    if (left-- > 0) {
      world.time.after(random.nextLong(random.nextInt(4) == 0 ? 6 * SECOND : SECOND), this::act);
    }
  }

  private void act() {
    int what = random.nextInt(10);
    Budget budget = budgets.get(random.nextInt(budgets.size()));
    if (what == 0 && !done.isEmpty()) {
      put(done.get(random.nextInt(done.size())), true, this::next);
    } else if (what <= 3) {
      remove(budget);
    } else if (what <= 5) {
      Runnable both = afterBoth(this::next);
      put(new Put(changed(budget), key()), false, both);
      put(new Put(changed(budget), key()), false, both);
    } else {
      put(new Put(changed(budget), key()), false, this::next);
    }
  }

  private static Runnable afterBoth(Runnable next) {
    boolean[] one = new boolean[1];
    return () -> {
      if (one[0]) {
        next.run();
      }
      one[0] = true;
    };
  }

  /** A key that carries its time, as those of clients do. */
  private String key() {
    long millis = world.cluster.earliestNow().toEpochMilli() + random.nextInt(AHEAD_MAX_MS);
    long which = KEYS + 0x10000L * Math.floorMod(name.hashCode(), 0x10000) + ++keys;
    return "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, which);
  }

  private Budget changed(Budget budget) {
    // Most leases are for any user: where a user has a limit of its own, there are none.
    boolean hard = random.nextInt(5) < (world.scenario.hasLeases() ? 2 : 4);
    boolean few = budget.measure().equals(Quantities.OPEN_RESERVATIONS);
    return budget
        .withLimit(Credits.of(1 + random.nextInt(few ? FEW : MANY)))
        .withMode(hard ? Budget.Mode.HARD : Budget.Mode.SOFT);
  }

  private static Caller caller(String key, Object content) {
    return new Caller(Asker.ACTOR, key, key, content.toString().hashCode());
  }

  // ---- a budget is set

  private void put(Put put, boolean again, Runnable then) {
    OperationName operation = new OperationName(name, ++asked);
    if (world.skips(operation)) {
      then.run();
      return;
    }
    world.log(() -> "%s sets (%s): %s".formatted(operation, put.key(), put.budget()));
    new Driver(put, again, world.since(), TRIES, then).start();
  }

  private final class Driver {
    private final Put put;
    private final boolean again;
    private final Since since;
    private final int tries;
    private final Runnable then;
    private final Caller caller;
    private final BudgetProtocol protocol;
    private final String driver = name + "/" + ++drivers;
    private boolean over;
    private int step;

    Driver(Put put, boolean again, Since since, int tries, Runnable then) {
      this.put = put;
      this.again = again;
      this.since = since;
      this.tries = tries;
      this.then = then;
      this.caller = caller(put.key(), put.budget());
      this.protocol = new BudgetProtocol(put.budget(), caller, driver);
    }

    void start() {
      drive(protocol.start());
    }

    private void drive(BudgetEffect wanted) {
      if (!(wanted instanceof BudgetEffect.Reply) && world.isTried(Fault.CRASH, 0.04)) {
        world.watch.saw(crashedBefore(wanted));
        beginAnew(random.nextLong(3 * SECOND));
        return;
      }
      BudgetEffect effect =
          world.tampering.settingBudgets(
              wanted, put.budget(), world.cluster.owner(ORG.org()).now(), drivers);
      long pause = random.nextInt(6) == 0 ? random.nextLong(SECOND) : random.nextLong(300);
      world.time.after(pause, () -> carryOut(effect));
    }

    private static Rarity crashedBefore(BudgetEffect effect) {
      return switch (effect) {
        case BudgetEffect.AskOrg it -> Rarity.BUDGET_SETTER_CRASHED_BEFORE_IT_ASKED_THE_ORG;
        case BudgetEffect.AskTeam it -> Rarity.BUDGET_SETTER_CRASHED_BEFORE_IT_ASKED_THE_TEAM;
        case BudgetEffect.FindUsedBefore it ->
            Rarity.BUDGET_SETTER_CRASHED_BEFORE_IT_LOOKED_WHAT_WAS_USED;
        case BudgetEffect.FindUsed it -> Rarity.BUDGET_SETTER_CRASHED_BEFORE_IT_LOOKED_FOR_HOLDS;
        case BudgetEffect.Wait it -> Rarity.BUDGET_SETTER_CRASHED_BEFORE_IT_WAITED;
        case BudgetEffect.Reply it -> throw new IllegalArgumentException("it has come to its end");
      };
    }

    private void carryOut(BudgetEffect effect) {
      switch (effect) {
        case BudgetEffect.AskOrg it ->
            this.<OrgCommand, OrgReply>ask(ORG, it.request(), this::orgAnswered);
        case BudgetEffect.AskTeam it ->
            this.<TeamCommand, TeamReply>ask(
                EntityId.team(ORG.org(), it.team()), it.request(), this::teamAnswered);
        case BudgetEffect.FindUsedBefore it ->
            world.projection.whenCaughtUp(
                ORG,
                () ->
                    drive(
                        protocol.usedBefore(
                            world.projection.usedBefore(
                                ORG, it.budget(), it.window(), it.before()))),
                () -> beginAnew(SECOND));
        case BudgetEffect.FindUsed it ->
            world.projection.whenCaughtUp(
                ORG,
                () -> {
                  Map<String, Credits> found =
                      world.tampering.usedOf(
                          it.reservations(), world.projection.used(it.budget(), it.reservations()));
                  if (!found.isEmpty()) {
                    world.watch.saw(Rarity.HOLD_UNKNOWN_TO_THE_TEAM_HAD_ENDED);
                  }
                  drive(protocol.used(found));
                },
                () -> beginAnew(SECOND));
        case BudgetEffect.Wait it ->
            world.time.after(
                1_000 * random.nextLong(it.fromMs(), it.toMs() + 1),
                () -> drive(protocol.waited()));
        case BudgetEffect.Reply it -> replied(it.answer());
      }
    }

    private BudgetEffect orgAnswered(Answer<OrgReply> answer) {
      if (isOvertaken(answer)) {
        world.watch.saw(Rarity.BUDGET_OVERTAKEN);
      }
      return protocol.orgAnswered(answer);
    }

    private BudgetEffect teamAnswered(Answer<TeamReply> answer) {
      isOvertaken(answer);
      return protocol.teamAnswered(answer);
    }

    /** Somebody else has drafted it meanwhile, or has removed it; and that is so. */
    private boolean isOvertaken(Answer<?> answer) {
      boolean overtaken =
          answer instanceof Answer.Refused<?>(Refusal refusal)
              && refusal.equals(Refusal.overtaken());
      world.watch.expect(
          !overtaken
              || world.wasBehind(since, ORG)
              || world
                  .watch
                  .org(ORG)
                  .budgets
                  .isOvertaken(put.budget().id(), driver + '-', since.moment()),
          "model",
          "%s is said to be overtaken with %s, and nobody else has set or removed it: %s",
          driver,
          put.budget().id(),
          answer);
      return overtaken;
    }

    private <C, R> void ask(
        EntityId id, Request<C> request, Function<Answer<R>, BudgetEffect> told) {
      int mine = ++step;
      SimulatedBudgeter.this.<C, R>ask(
          id,
          request,
          answer -> {
            if (step == mine) {
              step++;
              drive(told.apply(answer));
            }
          });
    }

    private void replied(Answer<OrgReply> answer) {
      if (answer instanceof Answer.Unreachable || answer instanceof Answer.Busy) {
        beginAnew(100_000 + random.nextLong(SECOND));
        return;
      }
      world.log(() -> "%s is told (%s): %s".formatted(name, put.key(), answer));
      boolean overtaken = isOvertaken(answer);
      boolean replayed = answer instanceof Answer.Done<OrgReply> it && it.replayed();
      if (!overtaken && !replayed && !again) {
        EntityId org = ORG;
        checks.governed(
            answer,
            new OperationChecks.Asked(
                org, caller.operation("put_budget:" + put.budget().id()), since),
            new OrgCommand.PutBudget(put.budget(), Asker.ACTOR));
      }
      if (answer instanceof Answer.Done && !again) {
        done.add(put);
      }
      then.run();
    }

    /** As a client does that has heard nothing, or whose node has crashed: with the same key. */
    private void beginAnew(long after) {
      if (over) {
        return;
      }
      over = true;
      step++;
      if (tries == 0) {
        world.watch.saw(Rarity.CLIENT_GAVE_UP);
        then.run();
        return;
      }
      world.time.after(after, () -> new Driver(put, again, since, tries - 1, then).start());
    }
  }

  /** Asks, and again while nobody answers; then there is no answer. */
  private <C, R> void ask(EntityId id, Request<C> request, Consumer<Answer<R>> told) {
    ask(id, request, told, new boolean[1], ASKED_AGAIN);
  }

  private <C, R> void ask(
      EntityId id, Request<C> request, Consumer<Answer<R>> told, boolean[] over, int more) {
    Consumer<Answer<R>> once =
        answer -> {
          if (!over[0]) {
            over[0] = true;
            told.accept(answer);
          }
        };
    world.<Answer<R>>ask(
        id,
        replyTo -> new EntityMessage.Ask<>(request, replyTo),
        (node, answer) -> once.accept(answer));
    world.time.after(
        SECOND + random.nextLong(3 * SECOND),
        () -> {
          if (over[0]) {
            return;
          }
          if (more > 0) {
            ask(id, request, told, over, more - 1);
          } else {
            once.accept(new Answer.Unreachable<>());
          }
        });
  }

  // ---- a budget is removed

  private void remove(Budget budget) {
    String key = key();
    Caller caller = caller(key, budget.id());
    OperationName operation = new OperationName(name, ++asked);
    if (world.skips(operation)) {
      next();
      return;
    }
    world.log(() -> "%s removes %s".formatted(operation, budget.id()));
    this.<OrgCommand, OrgReply>ask(
        ORG,
        new Request<>(new OrgCommand.ViewBudget(budget.id(), null), null),
        seen ->
            remove(
                seen instanceof Answer.Done<OrgReply>(OrgReply.OneBudget it, boolean replayed)
                    ? it.budget().budget()
                    : null,
                new OrgCommand.RemoveBudget(budget.id(), Asker.ACTOR),
                caller.operation("remove_budget:" + budget.id()),
                caller.operation("forget_budget:" + budget.id())));
  }

  private void remove(
      @Nullable Budget seen, OrgCommand command, Operation operation, Operation forgetting) {
    OperationChecks.Asked removal = new OperationChecks.Asked(ORG, operation, world.since());
    this.<OrgCommand, OrgReply>ask(
        ORG,
        new Request<>(command, operation),
        answer -> {
          checks.governed(answer, removal, command);
          String team = seen == null ? null : seen.scope().countingTeam();
          if (answer instanceof Answer.Done && seen != null && team != null) {
            this.<TeamCommand, TeamReply>ask(
                EntityId.team(ORG.org(), team),
                new Request<>(new TeamCommand.ForgetBudget(seen.id(), seen.since()), forgetting),
                forgotten -> next());
          } else {
            next();
          }
        });
  }
}
