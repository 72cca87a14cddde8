package dev.bursar.node.entity;

import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.journal.BatchCodec;
import dev.bursar.journal.EntitySnapshot;
import dev.bursar.journal.SnapshotCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
 */
public record EntityModel<C, E, R, S>(
    Function<EntityId, Entity<C, E, R>> fresh,
    Function<E, R> reply,
    BatchCodec<E> batches,
    SnapshotCodec<S> snapshots,
    Function<Entity<C, E, R>, S> capture,
    BiConsumer<Entity<C, E, R>, S> restore) {

  /** The entity as it stands; the stored form can be made of that later, on any thread. */
  Supplier<StoredSnapshot> captured(Entity<C, E, R> entity) {
    EntitySnapshot<S> snapshot =
        new EntitySnapshot<>(
            entity.sequence(), entity.head(), entity.memory().toBytes(), capture.apply(entity));
    return () -> new StoredSnapshot(snapshots.manifest(), snapshots.encode(snapshot));
  }

  Entity<C, E, R> restored(EntityId id, StoredSnapshot stored) {
    EntitySnapshot<S> snapshot = snapshots.decode(stored.manifest(), stored.bytes());
    Entity<C, E, R> entity = fresh.apply(id);
    entity.memory().restore(snapshot.memory());
    restore.accept(entity, snapshot.state());
    entity.restored(snapshot.sequence(), snapshot.head());
    return entity;
  }
}
