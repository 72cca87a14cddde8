package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.StoredBatch;
import dev.bursar.journal.EntitySnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees every row that comes into the journal, and checks after each what must hold: with the
 * project's invariants, with the entity itself folded from its rows alone, and with the naive
 * models.
 */
final class Watch implements SimulatedJournal.Listener {

  private static final int VIOLATIONS_MAX = 20;

  /** One entity, folded from its rows. */
  private final class Shadow<C, E, R, S> {
    private final EntityModel<C, E, R, S> model;
    private final Entity<C, E, R> entity;
    private final String org;
    private final Map<String, Long> operations = new HashMap<>();
    private @Nullable Instant nextDue;
    private String writer = "";

    Shadow(EntityId id, EntityModel<C, E, R, S> model) {
      this.org = id.org();
      this.model = model;
      this.entity = model.fresh().apply(id);
    }

    Batch<E> take(EntityId id, long sequence, StoredBatch row) {
      Batch<E> batch = model.batches().decode(row.manifest(), row.bytes());
      if (batch.sequence() != sequence) {
        violated(
            "I8", "%s: row %d says that it is row %d".formatted(id, sequence, batch.sequence()));
      }
      try {
        entity.fold(batch, CanonicalEntry.sha256(row.bytes()));
      } catch (IllegalStateException fault) {
        violated("I8", "%s: %s".formatted(id, fault.getMessage()));
      }
      nextDue = batch.nextDue();
      for (Recorded<E> recorded : batch.recorded()) {
        Operation operation = recorded.operation();
        if (operation != null && operations.put(operation.key(), sequence) != null) {
          violated(
              "I4",
              "%s: %s has a second effect, in row %d".formatted(id, operation.key(), sequence));
        }
      }
      return batch;
    }

    private byte[] state(Entity<C, E, R> of) {
      return model
          .snapshots()
          .encode(
              new EntitySnapshot<>(
                  of.sequence(), of.head(), of.memory().toBytes(), model.capture().apply(of)));
    }

    /** What recovery made of snapshot and rows is what the rows alone come to. */
    void compare(EntityId id, Entity<C, E, R> recovered) {
      if (recovered.sequence() != entity.sequence()) {
        return;
      }
      List<OperationMemory> memories = model.memories().apply(entity);
      List<OperationMemory> others = model.memories().apply(recovered);
      boolean same = Arrays.equals(state(entity), state(recovered));
      for (int i = 0; i < memories.size(); i++) {
        same &= Arrays.equals(memories.get(i).toBytes(), others.get(i).toBytes());
      }
      if (!same) {
        violated("I6", "%s: recovery comes to another state than its rows".formatted(id));
      }
    }
  }

  private final World world;
  private final EnumMap<Rarity, Integer> seen = new EnumMap<>(Rarity.class);
  private final List<Violation> violations = new ArrayList<>();
  private final Map<EntityId, Shadow<?, ?, ?, ?>> shadows = new HashMap<>();
  final TreeMap<String, NaiveWallet> wallets = new TreeMap<>();
  final TreeMap<String, NaiveLimits> limits = new TreeMap<>();
  private final Map<EntityId, Invariants> ledgers = new HashMap<>();
  private final Map<String, Integer> begun = new HashMap<>();
  private final Map<String, Integer> denied = new HashMap<>();
  final NaiveReports reports = new NaiveReports(this);

  Watch(World world) {
    this.world = world;
  }

  void saw(Rarity rarity) {
    seen.merge(rarity, 1, Integer::sum);
  }

  Map<Rarity, Integer> seen() {
    return seen;
  }

  void violated(String invariant, String detail) {
    world.log(() -> "VIOLATED " + invariant + ": " + detail);
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(new Violation(invariant, detail));
    }
  }

  void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    if (!holds) {
      violated(invariant, format.formatted(values));
    }
  }

  List<Violation> violations() {
    return violations;
  }

  // ---- what is in the journal

  boolean hasBegun(String reservation) {
    return begun.containsKey(reservation);
  }

  boolean wasDenied(String reservation) {
    return denied.containsKey(reservation);
  }

  NaiveWallet wallet(EntityId id) {
    return wallets.computeIfAbsent(id.toString(), name -> new NaiveWallet(name, this));
  }

  NaiveLimits limits(EntityId id) {
    return limits.computeIfAbsent(id.toString(), name -> new NaiveLimits(name, this));
  }

  /** The wallets that have something due by this time. */
  List<EntityId> due(Instant by) {
    return shadows.entrySet().stream()
        .filter(each -> each.getKey().kind() == EntityId.Kind.WALLET)
        .filter(each -> each.getValue().nextDue != null && !each.getValue().nextDue.isAfter(by))
        .map(Map.Entry::getKey)
        .sorted((a, b) -> a.toString().compareTo(b.toString()))
        .toList();
  }

  /** The time of the latest event. */
  Instant latestAt() {
    return shadows.values().stream()
        .map(each -> each.entity.aggregate().lastAt())
        .max(Instant::compareTo)
        .orElse(World.BEGINNING);
  }

  /** All entities that have a journal, by name. */
  List<EntityId> entities() {
    return shadows.keySet().stream()
        .sorted((a, b) -> a.toString().compareTo(b.toString()))
        .toList();
  }

  // ---- rows

  @Override
  public void appended(EntityId id, long sequence, StoredBatch row, String writer) {
    switch (id.kind()) {
      case ORG -> org(id, sequence, row, writer);
      case TEAM -> team(id, sequence, row, writer);
      case WALLET -> wallet(id, sequence, row, writer);
    }
  }

  @SuppressWarnings("unchecked")
  private <C, E, R, S> Shadow<C, E, R, S> shadow(EntityId id, EntityModel<C, E, R, S> model) {
    return (Shadow<C, E, R, S>) shadows.computeIfAbsent(id, i -> new Shadow<>(i, model));
  }

  private <E> Batch<E> taken(
      Shadow<?, E, ?, ?> shadow, EntityId id, long sequence, StoredBatch row, String writer) {
    Batch<E> batch = shadow.take(id, sequence, row);
    if (!shadow.writer.isEmpty() && !shadow.writer.equals(writer)) {
      saw(Rarity.TWO_INCARNATIONS_WROTE);
    }
    shadow.writer = writer;
    world.log(
        () ->
            "%s row %d by %s: %s"
                .formatted(
                    id, sequence, writer, batch.recorded().stream().map(Recorded::event).toList()));
    return batch;
  }

  private void org(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadow<OrgCommand, OrgEvent, OrgReply, ?> shadow = shadow(id, world.models.orgs());
    NaiveLimits counted = limits(id);
    for (Recorded<OrgEvent> each : taken(shadow, id, sequence, row, writer).recorded()) {
      switch (each.event()) {
        case OrgEvent.ReservationBegun it -> {
          if (begun.merge(it.plan().reservation(), 1, Integer::sum) > 1) {
            violated("I4", "%s begins twice".formatted(it.plan().reservation()));
          }
          Plan plan = it.plan();
          Reported reported = plan.request().reported();
          if (reported == null) {
            counted.hold(plan.reservation(), plan.quantities(), plan.limits(), it.at());
          } else {
            counted.count(plan.reservation(), plan.quantities(), plan.limits(), it.at());
            reports.begins(id.org(), reported, plan.reservation());
          }
        }
        case OrgEvent.ReservationSettled it -> {
          counted.settle(it.closure(), it.at());
          if (!it.closure().kind().hasRun()) {
            mayComeAgain(shadow, it.closure().reservation());
          }
        }
        case OrgEvent.ReservationDenied it -> {
          String reservation = it.plan().reservation();
          if (denied.merge(reservation, 1, Integer::sum) > 1) {
            violated("I4", "%s is denied twice".formatted(reservation));
          }
          giveBack(counted, reservation, it.at());
          mayComeAgain(shadow, reservation);
        }
        case OrgEvent other -> {}
      }
    }
  }

  private void mayComeAgain(Shadow<?, ?, ?, ?> shadow, String reservation) {
    Operation again = reports.endsUncharged(shadow.org, reservation);
    if (again != null) {
      shadow.operations.remove(again.key());
    }
  }

  private void team(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadow<TeamCommand, TeamEvent, TeamReply, ?> shadow = shadow(id, world.models.teams());
    NaiveLimits counted = limits(id);
    for (Recorded<TeamEvent> each : taken(shadow, id, sequence, row, writer).recorded()) {
      switch (each.event()) {
        case TeamEvent.BudgetHeld it when reports.hasRun(it.reservation()) ->
            counted.count(
                it.reservation(), new Quantities(it.amount(), it.usage()), it.limits(), null);
        case TeamEvent.BudgetHeld it ->
            counted.hold(
                it.reservation(), new Quantities(it.amount(), it.usage()), it.limits(), it.at());
        case TeamEvent.BudgetSettled it -> counted.settle(it.closure(), it.at());
        case TeamEvent.BudgetBarred it -> giveBack(counted, it.reservation(), it.at());
        case TeamEvent other -> {}
      }
    }
  }

  private static void giveBack(NaiveLimits counted, String reservation, Instant at) {
    if (counted.isOpen(reservation)) {
      counted.settle(Closure.givenBack(reservation), at);
    }
  }

  private void wallet(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadow<WalletCommand, WalletEvent, WalletReply, ?> shadow = shadow(id, world.models.wallets());
    NaiveWallet naive = wallet(id);
    Invariants ledger = ledgers.computeIfAbsent(id, i -> new Invariants(i.org(), i.name()));
    for (Recorded<WalletEvent> each : taken(shadow, id, sequence, row, writer).recorded()) {
      naive.take(each.event());
      if (each.event() instanceof WalletEvent.UsageCharged it) {
        reports.charges(id.org(), it.reported(), it.reservation());
      }
      Transaction transaction = each.event().transaction();
      if (transaction != null) {
        LedgerEntry.of(id.org(), id.name(), transaction).forEach(ledger::read);
      }
    }
    for (Violation violation :
        ledger.with(((WalletAggregate) shadow.entity.aggregate()).wallet())) {
      violated(violation.invariant(), id + ": " + violation.detail());
    }
  }

  /** An entity has been made of its snapshot and its rows. */
  <C, E, R, S> void recovered(
      EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> recovered) {
    Shadow<C, E, R, S> shadow = shadow(id, model);
    if (!world.tampering.hasOtherRules() && !world.tampering.recoversWithoutTheLastRow()) {
      shadow.compare(id, recovered);
    }
    NaiveWallet wallet = wallets.get(id.toString());
    NaiveLimits counted = limits.get(id.toString());
    if ((wallet != null && wallet.hasOpen()) || (counted != null && counted.hasOpen())) {
      saw(Rarity.RECOVERED_WITH_OPEN_HOLDS);
    }
  }
}
