package dev.bursar.benchmarks.history;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What clients did, in a few lines. */
public final class HistorySummary {

  private final PrintWriter out;

  public HistorySummary(PrintWriter out) {
    this.out = out;
  }

  /** Prints it. */
  public void print(int histories, Counts counts, long retries) {
    line("histories", "%,d".formatted(histories));
    line("answers", "%,d, requests sent again %,d".formatted(counts.answers(), retries));
    line("reservations", "%,d allowed, %,d denied".formatted(counts.allowed(), counts.denied()));
    line("denied for", counts(counts.denials()));
    line(
        "carried out",
        counts(
            counts.done().entrySet().stream()
                .collect(Collectors.toMap(each -> each.getKey().words(), Map.Entry::getValue))));
    line("refused", counts(counts.refusals()));
  }

  /** A line with a name before it. */
  public void line(String name, String text) {
    out.printf(Locale.ROOT, "%-18s %s%n", name, text);
  }

  /** How often what, the most frequent first. */
  public static String counts(Map<String, Integer> counts) {
    return counts.isEmpty()
        ? "nothing"
        : counts.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .map(each -> "%s %,d".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining(", "));
  }
}
