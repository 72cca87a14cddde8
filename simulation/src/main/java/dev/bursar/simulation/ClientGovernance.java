package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Unit;
import dev.bursar.entities.EntityMessage;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client changes of budgets and freezes, and those that there are from the beginning. */
final class ClientGovernance {

  /** The budgets whose windows are shorter than a day. */
  static final Set<String> RATES = Set.of("org-minute", "red-minute", "blue-hour", "org-shadow");

  private static final String TYPE = SimulatedClient.TYPE;
  private static final String IMAGE = SimulatedClient.TYPES.getLast();
  private static final ZoneId BERLIN = SimulatedClient.BERLIN;

  private final Asker asker;
  private final World world;
  private final OperationChecks others;
  private final Random random;

  ClientGovernance(Asker asker) {
    this.asker = asker;
    this.world = asker.world;
    this.others = asker.others;
    this.random = asker.random;
  }

  void govern(String what, String org, OrgCommand command) {
    String key = asker.key();
    EntityId id = EntityId.org(org);
    OperationChecks.Asked asked = asker.asked(id, key, command.toString().hashCode(), "govern");
    Operation operation = asked.operation();
    asker.start(
        new SimulatedCall.Question<OrgReply>(
            what,
            id,
            List.of(id),
            replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
            (node, answer) -> {},
            answer -> others.governed(answer, asked, command),
            reply -> reply,
            () -> false,
            // What was so already changes nothing, is not remembered, and decided anew each time.
            () -> world.watch.effect(id, operation) != null),
        null);
  }

  /** A limit is lowered or raised, or denies from now on what it let through, or the reverse. */
  void changeLimit() {
    List<Budget> budgets = budgets();
    Budget budget = budgets.get(random.nextInt(budgets.size()));
    Budget.Mode mode =
        random.nextInt(4) == 0 ? Budget.Mode.values()[random.nextInt(3)] : budget.mode();
    Budget changed = budget.withLimit(Credits.of(1 + random.nextInt(150))).withMode(mode);
    govern(
        "limit %s of %s, %s".formatted(changed.limit(), budget.id(), mode),
        SimulatedClient.ORG,
        new OrgCommand.PutBudget(changed, Asker.ACTOR));
  }

  void freeze() {
    Scope scope =
        switch (random.nextInt(5)) {
          case 0 -> new Scope(Scope.Type.DEPARTMENT, asker.some(SimulatedClient.DEPARTMENTS), null);
          case 1, 2 -> new Scope(Scope.Type.TEAM, asker.some(SimulatedClient.TEAMS), null);
          default -> new Scope(Scope.Type.USER, asker.some(SimulatedClient.USERS), null);
        };
    Instant until =
        world.cluster.owner(SimulatedClient.ORG).now().plusSeconds(1 + random.nextInt(5));
    govern(
        "freeze " + scope.words(),
        SimulatedClient.ORG,
        new OrgCommand.FreezeScope(new Freeze(scope, until, "try"), Asker.ACTOR));
  }

  /** A team comes to lie in another department, or in none: what it has used stays where it was. */
  void moveTeam() {
    String team = asker.some(SimulatedClient.TEAMS);
    String parent = random.nextInt(4) == 0 ? null : asker.some(SimulatedClient.DEPARTMENTS);
    if (world.watch.limits(EntityId.org(SimulatedClient.ORG)).hasOpen()) {
      world.watch.saw(Rarity.TEAM_MOVED_UNDER_A_HOLD);
    }
    govern(
        "move %s to %s".formatted(team, parent),
        SimulatedClient.ORG,
        new OrgCommand.PutUnit(new Unit(team, Unit.Kind.TEAM, team, parent), Asker.ACTOR));
  }

  /** Budgets of every place that counts, in every kind of measure. */
  static List<Budget> budgets() {
    return List.of(
        budget("org-life", Scope.Type.ORG, null, null, TYPE, WindowKind.LIFETIME, 400),
        budget("org-minute", Scope.Type.ORG, null, null, "requests", WindowKind.MINUTE, 40),
        budget(
            "org-open", Scope.Type.ORG, null, null, "open_reservations", WindowKind.LIFETIME, 12),
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

  /** A budget of which more is told. */
  private static Budget told(Budget of) {
    return new Budget(
        of.id(),
        of.scope(),
        of.measure(),
        of.window(),
        of.limit(),
        of.mode(),
        of.features(),
        of.models(),
        List.of(25, 50, 75, 90, 100),
        of.zone(),
        of.anchorDay());
  }

  static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      long limit) {
    return budget(id, type, of, team, measure, window, ZoneOffset.UTC, limit);
  }

  static Budget budget(
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
