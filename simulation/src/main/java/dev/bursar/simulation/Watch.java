package dev.bursar.simulation;

import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamAggregate;
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
import dev.bursar.simulation.NaiveWallet.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees every row that comes into the journal, and checks after each what must hold: with the
 * project's invariants, with the entity itself folded from its rows alone, and with the naive
 * models.
 */
final class Watch implements SimulatedJournal.Listener {

  private static final int VIOLATIONS_MAX = 20;

  /** How seldom what lives is compared with its rows: all of its state has to be encoded. */
  private static final int LIVES_ONE_IN = 8;

  /** One entity, folded from its rows. */
  private final class Shadow<C, E, R, S> {
    private final EntityModel<C, E, R, S> model;
    private final Entity<C, E, R> entity;
    private final String org;
    private final Map<String, E> operations = new HashMap<>();
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
        violated("I8", "%s: row %d says that it is row %d", id, sequence, batch.sequence());
      }
      try {
        entity.fold(batch, CanonicalEntry.sha256(row.bytes()));
      } catch (IllegalStateException fault) {
        violated("I8", "%s: %s", id, fault.getMessage());
      }
      nextDue = batch.nextDue();
      return batch;
    }

    /** An operation has one effect; the row may have let it come again by what is before this. */
    void has(EntityId id, long sequence, Recorded<E> recorded) {
      Operation operation = recorded.operation();
      if (operation != null && operations.put(operation.key(), recorded.event()) != null) {
        violated("I4", "%s: %s has a second effect, in row %d", id, operation.key(), sequence);
      }
    }

    private byte[] state(Entity<C, E, R> of) {
      return model
          .snapshots()
          .encode(
              new EntitySnapshot<>(
                  of.sequence(), of.head(), of.memory().toBytes(), model.capture().apply(of)));
    }

    /**
     * Whoever has come to the last row has come to what the rows alone come to.
     *
     * @param how by which way
     */
    void compare(EntityId id, Entity<C, E, R> other, String how) {
      List<OperationMemory> memories = model.memories().apply(entity);
      List<OperationMemory> others = model.memories().apply(other);
      boolean same = Arrays.equals(state(entity), state(other));
      for (int i = 0; i < memories.size(); i++) {
        same &= Arrays.equals(memories.get(i).toBytes(), others.get(i).toBytes());
      }
      expect(same, "I6", "%s: %s comes to another state than its rows", id, how);
    }
  }

  private final World world;
  private final EnumMap<Rarity, Integer> seen = new EnumMap<>(Rarity.class);
  private final List<Violation> violations = new ArrayList<>();
  private final Map<EntityId, Shadow<?, ?, ?, ?>> shadows = new HashMap<>();
  final TreeMap<String, NaiveWallet> wallets = new TreeMap<>();
  final TreeMap<String, NaiveLimits> limits = new TreeMap<>();
  private final Map<EntityId, NaiveOrg> orgs = new HashMap<>();
  private final Map<EntityId, Invariants> ledgers = new HashMap<>();
  private final EnumMap<Fault, Integer> injected = new EnumMap<>(Fault.class);
  final Branches branches = new Branches(this);
  final Promises promises = new Promises(this);
  private final Map<String, Plan> begun = new HashMap<>();
  private final Set<String> withdrawn = new HashSet<>();
  private final Map<String, Since> attempts = new HashMap<>();
  private final Map<String, Integer> denied = new HashMap<>();
  final NaiveReports reports = new NaiveReports(this);
  private String check = "";
  private long moment;

  Watch(World world) {
    this.world = world;
  }

  void saw(Rarity rarity) {
    seen.merge(rarity, 1, Integer::sum);
  }

  void injected(Fault fault) {
    injected.merge(fault, 1, Integer::sum);
  }

  /** How often each fault has befallen something. */
  Map<Fault, Integer> injected() {
    return injected;
  }

  Map<Rarity, Integer> seen() {
    return seen;
  }

  /**
   * Something does not hold.
   *
   * @param format what, the same for all that one check finds
   */
  void violated(String invariant, String format, @Nullable Object... values) {
    found(format, invariant, format.formatted(values));
  }

  void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    if (!holds) {
      violated(invariant, format, values);
    }
  }

  /** The same of a wallet, an org or a team. */
  void expectOf(
      String name, boolean holds, String invariant, String format, @Nullable Object... values) {
    if (!holds) {
      found(format, invariant, name + ": " + format.formatted(values));
    }
  }

  private void found(String by, String invariant, String detail) {
    world.log(() -> "VIOLATED " + invariant + ": " + detail);
    if (check.isEmpty()) {
      check = invariant + ": " + by;
    }
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(new Violation(invariant, detail));
    }
  }

  /** The check that first found something; empty if none has. */
  String check() {
    return check;
  }

  List<Violation> violations() {
    return violations;
  }

  // ---- what is in the journal

  boolean hasBegun(String reservation) {
    return begun.containsKey(reservation);
  }

  /** What an org has begun; null if it has not. */
  @Nullable Plan begun(String reservation) {
    return begun.get(reservation);
  }

  /** A client asks for a reservation, which will have this name if it comes to that. */
  void attempts(String reservation) {
    attempts.put(reservation, since());
  }

  /** Since when a reservation may have been decided. */
  Since attempted(String reservation) {
    return attempts.getOrDefault(reservation, new Since(0, 0));
  }

  /** Whether somebody has put on record that this is not, or will never be, held. */
  boolean wasWithdrawn(String reservation) {
    return withdrawn.contains(reservation);
  }

  boolean wasDenied(String reservation) {
    return denied.containsKey(reservation);
  }

  /** Whether an org has begun something that nobody has been told the outcome of. */
  boolean isAnythingUnderWay(String org) {
    return begun.keySet().stream()
        .anyMatch(
            each ->
                !promises.has(each) && !wasDenied(each) && limits(EntityId.org(org)).isOpen(each));
  }

  NaiveWallet wallet(EntityId id) {
    return wallets.computeIfAbsent(id.toString(), name -> new NaiveWallet(name, this));
  }

  NaiveLimits limits(EntityId id) {
    return limits.computeIfAbsent(id.toString(), name -> new NaiveLimits(name, this));
  }

  NaiveOrg org(EntityId id) {
    return orgs.computeIfAbsent(id, i -> new NaiveOrg(i, this, limits(i)));
  }

  Since since() {
    return world.since();
  }

  boolean wasBehind(Since since, EntityId id) {
    return world.wasBehind(since, id);
  }

  /** How many events there have been. */
  long moment() {
    return moment;
  }

  /** What came of an operation; null if nothing is in the journal. */
  @Nullable Object effect(EntityId id, Operation operation) {
    Shadow<?, ?, ?, ?> shadow = shadows.get(id);
    return shadow == null ? null : shadow.operations.get(operation.key());
  }

  /** What an org or a team counts itself, as its rows come to. */
  @Nullable Tallies tallies(EntityId id) {
    Shadow<?, ?, ?, ?> shadow = shadows.get(id);
    return switch (shadow == null ? null : shadow.entity.aggregate()) {
      case OrgAggregate it -> it.org().tallies();
      case TeamAggregate it -> it.team().tallies();
      case null, default -> null;
    };
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
        .orElse(world.beginning);
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
    if (!shadow.writer.isEmpty()
        && !shadow.writer.equals(writer)
        && world.runs(shadow.writer, id)) {
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
    NaiveOrg org = org(id);
    for (Recorded<OrgEvent> each : taken(shadow, id, sequence, row, writer).recorded()) {
      moment++;
      shadow.has(id, sequence, each);
      org.budgets.take(each.event(), moment);
      switch (each.event()) {
        case OrgEvent.ReservationBegun it -> {
          if (begun.put(it.plan().reservation(), it.plan()) != null) {
            violated("I4", "%s begins twice", it.plan().reservation());
          }
          Plan plan = it.plan();
          Reported reported = plan.request().reported();
          if (reported == null) {
            org.begin(plan, it.at());
          } else {
            org.count(plan, it.at());
            reports.begins(id.org(), reported, plan.reservation());
          }
        }
        case OrgEvent.ReservationSettled it -> {
          endedLike(id, it.closure());
          counted.settle(it.closure(), it.at());
          if (!it.closure().kind().hasRun()) {
            mayComeAgain(shadow, it.closure().reservation());
          }
        }
        case OrgEvent.ReservationDenied it -> {
          String reservation = it.plan().reservation();
          if (hasBegun(reservation)) {
            saw(Rarity.DENIED_AFTER_IT_HAD_BEGUN);
          }
          if (denied.merge(reservation, 1, Integer::sum) > 1) {
            violated("I4", "%s is denied twice", reservation);
          }
          withdrawn.add(reservation);
          promises.takenBack(reservation, id, "denied");
          giveBack(counted, reservation, it.at());
          mayComeAgain(shadow, reservation);
        }
        case OrgEvent.ReservationTakenOver it -> saw(Rarity.RESERVATION_TAKEN_OVER);
        case OrgEvent.ReservationBarred it -> {
          withdrawn.add(it.reservation());
          promises.barredByOrg(it.reservation(), id);
        }
        case OrgEvent other -> {}
      }
    }
    countsLike(id, counted);
  }

  /** The counters that an org or a team keeps itself stand where its events leave them. */
  private void countsLike(EntityId id, NaiveLimits counted) {
    Tallies own = tallies(id);
    if (own != null) {
      counted.expectLike(own);
    }
  }

  /** What org and team settle has ended so in its wallet, and has charged as much there. */
  private void endedLike(EntityId by, Closure closure) {
    ReservationId id = ReservationId.parse(closure.reservation());
    NaiveWallet wallet = id == null ? null : wallet(EntityId.wallet(id.org(), id.wallet()));
    Fate fate = wallet == null ? null : wallet.fates.get(closure.reservation());
    boolean same =
        switch (closure.kind()) {
          case COMMITTED -> fate == Fate.COMMITTED;
          // What was reported late was never held, and so has not expired either.
          case LATE -> fate == (reports.hasRun(closure.reservation()) ? Fate.COMMITTED : Fate.LATE);
          case EXPIRED -> fate == Fate.EXPIRED || fate == Fate.LATE;
          case ENDED -> fate == Fate.RELEASED || fate == Fate.CANCELLED || fate == Fate.BARRED;
        };
    expect(same, "I11", "%s settles %s, which is %s in its wallet", by, closure, fate);
    expect(
        wallet == null
            || !closure.kind().hasRun()
            || NaiveWallet.micros(closure.charged().micros())
                .equals(wallet.charged.get(closure.reservation())),
        "I11",
        "%s settles %s, and its wallet has charged %s",
        by,
        closure,
        wallet == null ? null : wallet.charged.get(closure.reservation()));
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
    NaiveOrg org = org(EntityId.org(id.org()));
    for (Recorded<TeamEvent> each : taken(shadow, id, sequence, row, writer).recorded()) {
      moment++;
      shadow.has(id, sequence, each);
      switch (each.event()) {
        case TeamEvent.BudgetHeld it when reports.hasRun(it.reservation()) ->
            org.countedByTeam(it, counted);
        case TeamEvent.BudgetHeld it -> org.heldByTeam(it, counted);
        case TeamEvent.BudgetSettled it -> {
          endedLike(id, it.closure());
          counted.settle(it.closure(), it.at());
        }
        case TeamEvent.BudgetBarred it -> {
          withdrawn.add(it.reservation());
          promises.takenBack(it.reservation(), id, "barred");
          saw(
              counted.isOpen(it.reservation())
                  ? Rarity.TEAM_HOLD_TAKEN_BACK
                  : Rarity.TEAM_HOLD_BARRED_BEFORE_IT_CAME);
          giveBack(counted, it.reservation(), it.at());
        }
        case TeamEvent other -> {}
      }
    }
    countsLike(id, counted);
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
      moment++;
      shadow.has(id, sequence, each);
      naive.take(each.event());
      if (each.event() instanceof WalletEvent.UsageCharged it) {
        reports.charges(id.org(), it.reported(), it.reservation());
      }
      if (each.event() instanceof WalletEvent.Released released
          && released.cause() == WalletEvent.Cause.CANCELLED) {
        withdrawn.add(released.reservation());
        promises.takenBack(released.reservation(), id, "cancelled");
      }
      if (each.event() instanceof WalletEvent.HoldBarred barred) {
        withdrawn.add(barred.reservation());
        promises.takenBack(barred.reservation(), id, "barred");
      }
      Transaction transaction = each.event().transaction();
      if (transaction != null) {
        LedgerEntry.of(id.org(), id.name(), transaction).forEach(ledger::read);
      }
    }
    for (Violation violation :
        ledger.with(((WalletAggregate) shadow.entity.aggregate()).wallet())) {
      violated(violation.invariant(), "%s: %s", id, violation.detail());
    }
  }

  /** An entity has been made of its snapshot and its rows. */
  <C, E, R, S> void recovered(
      EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> recovered) {
    // What is compared with is never folded by rules that a test has put in their place.
    if (!world.tampering.hasOtherRules()) {
      Shadow<C, E, R, S> shadow = shadow(id, model);
      expect(
          recovered.sequence() == shadow.entity.sequence(),
          "I6",
          "%s: recovery comes to row %d of %d",
          id,
          recovered.sequence(),
          shadow.entity.sequence());
      if (recovered.sequence() == shadow.entity.sequence()) {
        shadow.compare(id, recovered, "recovery");
      }
    }
    NaiveWallet wallet = wallets.get(id.toString());
    NaiveLimits counted = limits.get(id.toString());
    if ((wallet != null && wallet.hasOpen()) || (counted != null && counted.hasOpen())) {
      saw(Rarity.RECOVERED_WITH_OPEN_HOLDS);
    }
  }

  /** An entity hears that its last row is written, and goes on with what it has in memory. */
  <C, E, R, S> void lives(EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> living) {
    if (world.tampering.hasOtherRules()) {
      return;
    }
    Shadow<C, E, R, S> shadow = shadow(id, model);
    if (living.sequence() % LIVES_ONE_IN == 0 && living.sequence() == shadow.entity.sequence()) {
      shadow.compare(id, living, "what lives");
    }
    if (living.aggregate() instanceof WalletAggregate wallet) {
      Invariants.in(wallet.wallet())
          .forEach(each -> violated(each.invariant(), "%s: in memory, %s", id, each.detail()));
    }
  }
}
