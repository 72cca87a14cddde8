package dev.bursar.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What has happened in one run: to the last character, to see whether it is the same each time; and
 * as a person reads it.
 */
public final class HistoryLines {

  private final List<String> lines = new ArrayList<>();
  private List<String> beginning = List.of();

  /** How many of the lines are told by the beginning. */
  private int begun;

  /** Something has happened, so long after the beginning. */
  void add(long micros, String what) {
    lines.add("%10.6f  %s".formatted(micros / 1e6, HistoryLine.readable(what)));
  }

  /** What a person reads in place of all that has happened so far. */
  void beginsWith(List<String> told) {
    beginning = List.copyOf(told);
    begun = lines.size();
  }

  /** All that has happened, with everything that is known of it. */
  public List<String> lines() {
    return Collections.unmodifiableList(lines);
  }

  /** The same in words: what there is at first in short, and of the rest what matters to people. */
  public List<String> inWords() {
    List<String> told = new ArrayList<>(beginning);
    lines.subList(begun, lines.size()).forEach(line -> told.add(PlainWords.of(line)));
    return told;
  }
}
