package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each entity remembers to have done, and what may have been forgotten. */
final class NaiveMemories {

  /** How far a key's time may be ahead, at the least and at the most. */
  private static final Duration AHEAD_MIN = Duration.ofSeconds(1);

  private static final Duration AHEAD_MAX = Duration.ofSeconds(10);

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

  /** An entity does something under a key: one of a time that is not far ahead of its own. */
  private void takes(EntityId id, @Nullable Operation operation, Instant at) {
    if (operation == null) {
      return;
    }
    Instant madeAt = operation.keyMadeAt();
    if (madeAt != null && madeAt.isAfter(at)) {
      world.watch.expect(
          !madeAt.isAfter(at.plus(AHEAD_MAX)),
          "I4",
          "%s: the key of %s is of %s, and is taken at %s",
          id,
          operation.key().replace('\n', ' '),
          madeAt,
          at);
      if (madeAt.isAfter(at.plus(AHEAD_MIN))) {
        world.watch.saw(Rarity.KEY_AHEAD_TAKEN);
      }
    }
    done(id, operation, at);
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
    takes(id, recorded.operation(), event.at());
  }

  void team(EntityId id, Recorded<TeamEvent> recorded) {
    takes(id, recorded.operation(), recorded.event().at());
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
    takes(id, recorded.operation(), event.at());
    if (reservation != null && (barred || cancelled)) {
      done(id, Operation.holding(reservation), event.at());
    }
  }

  // ---- what may be said to be forgotten

  /** Whether an entity can't tell any more whether it has done something with this key. */
  boolean mayHaveForgotten(EntityId id, Operation operation) {
    return operations(id).hasForgotten(operation.keyMadeAt());
  }

  /** How far a key's time has to be ahead if it is refused for that: further. */
  Duration aheadMin(EntityId id) {
    return operations(id).hasForgotten(Instant.MIN) ? AHEAD_MIN : AHEAD_MAX;
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
