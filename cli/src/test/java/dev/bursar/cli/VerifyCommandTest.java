package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.projections.verify.Counts;
import dev.bursar.projections.verify.Discrepancy;
import dev.bursar.projections.verify.Report;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyCommandTest {

  private static final Counts COUNTS = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  @ParameterizedTest
  @CsvSource({"1, 1, 1, ''", "50, 50, 50, ''", "1000, 2345, 50, 'and 2,295 more'"})
  void theFirstOfWhatDiffersIsShownAndHowMuchMoreThereIs(
      int kept, long found, int shown, String more) {
    List<Discrepancy> discrepancies =
        IntStream.range(0, kept)
            .mapToObj(i -> new Discrepancy(Discrepancy.Kind.USAGE, "acme", "x".repeat(10_000)))
            .toList();
    StringWriter out = new StringWriter();
    VerifyCommand.print(new Report(COUNTS, discrepancies, found), new PrintWriter(out));
    List<String> lines = out.toString().lines().map(String::strip).toList();
    assertThat(lines).filteredOn(line -> line.startsWith("USAGE acme: xxx")).hasSize(shown);
    assertThat(lines).allMatch(line -> line.length() < 2_100);
    if (!more.isEmpty()) {
      assertThat(lines.getLast()).isEqualTo(more);
    }
  }
}
