package dev.bursar.projections.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The positions that a projection's ranges have stored, also those of ranges as they were divided
 * before: so the division may be changed, and no slice begins anew.
 *
 * @param byRange up to where all slices of a range are projected
 */
public record StoredPositions(Map<SliceRange, JournalPosition> byRange) {

  /** Slices that are projected up to the same position. */
  public record Leg(SliceRange slices, JournalPosition position) {}

  /** Reads the positions of a projection. */
  public static StoredPositions of(Handle handle, String projection) {
    Map<SliceRange, JournalPosition> all = new HashMap<>();
    handle
        .createQuery(
            """
            select projection_key, current_offset from pekko_projection_offset_store
            where projection_name = :projection
            """)
        .bind("projection", projection)
        .map(
            (rs, context) ->
                Map.entry(
                    SliceRange.parse(rs.getString(1)), JournalPosition.parse(rs.getString(2))))
        .forEach(each -> all.put(each.getKey(), each.getValue()));
    return new StoredPositions(all);
  }

  /** Neighbouring slices of the range that are projected up to the same position, in order. */
  public List<Leg> legs(SliceRange range) {
    List<Leg> legs = new ArrayList<>();
    for (int slice = range.from(); slice <= range.to(); slice++) {
      JournalPosition position = ofSlice(slice);
      int from = slice;
      if (!legs.isEmpty() && legs.getLast().position().equals(position)) {
        from = legs.removeLast().slices().from();
      }
      legs.add(new Leg(new SliceRange(from, slice), position));
    }
    return legs;
  }

  /** Up to here all slices of the range are projected. */
  public JournalPosition first(SliceRange range) {
    JournalPosition first = ofSlice(range.from());
    for (int slice = range.from(); slice <= range.to(); slice++) {
      JournalPosition position = ofSlice(slice);
      first = position.isAfter(first) ? first : position;
    }
    return first;
  }

  /** Up to here a slice is projected, and no further. */
  public JournalPosition ofSlice(int slice) {
    JournalPosition last = JournalPosition.START;
    for (Map.Entry<SliceRange, JournalPosition> each : byRange.entrySet()) {
      SliceRange range = each.getKey();
      if (range.from() <= slice && slice <= range.to() && each.getValue().isAfter(last)) {
        last = each.getValue();
      }
    }
    return last;
  }
}
