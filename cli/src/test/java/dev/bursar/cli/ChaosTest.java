package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run of everything that an operator fears. */
final class ChaosTest {

  @Test
  void whateverFailsNothingIsLostAndNothingOverspent(@TempDir Path directory) {
    assertGood("--calls", "280", "--rate", "25", "--pause-max", "1500", "--data", "" + directory);
  }

  @Test
  void whatSidecarsAllowWhileTheNodeIsAwayIsChargedOnce(@TempDir Path directory) {
    assertGood("--sidecars", "2", "--outage", "5", "--rate", "60", "--data", "" + directory);
  }

  @Test
  void endedWhileItStartsItLeavesNoPostgres(@TempDir Path directory) throws Exception {
    Path running = directory.resolve("data/postgres/postmaster.pid");
    try (BursarProcess chaos = BursarProcess.start("chaos", "--data", "" + directory)) {
      until(() -> Files.exists(running));
      chaos.stopped();
    }
    assertThat(running).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "--sidecars 1, --sidecars: 1 is not between 2 and 20",
    "--sidecars 2 --calls 10, --calls: not with --sidecars",
    "--sidecars 2 --seed 7, --seed: not with --sidecars",
    "--sidecars 2 --pause-max 500, --pause-max: not with --sidecars",
    "--pause-max 10, --pause-max: 10 is not between 300 and 60000",
    "--outage 5, --outage: needs --sidecars",
    "--sidecars 2 --outage 0, --outage: 0 is not between 1 and 600",
    "--calls 0, --calls: 0 is not between 1 and 1000000",
    "--rate NaN, --rate: NaN is not between 0.1 and 10000"
  })
  void whatCanNotBeIsRefusedBeforeAnythingStarts(String options, String why) {
    StringWriter written = new StringWriter();
    assertThat(run(written, options.split(" "))).isEqualTo(2);
    assertThat(written.toString()).contains(why).doesNotContain("kept in");
  }

  @Test
  void whatIsNoDirectoryIsRefusedBeforeAnythingStarts(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    StringWriter written = new StringWriter();
    assertThat(run(written, "--data", "" + file)).isEqualTo(2);
    assertThat(written.toString()).contains(file + " is no directory").doesNotContain("kept in");
    assertThat(run(written, "--data", "")).isEqualTo(2);
    assertThat(written.toString()).contains("--data: is empty").doesNotContain("kept in");
  }

  private static void assertGood(String... options) {
    StringWriter written = new StringWriter();
    assertThat(run(written, options)).as(written.toString()).isZero();
  }

  private static int run(StringWriter written, String... options) {
    List<String> arguments = new ArrayList<>(List.of("chaos"));
    arguments.addAll(List.of(options));
    return Bursar.commandLine()
        .setOut(new PrintWriter(written))
        .setErr(new PrintWriter(written))
        .execute(arguments.toArray(String[]::new));
  }
}
