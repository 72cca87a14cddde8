package dev.bursar.node.entity;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import dev.bursar.journal.BatchCodec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jdbi.v3.core.Jdbi;

/** Reads single events back from the journal, to repeat an answer that was given before. */
public final class JournalReader {

  private record Row(String manifest, byte[] payload) {}

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
}
