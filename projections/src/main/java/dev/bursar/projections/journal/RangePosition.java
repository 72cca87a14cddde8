package dev.bursar.projections.journal;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Up to where a range is projected: all its slices up to one position, but for those that stand
 * still before a row that can't be taken in, each up to a position of its own.
 *
 * @param position of all other slices
 * @param standing the positions of slices that stand still, at most {@link #STANDING_MAX}
 */
public record RangePosition(
    JournalPosition position, SortedMap<Integer, JournalPosition> standing) {

  /** How many slices of a range may stand still by themselves: so many fit where it is stored. */
  static final int STANDING_MAX = 4;

  private static final char SEPARATOR = ' ';
  private static final char AT = '@';

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if more slices stand still
   */
  public RangePosition {
    if (standing.size() > STANDING_MAX) {
      throw new IllegalArgumentException(
          "%d slices stand still, at most %d would be accepted"
              .formatted(standing.size(), STANDING_MAX));
    }
    standing = Collections.unmodifiableSortedMap(new TreeMap<>(standing));
  }

  /** All slices up to one position. */
  public static RangePosition of(JournalPosition position) {
    return new RangePosition(position, new TreeMap<>());
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static RangePosition parse(String text) {
    String[] parts = text.split(String.valueOf(SEPARATOR), -1);
    SortedMap<Integer, JournalPosition> standing = new TreeMap<>();
    for (int i = 1; i < parts.length; i++) {
      int at = parts[i].indexOf(AT);
      if (at < 0) {
        throw new IllegalArgumentException("not a position of a range: " + text);
      }
      standing.put(
          Integer.valueOf(parts[i].substring(0, at)),
          JournalPosition.parse(parts[i].substring(at + 1)));
    }
    return new RangePosition(JournalPosition.parse(parts[0]), standing);
  }

  /** Up to where a slice of the range is projected. */
  JournalPosition ofSlice(int slice) {
    return standing.getOrDefault(slice, position);
  }

  /** The same, but all slices that do not stand still are at this position. */
  RangePosition at(JournalPosition other) {
    return new RangePosition(other, standing);
  }

  /**
   * The same, but a slice that stands still is at this position, and with the others if it is
   * theirs.
   */
  RangePosition with(int slice, JournalPosition other) {
    SortedMap<Integer, JournalPosition> changed = new TreeMap<>(standing);
    if (other.equals(position)) {
      changed.remove(slice);
    } else {
      changed.put(slice, other);
    }
    return new RangePosition(position, changed);
  }

  @Override
  public String toString() {
    return position
        + standing.entrySet().stream().map(RangePosition::text).collect(Collectors.joining());
  }

  private static String text(Map.Entry<Integer, JournalPosition> each) {
    return "" + SEPARATOR + each.getKey() + AT + each.getValue();
  }
}
