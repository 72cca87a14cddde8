package dev.bursar.projections.progress;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.journal.Followed;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.SliceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * How far each entity's journal is projected: the table {@code entity_progress}. Row n moves it
 * from n - 1 to n, whoever projects it; what would leave a gap, or project a row twice, fails.
 */
public final class EntityProgress {

  private record Span(String id, long first, long last) {}

  private EntityProgress() {}

  /** The rows that have not been projected yet, in the same order. */
  public static List<JournalRow> unprojected(Handle handle, List<JournalRow> rows) {
    Map<String, Long> projected = projected(handle, rows);
    return rows.stream()
        .filter(row -> row.sequence() > projected.getOrDefault(row.entity().toString(), 0L))
        .toList();
  }

  /** How many of these rows, in the same order, leave no gap; some may have been projected. */
  public static Followed followed(Handle handle, List<JournalRow> rows) {
    Map<String, Long> last = projected(handle, rows);
    for (int i = 0; i < rows.size(); i++) {
      String id = rows.get(i).entity().toString();
      long sequence = rows.get(i).sequence();
      long before = last.getOrDefault(id, 0L);
      if (sequence > before + 1) {
        return new Followed(i, gap(id, sequence, before));
      }
      last.merge(id, sequence, Math::max);
    }
    return new Followed(rows.size(), null);
  }

  private static Map<String, Long> projected(Handle handle, List<JournalRow> rows) {
    Map<String, Long> projected = new HashMap<>();
    handle
        .createQuery(
            """
            select persistence_id, last_sequence from entity_progress
            where persistence_id = any(:ids)
            """)
        .bindArray(
            "ids",
            String.class,
            rows.stream().map(row -> row.entity().toString()).distinct().toList())
        .map((rs, context) -> Map.entry(rs.getString(1), rs.getLong(2)))
        .forEach(each -> projected.put(each.getKey(), each.getValue()));
    return projected;
  }

  /**
   * Moves the entities of these rows on.
   *
   * @throws JournalUnreadable if a row is missing before one of these, or one was projected already
   */
  public static void advance(Handle handle, List<JournalRow> rows) {
    List<Span> fresh = new ArrayList<>();
    List<Span> known = new ArrayList<>();
    for (Span span : spans(rows)) {
      (span.first() == 1 ? fresh : known).add(span);
    }
    if (!fresh.isEmpty()) {
      int added =
          handle
              .createUpdate(
                  """
                  insert into entity_progress (persistence_id, last_sequence)
                  select * from unnest(cast(:ids as text[]), :lasts)
                  on conflict do nothing
                  """)
              .bindArray("ids", String.class, fresh.stream().map(Span::id).toList())
              .bindArray("lasts", Long.class, fresh.stream().map(Span::last).toList())
              .execute();
      check(handle, fresh, added);
    }
    if (!known.isEmpty()) {
      int moved =
          handle
              .createUpdate(
                  """
                  update entity_progress p set last_sequence = s.last
                  from unnest(cast(:ids as text[]), :firsts, :lasts) as s (id, first, last)
                  where p.persistence_id = s.id and p.last_sequence = s.first - 1
                  """)
              .bindArray("ids", String.class, known.stream().map(Span::id).toList())
              .bindArray("firsts", Long.class, known.stream().map(Span::first).toList())
              .bindArray("lasts", Long.class, known.stream().map(Span::last).toList())
              .execute();
      check(handle, known, moved);
    }
  }

  /** The run of rows of each entity, ordered by entity, so that nobody deadlocks. */
  private static List<Span> spans(List<JournalRow> rows) {
    Map<String, Span> spans = new LinkedHashMap<>();
    for (JournalRow row : rows) {
      String id = row.entity().toString();
      Span before = spans.get(id);
      if (before != null && row.sequence() != before.last() + 1) {
        throw gap(id, row.sequence(), before.last());
      }
      long first = before == null ? row.sequence() : before.first();
      spans.put(id, new Span(id, first, row.sequence()));
    }
    List<Span> sorted = new ArrayList<>(spans.values());
    sorted.sort((a, b) -> a.id().compareTo(b.id()));
    return sorted;
  }

  private static void check(Handle handle, List<Span> spans, int changed) {
    if (changed == spans.size()) {
      return;
    }
    for (Span span : spans) {
      long projected =
          handle
              .createQuery("select last_sequence from entity_progress where persistence_id = :id")
              .bind("id", span.id())
              .mapTo(Long.class)
              .findOne()
              .orElse(0L);
      // Those that moved stand at their last by now, within this transaction.
      if (projected != span.last() && projected != span.first() - 1) {
        throw gap(span.id(), span.first(), projected);
      }
    }
    throw new JournalUnreadable(
        "Another projector works on the same rows; of %d entities %d could be moved on."
            .formatted(spans.size(), changed),
        null,
        null);
  }

  private static JournalUnreadable gap(String id, long found, long projected) {
    return found <= projected
        ? new JournalUnreadable(
            "Row %d of %s was to be projected, but was before: row %d is the last. Another projector works on the same rows."
                .formatted(found, id, projected),
            null,
            null)
        : new JournalUnreadable(
            "The journal has row %d of %s after row %d.".formatted(found, id, projected),
            SliceRange.sliceOf(EntityId.parse(id).org()),
            null);
  }
}
