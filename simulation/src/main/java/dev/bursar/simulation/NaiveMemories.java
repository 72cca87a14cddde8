package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each entity remembers to have done, and what may have been forgotten. */
final class NaiveMemories {

  private final World world;
  private final Map<EntityId, NaiveMemory> operations = new HashMap<>();

  /** How reservations have ended, which wallets remember besides. */
  private final Map<EntityId, NaiveMemory> endings = new HashMap<>();

  NaiveMemories(World world) {
    this.world = world;
  }

  private NaiveMemory memory() {
    return new NaiveMemory(world.scenario.remembered(), World.REMEMBERED_FOR);
  }

  private NaiveMemory operations(EntityId id) {
    return operations.computeIfAbsent(id, i -> memory());
  }

  private NaiveMemory endings(EntityId wallet) {
    return endings.computeIfAbsent(wallet, i -> memory());
  }

  private void done(EntityId id, @Nullable Operation operation, Instant at) {
    if (operation != null) {
      Instant madeAt = operation.keyMadeAt();
      operations(id).take(operation.key(), madeAt == null || madeAt.isBefore(at) ? at : madeAt);
    }
  }

  /**
   * An org has done something.
   *
   * @param report what it is the end of; null if it is of no report
   */
  void org(EntityId id, Recorded<OrgEvent> recorded, @Nullable Operation report) {
    OrgEvent event = recorded.event();
    switch (event) {
      case OrgEvent.ReservationBarred it -> operations(id).take(decided(it.reservation()), it.at());
      case OrgEvent.ReservationDenied it -> {
        operations(id).take(decided(it.plan().reservation()), it.at());
        done(id, it.operation(), it.at());
      }
      case OrgEvent.ReservationSettled it when report != null && !it.closure().kind().hasRun() ->
          operations(id).take("over:" + it.closure().reservation(), it.at());
      case OrgEvent other -> {}
    }
    done(id, report, event.at());
    done(id, recorded.operation(), event.at());
  }

  void team(EntityId id, Recorded<TeamEvent> recorded) {
    done(id, recorded.operation(), recorded.event().at());
    if (recorded.event() instanceof TeamEvent.BudgetBarred it) {
      done(id, Operation.holding(it.reservation()), it.at());
    }
  }

  void wallet(EntityId id, Recorded<WalletEvent> recorded) {
    WalletEvent event = recorded.event();
    Closure closure = event.closure();
    String ended =
        closure == null || closure.kind() == Closure.Kind.SHRUNK ? null : closure.reservation();
    boolean barred = event instanceof WalletEvent.HoldBarred;
    boolean cancelled =
        event instanceof WalletEvent.Released it && it.cause() == WalletEvent.Cause.CANCELLED;
    String reservation = event instanceof WalletEvent.HoldBarred it ? it.reservation() : ended;
    if (reservation != null) {
      endings(id).take(reservation, event.at());
    }
    done(id, recorded.operation(), event.at());
    if (reservation != null && (barred || cancelled)) {
      done(id, Operation.holding(reservation), event.at());
    }
  }

  // ---- what may be said to be forgotten

  /** Whether an entity can't tell any more whether it has done something with this key. */
  boolean mayHaveForgotten(EntityId id, Operation operation) {
    return operations(id).hasForgotten(operation.keyMadeAt());
  }

  /** Whether an entity knows that it has done something with this key. */
  boolean remembers(EntityId id, Operation operation) {
    return operations(id).remembers(operation.key());
  }

  /** Whether an org knows that it has denied a reservation, or barred it. */
  boolean remembersDecision(EntityId org, String reservation) {
    return operations(org).remembers(decided(reservation));
  }

  /** Whether an entity knows that it has held a reservation, or barred it. */
  boolean remembersHold(EntityId id, String reservation) {
    return operations(id).remembers(Operation.holding(reservation).key());
  }

  private static String decided(String reservation) {
    return "reservation:" + reservation;
  }

  /** Whether a wallet does not know any more how a reservation ended. */
  boolean hasForgottenEnding(EntityId wallet, String reservation) {
    Fate fate = world.watch.wallet(wallet).fates.get(reservation);
    return fate != null && fate != Fate.OPEN && !endings(wallet).remembers(reservation);
  }

  /** Whether a wallet does not know any more what it answered to a hold that has ended since. */
  boolean hasForgottenHold(EntityId wallet, String reservation) {
    Fate fate = world.watch.wallet(wallet).fates.get(reservation);
    return fate != null && fate != Fate.OPEN && !remembersHold(wallet, reservation);
  }

  /** Whether an org does not know any more of some report that has ended. */
  boolean hasForgottenSome(EntityId org) {
    return operations(org).hasForgotten(Instant.MIN);
  }
}
