package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.entities.EntityMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What was asked of an entity long ago, and comes once more when it has just recovered: all that
 * tells it then that it may have done that and forgotten it is what it was restored from. Of its
 * own lots, and only where keys are forgotten, so that other histories are as they are without.
 */
final class LateCopies {

  /** Of each entity. */
  private static final int KEPT_MAX = 200;

  private final World world;
  private final Random random;
  private final Map<EntityId, List<EntityMessage.AskFor<?>>> sent = new HashMap<>();
  private final ReportChecks checks;

  LateCopies(World world) {
    this.world = world;
    this.random = new Random(world.scenario.seed() * 17);
    this.checks = new ReportChecks(world);
  }

  /** An entity is asked for something by another of its org. */
  void sent(EntityId to, EntityMessage message) {
    if (world.scenario.isForgetful()
        && world.scenario.has(Fault.MESSAGE_REPEATED)
        && message instanceof EntityMessage.AskFor<?> ask
        && ask.request().command() instanceof LookedFor<?>) {
      List<EntityMessage.AskFor<?>> all = sent.computeIfAbsent(to, id -> new ArrayList<>());
      all.add(ask);
      if (all.size() > KEPT_MAX) {
        all.removeFirst();
      }
    }
  }

  /** An entity has recovered, and decides from now on. */
  void recovered(EntityId id, Consumer<EntityMessage> receive) {
    if (!world.scenario.isForgetful()) {
      return;
    }
    if (id.kind() == EntityId.Kind.ORG) {
      reportsAgain(id, receive);
      return;
    }
    List<EntityMessage.AskFor<?>> forgotten =
        sent.getOrDefault(id, List.of()).stream()
            .filter(each -> isForgotten(id, (LookedFor<?>) each.request().command()))
            .toList();
    if (!forgotten.isEmpty() && !world.hasHealed()) {
      EntityMessage copy = forgotten.get(random.nextInt(forgotten.size()));
      world.log(() -> "%s is asked once more: %s".formatted(id, copy));
      world.watch.injected(Fault.MESSAGE_REPEATED);
      receive.accept(copy);
    }
  }

  /** Whether it was done, and is not remembered any more. */
  private boolean isForgotten(EntityId id, LookedFor<?> command) {
    String reservation = command.reservation();
    return id.kind() == EntityId.Kind.WALLET
        ? world.watch.memories.hasForgottenEnding(id, reservation)
        : world.watch.limits(id).hasHeld(reservation)
            && !world.watch.memories.remembersHold(id, reservation);
  }

  /**
   * What is on record is reported to an org that has forgotten it, by somebody who has not seen
   * that it is.
   */
  private void reportsAgain(EntityId id, Consumer<EntityMessage> receive) {
    String org = id.org();
    NaiveReports reports = world.watch.reports;
    List<Reported> forgotten =
        reports.recorded(org).stream()
            .filter(each -> !each.isOfLease())
            .filter(each -> !world.watch.memories.remembers(id, Operation.ofReport(each)))
            .toList();
    if (forgotten.isEmpty()) {
      return;
    }
    Reported event = forgotten.get(random.nextInt(forgotten.size()));
    ReserveRequest work = reports.chargedWork(org, event).as(event);
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    ReservationId before = ReservationId.parse(reports.attempts(org, event).getFirst());
    String wallet = before == null ? "" : before.wallet();
    String attempt = ReservationId.of(org, wallet, event.id(), salt).toString();
    reports.asks(org, event, attempt, work);
    OrgCommand.Reserve ask =
        new OrgCommand.Reserve(
            work, event.id(), Asker.ACTOR, null, salt, reports.recordedIn(org, event) - 1);
    world.watch.attempts(attempt, ask);
    world.log(() -> "%s is reported once more: %s".formatted(id, event));
    receive.accept(
        new EntityMessage.Reserve(
            ask, Operation.ofReport(event), (Answer<Decided> answer) -> checks.told(answer, id)));
  }
}
