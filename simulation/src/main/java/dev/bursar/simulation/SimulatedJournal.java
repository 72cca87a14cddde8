package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.Journaled;
import dev.bursar.entities.StoredBatch;
import dev.bursar.entities.StoredSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The database: one row of one number, whoever writes it; and snapshots with their parts. */
final class SimulatedJournal {

  /** What is told of every row that came into the journal. */
  interface Listener {
    void appended(EntityId id, long sequence, StoredBatch row, String writer);
  }

  /** Where a row stands in the order in which projections read. */
  record Position(long transaction, long ordering) implements Comparable<Position> {
    static final Position BEGINNING = new Position(0, 0);

    @Override
    public int compareTo(Position other) {
      int byTransaction = Long.compare(transaction, other.transaction);
      return byTransaction == 0 ? Long.compare(ordering, other.ordering) : byTransaction;
    }
  }

  /** A row as projections read it. */
  record Written(Position position, EntityId id, long sequence, StoredBatch row) {}

  record Snapshot(long sequence, StoredSnapshot stored) {}

  private record Memory(EntityId id, int number) {}

  private final Map<EntityId, List<StoredBatch>> rows = new HashMap<>();
  private final Map<EntityId, Snapshot> snapshots = new HashMap<>();
  private final Map<Memory, TreeMap<Long, OperationMemory.Part>> parts = new HashMap<>();
  private final TreeSet<Long> open = new TreeSet<>();
  private final TreeMap<Position, Written> written = new TreeMap<>();
  private final Listener listener;
  private long transactions;

  SimulatedJournal(Listener listener) {
    this.listener = listener;
  }

  /** Begins a transaction; what it writes can be seen when it is committed. */
  long begin() {
    open.add(++transactions);
    return transactions;
  }

  /** Ends a transaction that writes nothing. */
  void rollBack(long transaction) {
    open.remove(transaction);
  }

  /**
   * Writes a row, unless there is one of its number, and commits.
   *
   * @param unguarded whether that is not looked at
   */
  boolean append(
      long transaction,
      EntityId id,
      long sequence,
      StoredBatch row,
      String writer,
      boolean unguarded) {
    open.remove(transaction);
    List<StoredBatch> all = rows.computeIfAbsent(id, i -> new ArrayList<>());
    if (sequence != all.size() + 1 && !unguarded) {
      return false;
    }
    all.add(new StoredBatch(row.manifest(), row.bytes(), false));
    Position position = new Position(transaction, written.size() + 1);
    written.put(position, new Written(position, id, sequence, row));
    listener.appended(id, sequence, row, writer);
    return true;
  }

  /**
   * The rows after a position, in the order of transactions.
   *
   * @param beyond whether also those that are younger than a transaction that is still open
   */
  List<Written> after(Position from, boolean beyond, int limit) {
    long horizon = open.isEmpty() || beyond ? Long.MAX_VALUE : open.first();
    return written.tailMap(from, false).values().stream()
        .takeWhile(each -> each.position.transaction < horizon)
        .limit(limit)
        .toList();
  }

  /** The rows after this number. */
  List<StoredBatch> after(EntityId id, long sequence) {
    List<StoredBatch> all = rows.getOrDefault(id, List.of());
    return List.copyOf(all.subList((int) Math.min(sequence, all.size()), all.size()));
  }

  @Nullable StoredBatch row(EntityId id, long sequence) {
    List<StoredBatch> all = rows.getOrDefault(id, List.of());
    return sequence < 1 || sequence > all.size() ? null : all.get((int) sequence - 1);
  }

  long last(EntityId id) {
    return rows.getOrDefault(id, List.of()).size();
  }

  // ---- snapshots

  @Nullable Snapshot snapshot(EntityId id) {
    return snapshots.get(id);
  }

  Journaled.Stored of(EntityId id, Tampering tampering) {
    return new Journaled.Stored() {
      @Override
      public List<OperationMemory.Part> parts(int memory) {
        return tampering.parts(
            List.copyOf(parts.getOrDefault(new Memory(id, memory), new TreeMap<>()).values()));
      }

      @Override
      public List<StoredBatch> rows(long after, long upTo) {
        return SimulatedJournal.this.after(id, after).subList(0, (int) (upTo - after));
      }
    };
  }

  /**
   * As the database does it: the newest snapshot counts, and none is stored to which parts are
   * newer; a longer part is never made shorter.
   *
   * @param late whether that is not looked at
   */
  OptionalInt save(EntityId id, EntityModel.Captured captured, boolean anew, boolean late) {
    StoredSnapshot stored = captured.snapshot().get();
    Snapshot before = snapshots.get(id);
    if (!late
        && ((before != null && before.sequence > captured.sequence())
            || (!anew && partsAreNewer(id, captured.memories())))) {
      return OptionalInt.empty();
    }
    for (int i = 0; i < captured.memories().size(); i++) {
      TreeMap<Long, OperationMemory.Part> all =
          parts.computeIfAbsent(new Memory(id, i), m -> new TreeMap<>());
      if (anew) {
        all.clear();
      }
      EntityModel.Remembered remembered = captured.memories().get(i);
      OperationMemory.Part part = remembered.part();
      OperationMemory.Part there = all.get(part.from());
      if (part.from() < part.to() && (there == null || there.to() < part.to())) {
        all.put(part.from(), part);
      }
      all.values().removeIf(each -> each.to() <= remembered.oldest());
    }
    snapshots.put(id, new Snapshot(captured.sequence(), stored));
    return OptionalInt.of(stored.bytes().length);
  }

  private boolean partsAreNewer(EntityId id, List<EntityModel.Remembered> memories) {
    return IntStream.range(0, memories.size())
        .anyMatch(
            i ->
                parts.getOrDefault(new Memory(id, i), new TreeMap<>()).values().stream()
                    .anyMatch(each -> each.to() > memories.get(i).part().to()));
  }

  /**
   * Deletes all snapshots.
   *
   * @return whether there were any
   */
  boolean dropSnapshots() {
    boolean any = !snapshots.isEmpty();
    snapshots.clear();
    return any;
  }
}
