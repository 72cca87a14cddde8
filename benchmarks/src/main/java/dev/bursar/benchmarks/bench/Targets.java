package dev.bursar.benchmarks.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured beside what it is to be, each a line. */
final class Targets {

  private final List<String> lines = new ArrayList<>();
  private boolean met = true;

  /** Something that is to be no more. */
  void atMost(String what, double measured, double most, String unit) {
    add(what, measured, "at most", most, unit, measured <= most);
  }

  /** Something that is to be no less. */
  void atLeast(String what, double measured, double least, String unit) {
    add(what, measured, "at least", least, unit, measured >= least);
  }

  private void add(
      String what, double measured, String how, double bound, String unit, boolean isMet) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%-6s  %s: %,.1f %s, %s %,.0f",
            isMet ? "met" : "MISSED",
            what,
            measured,
            unit,
            how,
            bound));
    met &= isMet;
  }

  /** One line each. */
  List<String> lines() {
    return lines;
  }

  /** Whether all are met. */
  boolean met() {
    return met;
  }
}
