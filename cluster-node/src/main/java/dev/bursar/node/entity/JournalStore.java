package dev.bursar.node.entity;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import dev.bursar.journal.BatchCodec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/**
 * The journal and the snapshots beside the plugin: reads single events back, to repeat an answer
 * that was given before, and writes snapshots. The plugin would have the entity wait for those.
 */
public final class JournalStore {

  private record Row(String manifest, byte[] payload) {}

  private final Jdbi jdbi;
  private final Executor blocking;

  /**
   * @param jdbi the primary database
   * @param blocking where blocking reads run
   */
  public JournalStore(Jdbi jdbi, Executor blocking) {
    this.jdbi = jdbi;
    this.blocking = blocking;
  }

  /** The event at a place in an entity's journal; fails if there is none. */
  <E> CompletionStage<E> read(EntityId id, Place place, BatchCodec<E> codec) {
    return CompletableFuture.supplyAsync(
        () -> {
          Row row =
              jdbi.withHandle(
                  handle ->
                      handle
                          .createQuery(
                              """
                              select event_ser_manifest, event_payload from event_journal
                              where persistence_id = :id and sequence_number = :sequence
                              """)
                          .bind("id", id.toString())
                          .bind("sequence", place.sequence())
                          .map((rs, context) -> new Row(rs.getString(1), rs.getBytes(2)))
                          .one());
          return codec.decode(row.manifest, row.payload).recorded().get(place.index()).event();
        },
        blocking);
  }

  /**
   * Saves a snapshot, in place of those before it.
   *
   * @param sequence the row of the journal up to which it tells
   * @param snapshot encodes it; called on another thread
   * @return its size in bytes
   */
  CompletionStage<Integer> saveSnapshot(
      EntityId id, long sequence, Supplier<StoredSnapshot> snapshot) {
    return CompletableFuture.supplyAsync(
        () -> {
          StoredSnapshot stored = snapshot.get();
          jdbi.useTransaction(
              handle -> {
                handle
                    .createUpdate(
                        """
                        insert into snapshot (persistence_id, sequence_number, created,
                          snapshot_ser_id, snapshot_ser_manifest, snapshot_payload)
                        values (:id, :sequence, :created, :serializer, :manifest, :bytes)
                        on conflict (persistence_id, sequence_number) do nothing
                        """)
                    .bind("id", id.toString())
                    .bind("sequence", sequence)
                    .bind("created", System.currentTimeMillis())
                    .bind("serializer", StoredFormSerializer.IDENTIFIER)
                    .bind("manifest", StoredFormSerializer.manifestOf(stored))
                    .bind("bytes", stored.bytes())
                    .execute();
                handle.execute(
                    "delete from snapshot where persistence_id = ? and sequence_number < ?",
                    id.toString(),
                    sequence);
              });
          return stored.bytes().length;
        },
        blocking);
  }
}
