package dev.bursar.node.entity;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import dev.bursar.journal.BatchCodec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal beside the plugin: reads single events back, to repeat an answer that was given
 * before, and deletes snapshots that are of no more use.
 */
public final class JournalReader {

  private record Row(String manifest, byte[] payload) {}

  private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);

  private final Jdbi jdbi;
  private final Executor blocking;

  /**
   * @param jdbi the primary database
   * @param blocking where blocking reads run
   */
  public JournalReader(Jdbi jdbi, Executor blocking) {
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
   * Deletes an entity's snapshots that a newer one has made useless; soon, or with the next one.
   */
  void forgetSnapshotsBefore(EntityId id, long sequence) {
    blocking.execute(
        () -> {
          try {
            jdbi.useHandle(
                handle ->
                    handle.execute(
                        "delete from snapshot where persistence_id = ? and sequence_number < ?",
                        id.toString(),
                        sequence));
          } catch (RuntimeException e) {
            LOG.warn("old snapshots of {} could not be deleted", id, e);
          }
        });
  }
}
