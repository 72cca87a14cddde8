package dev.bursar.projections.usage;

import java.util.Comparator;
import java.util.UUID;

/**
 * Where something is summed up.
 *
 * @param at the UTC hour or day, counted from 1970
 * @param group the id of a {@link Group}
 */
record Slot(String org, long at, UUID group) implements Comparable<Slot> {

  private static final Comparator<Slot> ORDER =
      Comparator.comparing(Slot::org).thenComparingLong(Slot::at).thenComparing(Slot::group);

  @Override
  public int compareTo(Slot other) {
    return ORDER.compare(this, other);
  }
}
