package dev.bursar.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

final class TraceGeneratorTest {

  @Test
  void theSameSeedGivesTheSameRowsAndFewerAreTheFirstOfMore() {
    List<TraceRow> rows = TraceGenerator.rows(5, 1_000);
    assertThat(TraceGenerator.rows(5, 1_000)).isEqualTo(rows);
    assertThat(TraceGenerator.rows(5, 10)).isEqualTo(rows.subList(0, 10));
    assertThat(TraceGenerator.rows(6, 1_000)).isNotEqualTo(rows);
  }

  @Test
  void itHasTheShapeOfConversations() {
    List<TraceRow> rows = TraceGenerator.rows(1, TraceGenerator.ROWS);
    assertThat(percentile(rows, TraceRow::inputTokens, 50)).isBetween(800, 1_200);
    assertThat(percentile(rows, TraceRow::inputTokens, 99)).isBetween(3_500, 6_000);
    assertThat(percentile(rows, TraceRow::outputTokens, 50)).isBetween(100, 200);
    assertThat(percentile(rows, TraceRow::outputTokens, 90)).isBetween(380, 480);
    Duration length = Duration.between(rows.getFirst().at(), rows.getLast().at());
    assertThat(length).isBetween(Duration.ofMinutes(55), Duration.ofMinutes(65));
  }

  private static int percentile(List<TraceRow> rows, ToIntFunction<TraceRow> field, int percent) {
    return rows.stream()
        .mapToInt(field)
        .sorted()
        .skip((long) rows.size() * percent / 100)
        .findFirst()
        .orElseThrow();
  }
}
