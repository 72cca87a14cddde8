package dev.bursar.projections;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.journal.BatchCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Decides requests and writes the batches into the journal, as a node would, in one thread. */
final class JournalWriter {

  private record Row(EntityId id, long sequence, String manifest, byte[] bytes) {}

  private final Jdbi jdbi;
  private final List<Row> pending = new ArrayList<>();

  JournalWriter(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Decides requests as one batch; it is written with the next {@link #flush}. */
  <C, E, R> Entity.Decided<E, R> decide(
      EntityId id,
      Entity<C, E, R> entity,
      BatchCodec<E> codec,
      Instant now,
      List<Request<C>> requests,
      Consumer<E> events) {
    Entity.Decided<E, R> decided = entity.decide(requests, now);
    Batch<E> batch = decided.batch();
    if (batch != null) {
      BatchCodec.Packed packed = codec.pack(batch);
      entity.sealed(CanonicalEntry.sha256(packed.bytes()));
      pending.add(new Row(id, batch.sequence(), packed.manifest(), packed.bytes()));
      batch.recorded().forEach(recorded -> events.accept(recorded.event()));
    }
    return decided;
  }

  /** Adds a row that somebody has made; it is written with the next {@link #flush}. */
  void add(EntityId id, long sequence, BatchCodec.Packed packed) {
    pending.add(new Row(id, sequence, packed.manifest(), packed.bytes()));
  }

  /** Writes nothing of what was decided: the journal is a copy of one that has it. */
  void forget() {
    pending.clear();
  }

  /** Writes what was decided, in one transaction. */
  void flush() {
    jdbi.useTransaction(this::flush);
  }

  /** Writes what was decided, in this transaction. */
  void flush(Handle handle) {
    if (pending.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,
              event_ser_id, event_ser_manifest, event_payload)
            values (:id, :sequence, 'test', :at, 1, :manifest, :payload)
            """);
    for (Row row : pending) {
      batch
          .bind("id", row.id().toString())
          .bind("sequence", row.sequence())
          .bind("at", System.currentTimeMillis())
          .bind("manifest", row.manifest())
          .bind("payload", row.bytes())
          .add();
    }
    batch.execute();
    pending.clear();
  }
}
