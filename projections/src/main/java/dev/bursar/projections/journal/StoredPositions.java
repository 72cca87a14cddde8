package dev.bursar.projections.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The positions that ranges have stored, also those of ranges as they were divided before: so the
 * division may be changed, and no slice begins anew. The table is {@code range_position}; a
 * position in it is moved only by whoever goes on from there.
 *
 * @param byRange up to where the slices of a range are projected
 */
public record StoredPositions(Map<SliceRange, RangePosition> byRange) {

  /** Slices that are projected up to the same position, in order. */
  public record Leg(List<Integer> slices, JournalPosition position) {}

  /** Reads all positions. */
  public static StoredPositions of(Handle handle) {
    Map<SliceRange, RangePosition> all = new HashMap<>();
    handle
        .createQuery("select slices, position from range_position")
        .map(
            (rs, context) ->
                Map.entry(SliceRange.parse(rs.getString(1)), RangePosition.parse(rs.getString(2))))
        .forEach(each -> all.put(each.getKey(), each.getValue()));
    return new StoredPositions(all);
  }

  /**
   * Where reading of a range begins, and what is stored of that range itself; from then on
   * something is.
   *
   * @param start where reading goes on
   * @param stored what is stored of the range as it is divided now
   */
  record Begun(RangePosition start, RangePosition stored) {}

  /**
   * Begins to read a range.
   *
   * @param handle in a transaction, so that nobody empties the table between
   */
  static Begun begin(Handle handle, SliceRange range) {
    StoredPositions all = of(handle);
    RangePosition start = all.start(range);
    RangePosition own = all.byRange().get(range);
    if (own != null) {
      return new Begun(start, own);
    }
    handle.execute(
        "insert into range_position (slices, position) values (?, ?) on conflict do nothing",
        range.toString(),
        start.toString());
    return new Begun(start, start);
  }

  /**
   * Moves a range on.
   *
   * @param from what has to be stored until now
   * @throws JournalUnreadable if something else is: what was read from there on counts for nothing
   */
  public static void move(Handle handle, SliceRange range, RangePosition from, RangePosition to) {
    int moved =
        handle.execute(
            "update range_position set position = ? where slices = ? and position = ?",
            to.toString(),
            range.toString(),
            from.toString());
    if (moved == 0) {
      throw new JournalUnreadable(
          "The position of slices %s was to be moved on from %s, but is %s: another projector has moved it, or somebody has set it back."
              .formatted(range, from, of(handle).byRange().get(range)),
          null,
          null);
    }
  }

  /**
   * The positions of some slices of a range, each with all slices of the range that have come as
   * far: what is true of all of them is found sooner than what is true of one.
   */
  public List<Leg> legs(SliceRange range, SliceRange some) {
    Map<JournalPosition, List<Integer>> byPosition = new LinkedHashMap<>();
    for (int slice = range.from(); slice <= range.to(); slice++) {
      byPosition.computeIfAbsent(ofSlice(slice), position -> new ArrayList<>()).add(slice);
    }
    return byPosition.entrySet().stream()
        .map(each -> new Leg(List.copyOf(each.getValue()), each.getKey()))
        .filter(
            leg ->
                leg.slices().stream().anyMatch(slice -> some.from() <= slice && slice <= some.to()))
        .toList();
  }

  /** Where reading of a range goes on. */
  RangePosition start(SliceRange range) {
    SortedMap<Integer, JournalPosition> standing = new TreeMap<>();
    JournalPosition all = null;
    JournalPosition others = null;
    for (int slice = range.from(); slice <= range.to(); slice++) {
      JournalPosition position = ofSlice(slice);
      all = earlier(all, position);
      if (standsStill(slice, position)) {
        standing.put(slice, position);
      } else {
        others = earlier(others, position);
      }
    }
    JournalPosition start = Objects.requireNonNull(all);
    if (others != null && standing.size() <= RangePosition.STANDING_MAX) {
      JournalPosition reached = others;
      standing.values().removeIf(position -> !reached.isAfter(position));
      return new RangePosition(reached, standing);
    }
    return RangePosition.of(start);
  }

  private static JournalPosition earlier(@Nullable JournalPosition one, JournalPosition other) {
    return one == null || one.isAfter(other) ? other : one;
  }

  private boolean standsStill(int slice, JournalPosition position) {
    return byRange.values().stream()
        .anyMatch(range -> position.equals(range.standing().get(slice)));
  }

  /** Up to here a slice is projected, and no further. */
  public JournalPosition ofSlice(int slice) {
    JournalPosition last = JournalPosition.START;
    for (Map.Entry<SliceRange, RangePosition> each : byRange.entrySet()) {
      SliceRange range = each.getKey();
      if (range.from() <= slice && slice <= range.to()) {
        JournalPosition position = each.getValue().ofSlice(slice);
        last = position.isAfter(last) ? position : last;
      }
    }
    return last;
  }
}
