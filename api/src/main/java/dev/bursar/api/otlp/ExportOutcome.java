package dev.bursar.api.otlp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What became of the spans of one export. */
final class ExportOutcome {

  /** Faults and warnings that are told in full; the others are as many as they are. */
  private static final int TOLD_MAX = 3;

  private long accepted;
  private long duplicates;
  private long ignored;
  private long rejected;
  private final List<String> faults = new ArrayList<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private long warned;

  void ignored() {
    ignored++;
  }

  void accepted(ModelCall call) {
    accepted++;
    if (!call.warnings().isEmpty()) {
      warned++;
      warnings.addAll(call.warnings());
    }
  }

  void duplicate() {
    duplicates++;
  }

  void rejected(String span, String field, String detail) {
    rejected++;
    if (faults.size() < TOLD_MAX) {
      faults.add("span %s, %s: %s".formatted(span, field, detail));
    }
  }

  long acceptedSpans() {
    return accepted;
  }

  long duplicateSpans() {
    return duplicates;
  }

  long ignoredSpans() {
    return ignored;
  }

  long rejectedSpans() {
    return rejected;
  }

  /** What whoever runs the exporter should know; empty if there is nothing. */
  String message() {
    List<String> parts = new ArrayList<>();
    if (rejected > 0) {
      parts.add("%d rejected: %s".formatted(rejected, told(faults, rejected)));
    }
    if (warned > 0) {
      parts.add(
          "%d charged otherwise than said: %s"
              .formatted(warned, told(List.copyOf(warnings), warnings.size())));
    }
    return String.join(". ", parts);
  }

  private static String told(List<String> all, long of) {
    String first = String.join("; ", all.subList(0, Math.min(TOLD_MAX, all.size())));
    long more = of - Math.min(TOLD_MAX, all.size());
    return more > 0 ? "%s; and %d more".formatted(first, more) : first;
  }
}
