package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.load.Latency;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What became of rows. For one thread, until it has ended. */
final class Tally {

  private static final int FAILURES_KEPT = 5;

  final Histogram reserve = Latency.newHistogram();
  final Histogram commit = Latency.newHistogram();
  final List<Charge> charges = new ArrayList<>();
  final Map<String, Long> denials = new TreeMap<>();

  /** Rows that were given up on, by number. */
  final List<Integer> failedRows = new ArrayList<>();

  final List<String> failures = new ArrayList<>();
  long allowed;
  long denied;
  long answeredBefore;
  BigDecimal committed = BigDecimal.ZERO;

  void charge(Charge charge) {
    charges.add(charge);
    committed = committed.add(charge.amount());
  }

  void deny(String code) {
    denied++;
    denials.merge(code, 1L, Long::sum);
  }

  void fail(int row, String reason) {
    failedRows.add(row);
    if (failures.size() < FAILURES_KEPT) {
      failures.add("row " + row + ": " + reason);
    }
  }

  void add(Tally other) {
    reserve.add(other.reserve);
    commit.add(other.commit);
    charges.addAll(other.charges);
    other.denials.forEach((code, count) -> denials.merge(code, count, Long::sum));
    failedRows.addAll(other.failedRows);
    other.failures.stream().limit(FAILURES_KEPT - failures.size()).forEach(failures::add);
    allowed += other.allowed;
    denied += other.denied;
    answeredBefore += other.answeredBefore;
    committed = committed.add(other.committed);
  }

  long requests() {
    return allowed + denied + failedRows.size();
  }
}
