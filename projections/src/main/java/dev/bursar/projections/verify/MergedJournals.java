package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.result.ResultIterator;

/**
 * The journals of several entities, read as one in the order in which they are projected. Holds a
 * few rows of each at a time.
 */
final class MergedJournals implements AutoCloseable {

  private record Head(EntityId id, StoredRow row, ResultIterator<StoredRow> rest) {}

  private final List<ResultIterator<StoredRow>> journals = new ArrayList<>();
  private final PriorityQueue<Head> heads =
      new PriorityQueue<>(
          Comparator.<Head>comparingLong(head -> head.row().xid())
              .thenComparingLong(head -> head.row().ordering()));

  MergedJournals(Snapshot snapshot, Collection<EntityId> entities) {
    for (EntityId id : entities) {
      ResultIterator<StoredRow> journal = snapshot.journal(id);
      journals.add(journal);
      advance(id, journal);
    }
  }

  private void advance(EntityId id, ResultIterator<StoredRow> journal) {
    if (journal.hasNext()) {
      heads.add(new Head(id, journal.next(), journal));
    }
  }

  void forEach(BiConsumer<EntityId, StoredRow> each) {
    while (!heads.isEmpty()) {
      Head head = heads.remove();
      each.accept(head.id(), head.row());
      advance(head.id(), head.rest());
    }
  }

  @Override
  public void close() {
    journals.forEach(ResultIterator::close);
  }
}
