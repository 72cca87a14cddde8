package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.load.Latency;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a replay says at its end. */
final class ReplaySummary {

  private static final int DISCREPANCIES_SHOWN = 20;

  private final PrintStream out;

  ReplaySummary(PrintStream out) {
    this.out = out;
  }

  void print(Tally tally, long retries, double seconds) {
    line("requests", "%,d", tally.requests());
    line("allowed", "%,d", tally.allowed);
    line("denied", "%,d%s", tally.denied, byCode(tally));
    line("failed", "%,d", tally.failedRows.size());
    tally.failures.forEach(failure -> out.println("  " + failure));
    if (retries > 0) {
      line("sent again", "%,d", retries);
    }
    if (tally.answeredBefore > 0) {
      line("answered before", "%,d (by an earlier run or try)", tally.answeredBefore);
    }
    line("credits committed", "%s", tally.committed.stripTrailingZeros().toPlainString());
    line("rate", "%,.0f/s over %.1f s", tally.requests() / seconds, seconds);
    line("reserve", "%s", latency(Latency.of(tally.reserve)));
    line("commit", "%s", latency(Latency.of(tally.commit)));
  }

  void print(Reconciliation.Result books) {
    line(
        "ledger",
        "%,d entries; %,d reservations compared%s",
        books.entries(),
        books.reservations(),
        books.ofEarlierRuns() == 0
            ? ""
            : "; %,d entries of earlier runs".formatted(books.ofEarlierRuns()));
    List<String> discrepancies = books.discrepancies();
    String difference = books.difference().stripTrailingZeros().toPlainString();
    out.println(
        discrepancies.isEmpty()
            ? "difference 0"
            : "difference %s credits, in %d discrepancies:"
                .formatted(difference, discrepancies.size()));
    discrepancies.stream().limit(DISCREPANCIES_SHOWN).forEach(d -> out.println("  " + d));
    if (discrepancies.size() > DISCREPANCIES_SHOWN) {
      out.println("  and " + (discrepancies.size() - DISCREPANCIES_SHOWN) + " more");
    }
  }

  private static String byCode(Tally tally) {
    if (tally.denials.isEmpty()) {
      return "";
    }
    return tally.denials.entrySet().stream()
        .map(denial -> "%s %,d".formatted(denial.getKey(), denial.getValue()))
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String latency(Latency latency) {
    return String.format(
        Locale.ROOT,
        "p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms",
        latency.p50(),
        latency.p99(),
        latency.p999(),
        latency.max());
  }

  @SuppressWarnings("AnnotateFormatMethod") // only for the constants above
  private void line(String name, String format, Object... values) {
    out.println("%-18s ".formatted(name) + String.format(Locale.ROOT, format, values));
  }
}
