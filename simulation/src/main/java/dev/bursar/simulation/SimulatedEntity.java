package dev.bursar.simulation;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.Host;
import dev.bursar.entities.Journaled;
import dev.bursar.entities.Limits;
import dev.bursar.entities.OrgEntity;
import dev.bursar.entities.ReplyTo;
import dev.bursar.entities.RunningEntity;
import dev.bursar.entities.StoredBatch;
import dev.bursar.entities.TeamEntity;
import dev.bursar.entities.WalletEntity;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs one incarnation of an entity, as an actor would. */
final class SimulatedEntity<C, E, R, S> implements Host<C, E> {

  /** Makes the entity that is run. */
  private interface Kind<C, E, R> {
    RunningEntity<C, E, R> start(EntityId id, Function<E, R> reply, Limits limits, Host<C, E> host);
  }

  private record ToDecide<C>(long number, List<Request<C>> requests) {}

  final EntityId id;
  private final World world;
  private final SimulatedNode node;
  private final EntityModel<C, E, R, S> model;
  private final RunningEntity<C, E, R> entity;
  private boolean alive = true;

  /** Counts the journals that were started; what was meant for an earlier one is void. */
  private int generation;

  private boolean journalRuns;
  private @Nullable Journaled<C, E, R, S> journaled;
  private @Nullable Entity<C, E, R> state;
  private @Nullable ToDecide<C> waiting;
  private boolean savingSnapshot;

  /** What it has forgotten, and looks for in its journal. */
  private final Set<String> sought = new HashSet<>();

  /** Up to which rows it had forgotten something when it was restored; 0 if nothing, or unknown. */
  private long forgottenWhenRestored;

  private final Arrivals arrivals;

  private SimulatedEntity(
      World world,
      SimulatedNode node,
      EntityId id,
      EntityModel<C, E, R, S> model,
      Kind<C, E, R> kind) {
    this.world = world;
    this.node = node;
    this.id = id;
    this.model = world.tampered(id, model);
    this.arrivals = new Arrivals(world, node);
    this.entity = kind.start(id, this.model.reply(), world.limits, this);
    world.log(() -> "%s starts %s".formatted(node.name, id));
  }

  static SimulatedEntity<?, ?, ?, ?> create(World world, SimulatedNode node, EntityId id) {
    return switch (id.kind()) {
      case ORG -> new SimulatedEntity<>(world, node, id, world.models.orgs(), OrgEntity::new);
      case TEAM -> new SimulatedEntity<>(world, node, id, world.models.teams(), TeamEntity::new);
      case WALLET ->
          new SimulatedEntity<>(world, node, id, world.models.wallets(), WalletEntity::new);
    };
  }

  /** Whether the journal has gone on without it. */
  boolean isBehind() {
    return state != null && state.sequence() < world.journal.last(id);
  }

  /** It is gone at once, with all that it had in memory. */
  void kill() {
    alive = false;
    generation++;
  }

  void receive(EntityMessage message) {
    if (!alive) {
      return;
    }
    try {
      if (entity.receive(message)) {
        kill();
        node.stopped(this);
      }
    } catch (RuntimeException fault) {
      world.watch.violated("crash", "%s: %s", id, World.trace(fault));
      kill();
      node.stopped(this);
    }
  }

  private void run(long micros, Runnable what) {
    node.run(
        micros,
        () -> {
          if (alive) {
            what.run();
          }
        });
  }

  // ---- what the entity asks for

  @Override
  public void send(EntityId to, EntityMessage message) {
    if (!alive) {
      return;
    }
    world.log(() -> "%s to %s: %s".formatted(id, to, message));
    world.watch.branches.sent(id, message);
    world.copies.sent(to, message);
    if (message instanceof EntityMessage.AskFor<?> ask
        && ask.request().command() instanceof TeamCommand.CountUsage count) {
      world.watch.reports.asksTeam(count.reservation(), count.counted().countsAt());
    }
    world.watch.expect(
        to.org().equals(id.org()), "I10", "%s sends something to %s: %s", id, to, message);
    EntityId goes = world.tampering.goesTo(to);
    EntityMessage instead = world.tampering.answers(to, message);
    if (instead != null) {
      self().tell(instead);
    } else if (!world.tampering.swallows(to, message)) {
      arrivals.next(() -> world.cluster.reached(node, id.org()).deliver(goes, message));
      world.cluster.mayCrash(
          node,
          0.001,
          message instanceof EntityMessage.TakeClosure
              ? Rarity.CRASHED_AFTER_IT_TOLD_AN_END
              : Rarity.CRASHED_AFTER_IT_ASKED);
      world.cluster.mayStandStill(node, id.org(), 0.001);
    }
  }

  @Override
  public ReplyTo<EntityMessage> self() {
    return message -> {
      world.answered(id, message);
      if (id.kind() == EntityId.Kind.ORG && message instanceof EntityMessage.OrgAnswered) {
        // What an entity tells itself does not get lost on its way to it.
        world.watch.branches.toldItself(message);
        run(0, () -> receive(message));
        return;
      }
      world.watch.branches.answered(message);
      if (!world.tampering.swallows(id, message)) {
        EntityMessage arriving = world.tampering.message(id, message);
        arrivals.next(() -> receive(arriving));
        world.cluster.mayCrash(node, 0.001, Rarity.CRASHED_AFTER_AN_ENTITY_ANSWERED);
      }
    };
  }

  @Override
  public void later(Duration delay, EntityMessage message) {
    run(delay.toNanos() / 1_000, () -> receive(message));
  }

  @Override
  public long nowMs() {
    return world.time.nowMicros() / 1_000;
  }

  @Override
  public void read(Place place, Consumer<E> then, Consumer<Throwable> failed) {
    lookUp(() -> readNow(place, then, failed));
  }

  /** Reads the journal beside what it does else. */
  private void lookUp(Runnable what) {
    run(world.between(200, 3_000), () -> receive(new EntityMessage.Run(what)));
    world.cluster.mayCrash(node, 0.01, Rarity.CRASHED_WHILE_IT_LOOKED_UP);
  }

  private void readNow(Place place, Consumer<E> then, Consumer<Throwable> failed) {
    StoredBatch row = world.journal.row(id, place.sequence());
    if (row == null || !node.reachesJournal() || world.happens(Fault.READ_FAILS, 0.1)) {
      failed.accept(new IllegalStateException("can't be read"));
    } else {
      then.accept(
          model
              .batches()
              .decode(row.manifest(), row.bytes())
              .recorded()
              .get(place.index())
              .event());
    }
  }

  @Override
  public void readRows(
      long after, long through, Consumer<List<Batch<E>>> then, Consumer<Throwable> failed) {
    lookUp(() -> readRowsNow(after, through, then, failed));
  }

  private void readRowsNow(
      long after, long through, Consumer<List<Batch<E>>> then, Consumer<Throwable> failed) {
    if (!node.reachesJournal() || world.happens(Fault.READ_FAILS, 0.1)) {
      failed.accept(new IllegalStateException("can't be read"));
    } else {
      List<Batch<E>> rows =
          world.journal.after(id, after).stream()
              .limit(through - after)
              .map(row -> model.batches().decode(row.manifest(), row.bytes()))
              .toList();
      world.watch.saw(Rarity.LOOKED_FOR_IN_THE_JOURNAL);
      rows.stream()
          .flatMap(row -> row.recorded().stream())
          .filter(each -> sought.remove(ended(each.event())))
          .forEach(each -> world.watch.saw(Rarity.FOUND_IN_THE_JOURNAL));
      then.accept(rows.stream().map(world.tampering::readBack).toList());
    }
  }

  /** What an event is the last of that a wallet or a team has done; empty if of nothing. */
  private static String ended(Object event) {
    return switch (event) {
      case WalletEvent.HoldBarred it -> it.reservation();
      case WalletEvent it when it.closure() != null -> it.closure().reservation();
      case TeamEvent.BudgetHeld it -> it.reservation();
      case TeamEvent.BudgetBarred it -> it.reservation();
      case Object other -> "";
    };
  }

  /** Looked for, found, or not. */
  private void forgets(Request<C> request, Outcome<R> outcome) {
    if (request.command() instanceof LookedFor<?> it) {
      Origin origin = it.origin();
      if (outcome instanceof Outcome.Forgotten) {
        sought.add(it.reservation());
      } else if (origin != null && sought.remove(it.reservation())) {
        world.watch.saw(Rarity.NOT_IN_THE_JOURNAL);
      }
    }
  }

  /** The newest row of which something was forgotten, of each of its memories, summed. */
  private long forgotten(Entity<C, E, R> of) {
    return model.memories().apply(of).stream().mapToLong(OperationMemory::forgottenThrough).sum();
  }

  private static boolean saysThatItMayHaveForgotten(Outcome<?> outcome) {
    return outcome instanceof Outcome.Forgotten
        || (outcome instanceof Outcome.Refused<?>(Refusal refusal)
            && refusal.code() == Refusal.Code.REPORT_UNDECIDED);
  }

  @Override
  public void hasNewer(long known, Consumer<Boolean> then, Consumer<Throwable> failed) {
    lookUp(() -> lookForNewer(known, then, failed));
  }

  private void lookForNewer(long known, Consumer<Boolean> then, Consumer<Throwable> failed) {
    if (!node.reachesJournal() || world.happens(Fault.READ_FAILS, 0.1)) {
      failed.accept(new IllegalStateException("can't be read"));
    } else {
      boolean newer = world.journal.last(id) > known;
      world.watch.saw(newer ? Rarity.DOES_NOT_KNOW_OF_THE_NEWEST : Rarity.KNOWS_OF_THE_NEWEST);
      then.accept(newer);
    }
  }

  // ---- the journal

  @Override
  public void startJournal(long heardOf) {
    int mine = ++generation;
    journalRuns = true;
    state = null;
    waiting = null;
    Journaled<C, E, R, S> fresh = new Journaled<>(id, model, world.limits, heardOf);
    journaled = fresh;
    run(world.between(300, 5_000), () -> recover(mine, fresh));
    world.cluster.mayCrash(node, 0.01, Rarity.CRASHED_BEFORE_IT_RECOVERED);
  }

  private void recover(int mine, Journaled<C, E, R, S> journal) {
    if (mine != generation) {
      return;
    }
    if (!node.reachesJournal() || world.happens(Fault.READ_FAILS, 0.1)) {
      stopJournal(mine);
      return;
    }
    EntityMessage recovered;
    Entity<C, E, R> found;
    forgottenWhenRestored = 0;
    world.cluster.mayCrash(node, 0.01, Rarity.CRASHED_AFTER_IT_READ_ITS_ROWS);
    try {
      SimulatedJournal.Snapshot snapshot =
          world.tampering.hasOtherRules() ? null : world.journal.snapshot(id);
      if (snapshot == null) {
        found = journal.fresh();
      } else {
        found = journal.restored(snapshot.stored(), world.journal.of(id, world.tampering));
        forgottenWhenRestored = forgotten(found);
        model.memories().apply(found).forEach(world.tampering::restored);
        world.watch.saw(Rarity.RECOVERED_FROM_SNAPSHOT);
        if (!journal.isWithoutParts()) {
          world.watch.saw(Rarity.RECOVERED_FROM_PARTS);
        }
      }
      List<StoredBatch> rows = world.journal.after(id, found.sequence());
      long last = world.journal.last(id);
      if (world.tampering.recoversWithoutTheLastRow() && rows.size() > 1) {
        rows = rows.subList(0, rows.size() - 1);
      }
      for (StoredBatch row : rows) {
        journal.take(found, row);
      }
      recovered = journal.recovered(found, last);
    } catch (RuntimeException fault) {
      world.watch.violated("I6-refused", "%s does not recover: %s", id, World.trace(fault));
      stopJournal(mine);
      return;
    }
    world.watch.recovered(id, model, found);
    // What it has read may be old by the time it goes on.
    run(
        world.between(10, 2_000),
        () -> {
          if (mine == generation && journalRuns) {
            state = found;
            receive(recovered);
            world.copies.recovered(id, this::receive);
            decideWaiting(mine);
          }
        });
  }

  @Override
  public void decide(long number, List<Request<C>> requests) {
    waiting = new ToDecide<>(number, requests);
    int mine = generation;
    run(world.between(1, 50), () -> decideWaiting(mine));
    world.cluster.mayCrash(node, 0.002, Rarity.CRASHED_BEFORE_IT_DECIDED);
  }

  private void decideWaiting(int mine) {
    ToDecide<C> batch = waiting;
    Entity<C, E, R> now = state;
    Journaled<C, E, R, S> journal = journaled;
    if (mine != generation || !journalRuns || batch == null || now == null || journal == null) {
      return;
    }
    waiting = null;
    List<Request<C>> requests =
        batch.requests.stream().map(each -> world.tampering.request(id, each)).toList();
    if (requests.size() > 1) {
      world.watch.saw(Rarity.BATCH_OF_SEVERAL);
    }
    world.decides(id, now.sequence());
    boolean wasBehind = isBehind();
    boolean asRestored = forgottenWhenRestored > 0 && forgotten(now) == forgottenWhenRestored;
    world.decidesAnew();
    Journaled.Decided<E, R> decided = decide(journal, now, batch.number, requests);
    decidedBy(requests);
    if (decided.told().outcomes().size() < requests.size()) {
      world.watch.saw(Rarity.MORE_DUE_THAN_ONE_ROW_TAKES);
    }
    for (int i = 0; i < decided.told().outcomes().size(); i++) {
      Outcome<R> outcome = decided.told().outcomes().get(i);
      forgets(requests.get(i), outcome);
      if (i == 0 && asRestored && saysThatItMayHaveForgotten(outcome)) {
        world.watch.saw(Rarity.HAD_FORGOTTEN_BEFORE_IT_RECOVERED);
      }
      // Whoever asks is told that it can't be reached, and asks again. One that is behind may well
      // be asked about what it does not know yet.
      if (outcome instanceof Outcome.Failed<R>(RuntimeException fault) && !wasBehind) {
        world.watch.violated("crash", "%s: %s", id, World.trace(fault));
      }
    }
    receive(decided.told());
    StoredBatch row = decided.row();
    EntityMessage written = new EntityMessage.BatchWritten(batch.number);
    if (row == null) {
      receive(written);
      return;
    }
    journal.take(now, row);
    if (world.tampering.saysWrittenTooEarly()) {
      receive(written);
    }
    write(mine, now.sequence(), row, written);
  }

  /** Of one request it is known by which catalog it was decided. */
  private void decidedBy(List<Request<C>> requests) {
    Catalog catalog = world.lookedAt();
    for (Request<C> each : requests) {
      if (each.command() instanceof OrgCommand.Reserve it && catalog != null) {
        world.watch.plans.decides(attempt(it), requests.size() == 1 ? catalog : null);
      }
    }
  }

  private static String attempt(OrgCommand.Reserve asked) {
    ReserveRequest request = asked.request();
    Subject subject = request.subject();
    String wallet = request.wallet() == null ? OrgShape.walletOf(subject.team()) : request.wallet();
    return ReservationId.of(subject.org(), wallet, asked.key(), asked.salt()).toString();
  }

  private Journaled.Decided<E, R> decide(
      Journaled<C, E, R, S> journal, Entity<C, E, R> now, long number, List<Request<C>> requests) {
    if (requests.stream().allMatch(each -> world.tampering.looksWhetherDone(each.command()))) {
      return journal.decide(now, number, requests, node.decidesAt());
    }
    // A planted bug: the same entity, with a memory in which nothing is found.
    Entity<C, E, R> forgetful =
        new Entity<>(
            now.aggregate(),
            new OperationMemory(1, world.limits.operationsRememberedFor().toNanos() / 1_000));
    forgetful.restored(now.sequence(), now.head());
    Journaled.Decided<E, R> decided = journal.decide(forgetful, number, requests, node.decidesAt());
    now.restored(forgetful.sequence(), forgetful.head());
    return decided;
  }

  private void write(int mine, long sequence, StoredBatch row, EntityMessage written) {
    long takes =
        world.happens(Fault.WRITE_SLOW, 0.03)
            ? world.between(1_000_000, 6_000_000)
            : world.between(300, 4_000);
    long transaction = world.journal.begin();
    world.cluster.mayCrash(node, 0.003, Rarity.CRASHED_WITH_A_ROW_UNDER_WAY);
    if (world.happens(Fault.WRITE_FAILS, 0.05)) {
      world.log(() -> "%s: row %d is not written".formatted(id, sequence));
      world.time.after(takes, () -> world.journal.rollBack(transaction));
      run(takes, () -> stopJournal(mine));
    } else if (world.happens(Fault.WRITE_COMMITS_LATE, 0.05)) {
      run(takes, () -> stopJournal(mine));
      world.time.after(
          takes + world.between(0, 3_000_000),
          () -> {
            if (append(transaction, sequence, row)) {
              world.watch.saw(Rarity.ROW_WRITTEN_LATE);
            }
          });
    } else {
      boolean noticed = !world.happens(Fault.WRITE_ACKNOWLEDGEMENT_LOST, 0.05);
      world.time.after(takes, () -> commit(mine, transaction, sequence, row, written, noticed));
    }
  }

  private void commit(
      int mine,
      long transaction,
      long sequence,
      StoredBatch row,
      EntityMessage written,
      boolean noticed) {
    if (!node.isUp() && world.random.nextBoolean()) {
      world.journal.rollBack(transaction);
      return;
    }
    if (node.isUp() && !node.reachesJournal()) {
      world.journal.rollBack(transaction);
      run(0, () -> stopJournal(mine));
      return;
    }
    boolean done = append(transaction, sequence, row);
    world.cluster.mayCrash(
        node,
        0.01,
        switch (id.kind()) {
          case ORG -> Rarity.CRASHED_AFTER_A_ROW_OF_AN_ORG;
          case TEAM -> Rarity.CRASHED_AFTER_A_ROW_OF_A_TEAM;
          case WALLET -> Rarity.CRASHED_AFTER_A_ROW_OF_A_WALLET;
        });
    world.cluster.mayStandStill(node, id.org(), 0.01);
    if (done && !noticed) {
      world.watch.saw(Rarity.ROW_WRITTEN_UNNOTICED);
    }
    run(
        world.between(10, 500),
        () -> {
          if (mine != generation) {
            return;
          }
          if (done && noticed) {
            if (state != null) {
              world.watch.shadows.lives(id, model, state);
            }
            receive(written);
            saveSnapshotIfDue(mine);
          } else {
            stopJournal(mine);
          }
        });
  }

  private boolean append(long transaction, long sequence, StoredBatch row) {
    boolean done =
        world.journal.append(
            transaction, id, sequence, row, node.name, world.tampering.takesRowsTwice());
    if (!done) {
      world.watch.saw(Rarity.ROW_REFUSED);
      world.log(() -> "%s: row %d of %s is refused".formatted(id, sequence, node.name));
    }
    return done;
  }

  @Override
  public void stopJournal() {
    stopJournal(generation);
  }

  private void stopJournal(int mine) {
    if (mine == generation && journalRuns) {
      journalRuns = false;
      state = null;
      run(
          world.between(5, 200),
          () -> {
            if (mine == generation) {
              entity.onJournalStopped();
            }
          });
      world.cluster.mayCrash(node, 0.02, Rarity.CRASHED_WITHOUT_ITS_JOURNAL);
    }
  }

  private void saveSnapshotIfDue(int mine) {
    Journaled<C, E, R, S> journal = journaled;
    Entity<C, E, R> now = state;
    if (mine != generation
        || journal == null
        || now == null
        || savingSnapshot
        || world.tampering.hasOtherRules()
        || !journal.isSnapshotDue()) {
      return;
    }
    savingSnapshot = true;
    boolean anew = journal.isWithoutParts();
    EntityModel.Captured captured = journal.capture(now);
    boolean fails = !node.reachesJournal() || world.happens(Fault.WRITE_FAILS, 0.2);
    world.cluster.mayCrash(node, 0.02, Rarity.CRASHED_WITH_A_SNAPSHOT_UNDER_WAY);
    world.time.after(
        world.between(500, 50_000),
        () -> {
          savingSnapshot = false;
          if (!fails && (node.isUp() || world.random.nextBoolean())) {
            world
                .journal
                .save(id, captured, anew, world.tampering.savesLateSnapshots())
                .ifPresent(bytes -> journal.saved(captured, bytes));
            world.cluster.mayCrash(node, 0.02, Rarity.CRASHED_AFTER_A_SNAPSHOT);
          }
        });
  }
}
