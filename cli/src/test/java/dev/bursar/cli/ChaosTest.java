package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of everything that an operator fears. */
final class ChaosTest {

  @Test
  void whateverFailsNothingIsLostAndNothingOverspent(@TempDir Path directory) {
    assertGood("--calls", "400", "--rate", "25", "--pause-max", "1500", "--data", "" + directory);
  }

  @Test
  void whatSidecarsAllowWhileTheNodeIsAwayIsChargedOnce(@TempDir Path directory) {
    assertGood("--sidecars", "2", "--outage", "5", "--rate", "60", "--data", "" + directory);
  }

  private static void assertGood(String... options) {
    StringWriter written = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("chaos"));
    arguments.addAll(List.of(options));
    int code =
        Bursar.commandLine()
            .setOut(new PrintWriter(written))
            .setErr(new PrintWriter(written))
            .execute(arguments.toArray(String[]::new));
    assertThat(code).as(written.toString()).isZero();
  }
}
