package dev.bursar.entities;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.journal.BatchCodec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entity beside its journal: what it decides becomes a row, rows become its state again, and
 * from time to time a snapshot is due. One of these lives as long as one recovery does. Owned by
 * one thread, but for {@link #saved}.
 *
 * @param <C> what can be asked of it
 * @param <E> what happens to it
 * @param <R> what it replies
 * @param <S> its state as plain data
 */
public final class Journaled<C, E, R, S> {

  /**
   * What a batch came to.
   *
   * @param told for the inbox
   * @param row to be written; null if nothing changed
   */
  public record Decided<E, R>(EntityMessage.BatchDecided<E, R> told, @Nullable StoredBatch row) {}

  private final EntityId id;
  private final EntityModel<C, E, R, S> model;
  private final Limits limits;
  private final long heardOf;
  private final List<Batch<E>> unheard = new ArrayList<>(0);
  private long bytesSinceSnapshot;
  private volatile long snapshotBytes;

  /** Up to which number each memory of operations is stored in parts. */
  private volatile long[] partsStored;

  /**
   * @param heardOf the last row that the inbox has heard of; it is told of those after it
   */
  public Journaled(EntityId id, EntityModel<C, E, R, S> model, Limits limits, long heardOf) {
    this.id = id;
    this.model = model;
    this.limits = limits;
    this.heardOf = heardOf;
    this.partsStored = inParts(fresh());
  }

  private long[] inParts(Entity<C, E, R> entity) {
    return model.memories().apply(entity).stream().mapToLong(OperationMemory::inParts).toArray();
  }

  /** The entity before anything happened to it. */
  public Entity<C, E, R> fresh() {
    return model.fresh().apply(id);
  }

  /**
   * Decides a batch.
   *
   * @param number comes back with the outcome
   * @param clock the time
   */
  public Decided<E, R> decide(
      Entity<C, E, R> entity, long number, List<Request<C>> requests, Instant clock) {
    Entity.Decided<E, R> decided =
        entity.decide(requests, clock.truncatedTo(ChronoUnit.MICROS), limits.batchMax());
    Batch<E> batch = decided.batch();
    EntityMessage.BatchDecided<E, R> told =
        new EntityMessage.BatchDecided<>(number, batch, decided.outcomes());
    if (batch == null) {
      return new Decided<>(told, null);
    }
    BatchCodec.Packed packed = model.batches().pack(batch);
    entity.sealed(CanonicalEntry.sha256(packed.bytes()));
    return new Decided<>(told, new StoredBatch(packed.manifest(), packed.bytes(), true));
  }

  /**
   * Takes in a row: one from the journal, or one that was decided here and is about to be written.
   *
   * @throws IllegalStateException if it does not follow on the row before
   */
  public void take(Entity<C, E, R> entity, StoredBatch stored) {
    bytesSinceSnapshot += BatchCodec.plainLength(stored.manifest(), stored.bytes());
    if (!stored.folded()) {
      Batch<E> batch = model.batches().decode(stored.manifest(), stored.bytes());
      entity.fold(batch, CanonicalEntry.sha256(stored.bytes()));
      if (batch.sequence() > heardOf) {
        unheard.add(batch);
      }
    }
  }

  /**
   * The end of recovery.
   *
   * @param last the number of the journal's last row
   * @throws IllegalStateException if recovery did not come so far: rows are missing
   */
  public EntityMessage.Recovered<E> recovered(Entity<C, E, R> entity, long last) {
    if (entity.sequence() != last) {
      throw new IllegalStateException(
          "%s: the journal goes to row %d, recovery came to row %d; rows are missing"
              .formatted(id, last, entity.sequence()));
    }
    EntityMessage.Recovered<E> recovered =
        new EntityMessage.Recovered<>(last, List.copyOf(unheard));
    unheard.clear();
    return recovered;
  }

  // ---- snapshots

  /** Whether so much has been written since the last snapshot that another is due. */
  public boolean isSnapshotDue() {
    return bytesSinceSnapshot
        >= Math.max(limits.snapshotAfterBytes(), limits.snapshotAfterSizes() * snapshotBytes);
  }

  /** The entity as it stands, which is in the journal. */
  public EntityModel.Captured capture(Entity<C, E, R> entity) {
    bytesSinceSnapshot = 0;
    return model.captured(entity, partsStored);
  }

  /** Whether no part of what is remembered is stored that counts. */
  public boolean isWithoutParts() {
    return Arrays.stream(partsStored).allMatch(upTo -> upTo == 0);
  }

  /** What was captured is stored, in so many bytes; told on any thread, before the next capture. */
  public void saved(EntityModel.Captured captured, long bytes) {
    snapshotBytes = bytes;
    partsStored = captured.memories().stream().mapToLong(each -> each.part().to()).toArray();
  }

  /** The entity as of a snapshot. */
  public Entity<C, E, R> restored(StoredSnapshot snapshot, Stored stored) {
    snapshotBytes = snapshot.bytes().length;
    Entity<C, E, R> entity = model.restored(id, snapshot, stored::parts);
    partsStored = inParts(entity);
    if (entity.sequence() > heardOf) {
      // Another incarnation has written these, and the snapshot that hides them.
      for (StoredBatch row : stored.rows(heardOf, entity.sequence())) {
        unheard.add(model.batches().decode(row.manifest(), row.bytes()));
      }
    }
    return entity;
  }

  /** What is stored of the entity beside the rows that recovery reads. */
  public interface Stored {

    /** The parts of a memory, by their first number. */
    List<OperationMemory.Part> parts(int memory);

    /** The rows after one number, up to another. */
    List<StoredBatch> rows(long after, long upTo);
  }
}
