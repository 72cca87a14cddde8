package dev.bursar.benchmarks.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What something was set to over time, by clients who may have done so at the same time: each
 * change took effect at some time from when it was asked for until it was answered.
 */
final class Changes<T> {

  /**
   * @param certain whether it took effect
   */
  private record Change<T>(T value, Instant askedAt, Instant toldAt, boolean certain) {}

  private final List<Change<T>> all = new ArrayList<>();

  /**
   * @param first what it was from the beginning
   */
  Changes(T first) {
    all.add(new Change<>(first, Instant.MIN, Instant.MIN, true));
  }

  /** Somebody was told that it was changed. */
  void changed(T value, Instant askedAt, Instant toldAt) {
    all.add(new Change<>(value, askedAt, toldAt, true));
  }

  /** Somebody wanted to change it, and was not told that it was. */
  void mayHaveChanged(T value, Instant askedAt) {
    all.add(new Change<>(value, askedAt, Instant.MAX, false));
  }

  /** All that it may have been at some time from one to another. */
  List<T> possible(Instant from, Instant to) {
    return all.stream()
        .filter(change -> !change.askedAt.isAfter(to) && !isReplaced(change, from))
        .map(Change::value)
        .distinct()
        .toList();
  }

  /** Whether another has certainly come after it, and before that time. */
  private boolean isReplaced(Change<T> change, Instant before) {
    return all.stream()
        .anyMatch(
            other ->
                other.certain
                    && other.askedAt.isAfter(change.toldAt)
                    && other.toldAt.isBefore(before));
  }
}
