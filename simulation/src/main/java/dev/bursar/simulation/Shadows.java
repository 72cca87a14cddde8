package dev.bursar.simulation;

import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.StoredBatch;
import dev.bursar.journal.EntitySnapshot;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every entity once more, folded from its rows alone: what is recovered, and what lives, is
 * compared with it.
 */
final class Shadows {

  /** How seldom what lives is compared with its rows: all of its state has to be encoded. */
  private static final int LIVES_ONE_IN = 8;

  /** One entity. */
  final class Shadow<C, E, R, S> {
    private final EntityId id;
    private final EntityModel<C, E, R, S> model;
    private final Entity<C, E, R> entity;
    private final Map<String, E> operations = new HashMap<>();

    /** The times of its last events, by how many events there had been before their row. */
    private final TreeMap<Long, Instant> ats = new TreeMap<>();

    private @Nullable Instant nextDue;
    private long dueVersion;
    private String writer = "";

    /** What its rows come to, encoded; null until somebody is compared with it. */
    private byte @Nullable [] encoded;

    Shadow(EntityId id, EntityModel<C, E, R, S> model) {
      this.id = id;
      this.model = model;
      this.entity = model.fresh().apply(id);
    }

    /** Takes a row in, and tells what is in it. */
    List<Recorded<E>> take(long sequence, StoredBatch row, String by) {
      Batch<E> batch = model.batches().decode(row.manifest(), row.bytes());
      if (batch.sequence() != sequence) {
        watch.violated("I8", "%s: row %d says that it is row %d", id, sequence, batch.sequence());
      }
      try {
        entity.fold(batch, CanonicalEntry.sha256(row.bytes()));
      } catch (IllegalStateException fault) {
        watch.violated("I8", "%s: %s", id, fault.getMessage());
      }
      encoded = null;
      ats.put(watch.moment(), entity.aggregate().lastAt());
      nextDue = batch.nextDue();
      dueVersion++;
      if (!writer.isEmpty() && !writer.equals(by) && world.cluster.runs(writer, id)) {
        watch.saw(Rarity.TWO_INCARNATIONS_WROTE);
      }
      writer = by;
      world.log(
          () ->
              "%s row %d by %s: %s"
                  .formatted(
                      id, sequence, by, batch.recorded().stream().map(Recorded::event).toList()));
      return batch.recorded();
    }

    /** An operation has one effect; the row may have let it come again by what is before this. */
    void has(long sequence, Recorded<E> recorded) {
      Operation operation = recorded.operation();
      E first = operation == null ? null : operations.put(operation.key(), recorded.event());
      if (operation != null && first != null) {
        watch.expect(
            isLeasedAgain(operation),
            "I4",
            "%s: %s has a second effect, in row %d; the first was %s",
            id,
            operation.key(),
            sequence,
            first);
      }
    }

    /**
     * A sidecar's keys tell no time, since its clock may be wrong: once they are forgotten they
     * can't be told from new ones. Who asks again after that gets another lease, and the one before
     * ends by itself. Whatever else a sidecar asks names a lease, and is done once.
     */
    private boolean isLeasedAgain(Operation operation) {
      return operation.key().startsWith("lease\n")
          && operation.keyMadeAt() == null
          && !watch.memories.remembers(id, operation);
    }

    void mayComeAgain(@Nullable Operation operation) {
      if (operation != null) {
        operations.remove(operation.key());
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
    private void compare(Entity<C, E, R> other, String how) {
      byte[] own = encoded;
      if (own == null) {
        own = state(entity);
        encoded = own;
      }
      List<OperationMemory> memories = model.memories().apply(entity);
      List<OperationMemory> others = model.memories().apply(other);
      boolean same = Arrays.equals(own, state(other));
      for (int i = 0; i < memories.size(); i++) {
        same &= Arrays.equals(memories.get(i).toBytes(), others.get(i).toBytes());
      }
      watch.expect(same, "I6", "%s: %s comes to another state than its rows", id, how);
    }
  }

  private final World world;
  private final Watch watch;
  private final Map<EntityId, Shadow<?, ?, ?, ?>> all = new HashMap<>();

  Shadows(World world, Watch watch) {
    this.world = world;
    this.watch = watch;
  }

  @SuppressWarnings("unchecked")
  <C, E, R, S> Shadow<C, E, R, S> of(EntityId id, EntityModel<C, E, R, S> model) {
    return (Shadow<C, E, R, S>) all.computeIfAbsent(id, i -> new Shadow<>(i, model));
  }

  /** What came of an operation; null if nothing is in the journal. */
  @Nullable Object effect(EntityId id, Operation operation) {
    Shadow<?, ?, ?, ?> shadow = all.get(id);
    return shadow == null ? null : shadow.operations.get(operation.key());
  }

  /** What an org or a team counts itself, as its rows come to. */
  @Nullable Tallies tallies(EntityId id) {
    Shadow<?, ?, ?, ?> shadow = all.get(id);
    return switch (shadow == null ? null : shadow.entity.aggregate()) {
      case OrgAggregate it -> it.org().tallies();
      case TeamAggregate it -> it.team().tallies();
      case null, default -> null;
    };
  }

  /**
   * A wallet or an org that may have something to do.
   *
   * @param version of its row in the table of due work
   */
  record Due(EntityId entity, long version) {}

  /** Who may have something to do by this time. */
  List<Due> due(Instant by) {
    return all.values().stream()
        .filter(each -> each.nextDue != null && !each.nextDue.isAfter(by))
        .map(each -> new Due(each.id, each.dueVersion))
        .sorted(Comparator.comparing(each -> each.entity().toString()))
        .toList();
  }

  /** Moves it to its next time, or takes it out if it has none; unless a row came since. */
  void move(Due due, @Nullable Instant next) {
    Shadow<?, ?, ?, ?> shadow = all.get(due.entity());
    if (shadow != null && shadow.dueVersion == due.version()) {
      shadow.nextDue = next;
      shadow.dueVersion++;
    }
  }

  /** The time of an entity's last event. */
  Instant lastAt(EntityId id) {
    Shadow<?, ?, ?, ?> shadow = all.get(id);
    return shadow == null ? world.beginning : shadow.entity.aggregate().lastAt();
  }

  /** The time of the last event that an entity had at this moment. */
  Instant lastAt(EntityId id, long moment) {
    Shadow<?, ?, ?, ?> shadow = all.get(id);
    Map.Entry<Long, Instant> last = shadow == null ? null : shadow.ats.lowerEntry(moment);
    return last == null ? world.beginning : last.getValue();
  }

  /** The time of the latest event. */
  Instant latestAt() {
    return all.values().stream()
        .map(each -> each.entity.aggregate().lastAt())
        .max(Instant::compareTo)
        .orElse(world.beginning);
  }

  /** All entities that have a journal, by name. */
  List<EntityId> entities() {
    return all.keySet().stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
  }

  /** What is wrong with a wallet as its rows come to, by its ledger. */
  void audit(EntityId wallet, Invariants ledger) {
    Shadow<?, ?, ?, ?> shadow = all.get(wallet);
    if (shadow != null && shadow.entity.aggregate() instanceof WalletAggregate it) {
      ledger
          .with(it.wallet())
          .forEach(each -> watch.violated(each.invariant(), "%s: %s", wallet, each.detail()));
    }
  }

  /** An entity has been made of its snapshot and its rows. */
  <C, E, R, S> void recovered(
      EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> recovered) {
    // What is compared with is never folded by rules that a test has put in their place.
    if (world.tampering.hasOtherRules()) {
      return;
    }
    Shadow<C, E, R, S> shadow = of(id, model);
    watch.expect(
        recovered.sequence() == shadow.entity.sequence(),
        "I6",
        "%s: recovery comes to row %d of %d",
        id,
        recovered.sequence(),
        shadow.entity.sequence());
    if (recovered.sequence() == shadow.entity.sequence()) {
      shadow.compare(recovered, "recovery");
    }
  }

  /** An entity hears that its last row is written, and goes on with what it has in memory. */
  <C, E, R, S> void lives(EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> living) {
    if (world.tampering.living(living.aggregate()) instanceof WalletAggregate wallet) {
      Invariants.in(wallet.wallet())
          .forEach(
              each -> watch.violated(each.invariant(), "%s: in memory, %s", id, each.detail()));
    }
    if (world.tampering.hasOtherRules()) {
      return;
    }
    Shadow<C, E, R, S> shadow = of(id, model);
    if (living.sequence() % LIVES_ONE_IN == 0 && living.sequence() == shadow.entity.sequence()) {
      shadow.compare(living, "what lives");
    }
  }
}
