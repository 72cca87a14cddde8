package dev.bursar.entities;

import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.journal.BatchCodec;
import dev.bursar.journal.EntitySnapshot;
import dev.bursar.journal.SnapshotCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * A kind of entity: how it begins, what it replies, and how it is stored.
 *
 * @param fresh an entity that nothing has happened to
 * @param reply what an event answers to the command that led to it
 * @param batches the stored form of its events
 * @param snapshots the stored form of its state
 * @param capture the state as plain data
 * @param restore puts captured state into a fresh entity
 * @param memories what it remembers of operations, in an order that never changes
 */
public record EntityModel<C, E, R, S>(
    Function<EntityId, Entity<C, E, R>> fresh,
    Function<E, R> reply,
    BatchCodec<E> batches,
    SnapshotCodec<S> snapshots,
    Function<Entity<C, E, R>, S> capture,
    BiConsumer<Entity<C, E, R>, S> restore,
    Function<Entity<C, E, R>, List<OperationMemory>> memories) {

  /**
   * An entity as it stood at one row. What it remembers of operations is not in the snapshot but in
   * parts, which are written once: so a snapshot costs what has happened since the last one,
   * however much is remembered.
   *
   * @param sequence the row
   * @param snapshot makes the stored form; on any thread
   * @param memories one of each memory, in the model's order
   */
  public record Captured(
      long sequence, Supplier<StoredSnapshot> snapshot, List<Remembered> memories) {}

  /**
   * What there is to be stored of a memory.
   *
   * @param oldest no part that ends before this is needed any more
   * @param part what was not stored yet
   */
  public record Remembered(long oldest, OperationMemory.Part part) {}

  /**
   * The entity as it stands.
   *
   * @param stored up to which number each memory is in parts already
   */
  Captured captured(Entity<C, E, R> entity, long[] stored) {
    EntitySnapshot<S> snapshot =
        new EntitySnapshot<>(
            entity.sequence(), entity.head(), entity.memory().outline(), capture.apply(entity));
    List<Remembered> remembered = new ArrayList<>(stored.length);
    for (OperationMemory memory : memories.apply(entity)) {
      remembered.add(new Remembered(memory.oldest(), memory.part(stored[remembered.size()])));
    }
    return new Captured(
        entity.sequence(),
        () -> new StoredSnapshot(snapshots.manifest(), snapshots.encode(snapshot)),
        remembered);
  }

  /**
   * An entity from its snapshot.
   *
   * @param parts reads the parts of a memory, by their first number; for those that have any
   */
  Entity<C, E, R> restored(
      EntityId id, StoredSnapshot stored, IntFunction<List<OperationMemory.Part>> parts) {
    EntitySnapshot<S> snapshot = snapshots.decode(stored.manifest(), stored.bytes());
    Entity<C, E, R> entity = fresh.apply(id);
    entity.memory().restore(snapshot.memory());
    restore.accept(entity, snapshot.state());
    entity.restored(snapshot.sequence(), snapshot.head());
    List<OperationMemory> all = memories.apply(entity);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).lacksParts()) {
        all.get(i).restore(parts.apply(i));
      }
    }
    return entity;
  }
}
