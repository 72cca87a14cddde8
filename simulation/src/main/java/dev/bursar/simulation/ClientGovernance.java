package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
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
  static final Set<String> RATES = Set.of("org-minute", "red-minute", "blue-hour");

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
    Since since = world.since();
    EntityId id = EntityId.org(org);
    Operation operation =
        new Caller(Asker.ACTOR, key, key, command.toString().hashCode()).operation("govern");
    asker.start(
        new SimulatedCall.Question<OrgReply>(
            what,
            id,
            List.of(id),
            replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
            (node, answer) -> {},
            answer -> others.governed(answer, id, command, since),
            reply -> reply,
            // What was so already changes nothing, is not remembered, and decided anew each time.
            () -> world.watch.effect(id, operation) != null),
        null);
  }

  void changeLimit() {
    List<Budget> budgets = budgets();
    Budget budget = budgets.get(random.nextInt(budgets.size()));
    Budget changed = budget.withLimit(Credits.of(1 + random.nextInt(150)));
    govern(
        "limit %s of %s".formatted(changed.limit(), budget.id()),
        SimulatedClient.ORG,
        new OrgCommand.PutBudget(changed, Asker.ACTOR));
  }

  void freeze() {
    Scope scope =
        random.nextBoolean()
            ? new Scope(Scope.Type.TEAM, asker.some(SimulatedClient.TEAMS), null)
            : new Scope(Scope.Type.USER, asker.some(SimulatedClient.USERS), null);
    Instant until = world.owner(SimulatedClient.ORG).now().plusSeconds(1 + random.nextInt(5));
    govern(
        "freeze " + scope.words(),
        SimulatedClient.ORG,
        new OrgCommand.FreezeScope(new Freeze(scope, until, "try"), Asker.ACTOR));
  }

  /** Budgets of every place that counts, in every kind of measure. */
  static List<Budget> budgets() {
    return List.of(
        budget(
            "org-life", Scope.Type.ORG, null, null, SimulatedClient.TYPE, WindowKind.LIFETIME, 400),
        budget("org-minute", Scope.Type.ORG, null, null, "requests", WindowKind.MINUTE, 40),
        budget(
            "org-open", Scope.Type.ORG, null, null, "open_reservations", WindowKind.LIFETIME, 12),
        budget(
            "org-month", Scope.Type.ORG, null, null, SimulatedClient.TYPE, WindowKind.MONTH, 350),
        budget(
            "each-user",
            Scope.Type.EACH_USER,
            null,
            null,
            SimulatedClient.TYPE,
            WindowKind.DAY,
            SimulatedClient.BERLIN,
            90),
        budget(
            "red-life",
            Scope.Type.TEAM,
            "red",
            null,
            SimulatedClient.TYPE,
            WindowKind.LIFETIME,
            200),
        budget(
            "red-minute",
            Scope.Type.TEAM,
            "red",
            null,
            SimulatedClient.TYPE,
            WindowKind.MINUTE,
            60),
        budget(
            "red-member",
            Scope.Type.EACH_MEMBER,
            null,
            "red",
            SimulatedClient.TYPE,
            WindowKind.DAY,
            70),
        budget(
            "blue-hour",
            Scope.Type.TEAM,
            "blue",
            null,
            SimulatedClient.TYPE,
            WindowKind.HOUR,
            SimulatedClient.BERLIN,
            50));
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
