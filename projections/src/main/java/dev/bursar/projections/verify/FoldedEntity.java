package dev.bursar.projections.verify;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.journal.BatchCodec;
import java.time.Instant;
import java.util.function.BiConsumer;

/**
 * An entity that is folded from its journal by the domain's own rules. The first row that is not as
 * it must be ends it: nothing after it means anything.
 */
final class FoldedEntity<E> {

  private final EntityId id;
  private final Entity<?, E, ?> entity;
  private final BatchCodec<E> codec;
  private final Findings findings;
  private boolean broken;

  FoldedEntity(EntityId id, Entity<?, E, ?> entity, BatchCodec<E> codec, Findings findings) {
    this.id = id;
    this.entity = entity;
    this.codec = codec;
    this.findings = findings;
  }

  /** Takes the next row in, and hands its events on once they are folded. */
  void take(StoredRow row, BiConsumer<StoredRow, Batch<E>> folded) {
    if (broken) {
      return;
    }
    try {
      Batch<E> batch = codec.decode(row.manifest(), row.payload());
      if (batch.sequence() != row.sequence()) {
        throw new IllegalStateException("it says that it is row " + batch.sequence());
      }
      Instant before = entity.aggregate().lastAt();
      entity.fold(batch, CanonicalEntry.sha256(row.payload()));
      if (entity.aggregate().lastAt().isBefore(before)) {
        findings.add(Discrepancy.Kind.INVARIANT, id, "time goes back in row " + row.sequence());
      }
      findings.row(batch.recorded().size());
      folded.accept(row, batch);
    } catch (RuntimeException e) {
      broken = true;
      findings.add(
          Discrepancy.Kind.JOURNAL,
          id,
          "row %d: %s; what comes after it was not looked at"
              .formatted(row.sequence(), e.getMessage()));
    }
  }

  /** Whether its journal could not be followed to its end. */
  boolean isBroken() {
    return broken;
  }

  /** The number of its last row. */
  long sequence() {
    return entity.sequence();
  }
}
