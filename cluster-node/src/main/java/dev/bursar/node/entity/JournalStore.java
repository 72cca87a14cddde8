package dev.bursar.node.entity;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.Journaled;
import dev.bursar.entities.StoredBatch;
import dev.bursar.entities.StoredSnapshot;
import dev.bursar.journal.BatchCodec;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.postgresql.PGStatement;

/**
 * The journal and the snapshots beside the plugin: reads single events back, to repeat an answer
 * that was given before, and writes snapshots. The plugin would have the entity wait for those.
 */
public final class JournalStore {

  private record Row(String manifest, byte[] payload) {}

  /** From the first time on: as text, bytes are twice as long. */
  private static final StatementCustomizer BINARY =
      new StatementCustomizer() {
        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context)
            throws SQLException {
          statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
        }
      };

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

  /** The rows of an entity's journal after one number, up to another; as many as are there. */
  <E> CompletionStage<List<Batch<E>>> readRows(
      EntityId id, long after, long through, BatchCodec<E> codec) {
    return CompletableFuture.supplyAsync(
        () ->
            jdbi.withHandle(handle -> rows(handle, id, after, through)).stream()
                .map(row -> codec.decode(row.manifest(), row.bytes()))
                .toList(),
        blocking);
  }

  /** Whether an entity's journal has rows after this one. */
  CompletionStage<Boolean> hasNewer(EntityId id, long sequence) {
    return CompletableFuture.supplyAsync(
        () ->
            jdbi.withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            select exists (
                              select 1 from event_journal
                              where persistence_id = :id and sequence_number > :sequence)
                            """)
                        .bind("id", id.toString())
                        .bind("sequence", sequence)
                        .mapTo(Boolean.class)
                        .one()),
        blocking);
  }

  /**
   * Saves a snapshot, in place of those before it.
   *
   * @param anew whether no part of what it remembers counts that was stored before
   * @return its size in bytes, without the parts; empty if a later one is there, or was, and
   *     nothing was stored
   */
  CompletionStage<OptionalInt> saveSnapshot(
      EntityId id, EntityModel.Captured captured, boolean anew) {
    return CompletableFuture.supplyAsync(
        () -> {
          StoredSnapshot stored = captured.snapshot().get();
          return jdbi.inTransaction(
              handle -> {
                if (isOutdated(handle, id, captured.sequence())
                    || (!anew && partsAreNewer(handle, id, captured.memories()))) {
                  return OptionalInt.empty();
                }
                if (anew) {
                  handle.execute(
                      "delete from snapshot_part where persistence_id = ?", id.toString());
                }
                for (int memory = 0; memory < captured.memories().size(); memory++) {
                  savePart(handle, id, memory, captured.memories().get(memory));
                }
                saveSnapshot(handle, id, captured.sequence(), stored);
                return OptionalInt.of(stored.bytes().length);
              });
        },
        blocking);
  }

  /** Whether another incarnation has stored a later snapshot; nobody else stores one meanwhile. */
  private static boolean isOutdated(Handle handle, EntityId id, long sequence) {
    handle.execute("select pg_advisory_xact_lock(hashtextextended(?, 1))", id.toString());
    return handle
        .createQuery(
            """
            select exists (
              select 1 from snapshot where persistence_id = :id and sequence_number > :sequence)
            """)
        .bind("id", id.toString())
        .bind("sequence", sequence)
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Whether another incarnation has stored more of what is remembered, and its snapshot was deleted
   * since: no recovery could do with those parts and an earlier snapshot.
   */
  private static boolean partsAreNewer(
      Handle handle, EntityId id, List<EntityModel.Remembered> memories) {
    return IntStream.range(0, memories.size())
        .anyMatch(
            memory ->
                handle
                    .createQuery(
                        """
                        select exists (
                          select 1 from snapshot_part
                          where persistence_id = :id and memory = :memory and to_number > :to)
                        """)
                    .bind("id", id.toString())
                    .bind("memory", memory)
                    .bind("to", memories.get(memory).part().to())
                    .mapTo(Boolean.class)
                    .one());
  }

  /** A longer part is never replaced by a shorter one: that one is an earlier incarnation's. */
  private static void savePart(
      Handle handle, EntityId id, int memory, EntityModel.Remembered remembered) {
    OperationMemory.Part part = remembered.part();
    if (part.from() < part.to()) {
      handle
          .createUpdate(
              """
              insert into snapshot_part (persistence_id, memory, from_number, to_number, payload)
              values (:id, :memory, :from, :to, :bytes)
              on conflict (persistence_id, memory, from_number) do update
                set to_number = excluded.to_number, payload = excluded.payload
                where snapshot_part.to_number < excluded.to_number
              """)
          .bind("id", id.toString())
          .bind("memory", memory)
          .bind("from", part.from())
          .bind("to", part.to())
          .bind("bytes", part.bytes())
          .execute();
    }
    handle.execute(
        "delete from snapshot_part where persistence_id = ? and memory = ? and to_number <= ?",
        id.toString(),
        memory,
        remembered.oldest());
  }

  private static void saveSnapshot(
      Handle handle, EntityId id, long sequence, StoredSnapshot stored) {
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
  }

  /**
   * What is stored of an entity. A recovery waits for each read on the thread that it has: the pool
   * is told, and lets another thread do the others' work meanwhile.
   */
  Journaled.Stored of(EntityId id) {
    return new Journaled.Stored() {
      @Override
      public List<OperationMemory.Part> parts(int memory) {
        return memoryParts(id, memory);
      }

      @Override
      public List<StoredBatch> rows(long after, long upTo) {
        return journalRows(id, after, upTo);
      }
    };
  }

  private List<StoredBatch> journalRows(EntityId id, long after, long upTo) {
    return blocking(handle -> rows(handle, id, after, upTo));
  }

  private static List<StoredBatch> rows(Handle handle, EntityId id, long after, long upTo) {
    return handle
        .createQuery(
            """
            select event_ser_manifest, event_payload from event_journal
            where persistence_id = :id
              and sequence_number > :after and sequence_number <= :to
            order by sequence_number
            """)
        .bind("id", id.toString())
        .bind("after", after)
        .bind("to", upTo)
        .addCustomizer(BINARY)
        .map((rs, context) -> new StoredBatch(rs.getString(1), rs.getBytes(2), false))
        .list();
  }

  private List<OperationMemory.Part> memoryParts(EntityId id, int memory) {
    return blocking(
        handle ->
            handle
                .createQuery(
                    """
                    select from_number, to_number, payload from snapshot_part
                    where persistence_id = :id and memory = :memory
                    order by from_number
                    """)
                .bind("id", id.toString())
                .bind("memory", memory)
                .addCustomizer(BINARY)
                .map(
                    (rs, context) ->
                        new OperationMemory.Part(rs.getLong(1), rs.getLong(2), rs.getBytes(3)))
                .list());
  }

  private <T> List<T> blocking(Function<Handle, List<T>> read) {
    BlockingRead<T> waiting = new BlockingRead<>(() -> jdbi.withHandle(read::apply));
    try {
      ForkJoinPool.managedBlock(waiting);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return waiting.found;
  }

  private static final class BlockingRead<T> implements ForkJoinPool.ManagedBlocker {
    private final Supplier<List<T>> read;
    private List<T> found = List.of();
    private boolean done;

    BlockingRead(Supplier<List<T>> read) {
      this.read = read;
    }

    @Override
    public boolean block() {
      found = read.get();
      done = true;
      return true;
    }

    @Override
    public boolean isReleasable() {
      return done;
    }
  }
}
