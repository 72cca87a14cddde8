package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * What the node answered to a commit, in credits.
 *
 * @param row of the workload
 * @param amount charged in all
 * @param debt the part of it that no grant covered
 * @param entries the ledger entries that it named
 */
record Charge(int row, String reservation, BigDecimal amount, BigDecimal debt, List<Line> entries) {

  Charge {
    entries = List.copyOf(entries);
  }

  /** One ledger entry, as a commit names it. */
  record Line(long sequence, BigDecimal amount, BigDecimal balance) {}

  static Charge read(int row, JsonNode answer) throws ReplayFailure {
    List<Line> lines = new ArrayList<>();
    for (JsonNode entry : answer.path("entries")) {
      lines.add(
          new Line(
              Json.number(entry, "sequence"),
              Json.amount(entry, "amount"),
              Json.amount(entry, "balance")));
    }
    return new Charge(
        row,
        Json.text(answer, "reservation_id"),
        Json.amount(answer, "amount"),
        Json.amountOrZero(answer, "debt"),
        lines);
  }

  long highestSequence() {
    return entries.stream().mapToLong(Line::sequence).max().orElse(0);
  }
}
