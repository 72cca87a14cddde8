package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of everything that an operator fears. */
final class ChaosTest {

  @Test
  void whateverFailsNothingIsLostAndNothingOverspent(@TempDir Path directory) {
    StringWriter written = new StringWriter();
    int code =
        Bursar.commandLine()
            .setOut(new PrintWriter(written))
            .setErr(new PrintWriter(written))
            .execute(
                "chaos",
                "--calls",
                "400",
                "--rate",
                "25",
                "--pause-max",
                "1500",
                "--data",
                directory.toString());
    assertThat(code).as(written.toString()).isZero();
  }
}
