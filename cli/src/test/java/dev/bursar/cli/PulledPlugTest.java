package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed in the middle of a replay, and started again. */
class PulledPlugTest {

  @TempDir private Path directory;

  @Test
  void theReplayGoesOnAndNothingDiffers() {
    int port = BursarProcess.freePort();
    BursarProcess node = BursarProcess.up(directory, port, "--no-demo");
    try (BursarProcess replay =
        BursarProcess.start(
            "replay",
            "--port",
            "" + port,
            "--orgs",
            "5",
            "--limit",
            "2000",
            "--connections",
            "16")) {
      replay.await(line -> line.matches(".*calls +[1-9][0-9]*%.*"));
      node.kill();
      node = BursarProcess.up(directory, port, "--no-demo");
      assertThat(replay.exitCode()).as(replay.output()).isZero();
      assertThat(replay.output())
          .containsPattern("difference +0")
          .containsPattern("failed +0")
          .containsPattern("requests +2,000");
      try (BursarProcess verify = BursarProcess.start("verify", "--data", directory.toString())) {
        assertThat(verify.exitCode()).as(verify.output()).isZero();
        assertThat(verify.output()).containsPattern("discrepancies +0");
      }
    } finally {
      node.close();
    }
  }
}
