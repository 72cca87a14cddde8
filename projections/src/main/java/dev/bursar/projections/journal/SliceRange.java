package dev.bursar.projections.journal;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring slices of the journal that are projected together. All entities of an org are in one
 * slice.
 *
 * @param from the first slice
 * @param to the last slice
 */
public record SliceRange(int from, int to) {

  /** How many slices there are. */
  public static final int SLICES = 128;

  private static final int ORG_BEGINS = "org|".length();

  /**
   * All slices, divided as evenly as can be.
   *
   * @throws IllegalArgumentException if {@code count} is under 1 or over {@link #SLICES}
   */
  public static List<SliceRange> divide(int count) {
    if (count < 1 || count > SLICES) {
      throw new IllegalArgumentException(
          "slice-ranges is %d, 1 to %d would be accepted.".formatted(count, SLICES));
    }
    List<SliceRange> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ranges.add(new SliceRange(i * SLICES / count, (i + 1) * SLICES / count - 1));
    }
    return List.copyOf(ranges);
  }

  /** Reads what {@link #toString} writes. */
  static SliceRange parse(String text) {
    int dash = text.indexOf('-');
    return new SliceRange(
        Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
  }

  /** The slice of an org, as the journal's table computes it. */
  public static int sliceOf(String org) {
    String encoded = EntityId.org(org).toString().substring(ORG_BEGINS);
    return CanonicalEntry.sha256(encoded.getBytes(StandardCharsets.UTF_8))[0] & (SLICES - 1);
  }

  /** The slice of an org alone. */
  public static SliceRange of(String org) {
    int slice = sliceOf(org);
    return new SliceRange(slice, slice);
  }

  /** Whether the org is in one of these slices. */
  public boolean contains(String org) {
    int slice = sliceOf(org);
    return from <= slice && slice <= to;
  }

  @Override
  public String toString() {
    return from + "-" + to;
  }
}
