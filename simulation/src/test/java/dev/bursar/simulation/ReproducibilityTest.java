package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same seed comes to the same history, to the last character: in another process, too, in which
 * sets have another order, and others were run before.
 */
final class ReproducibilityTest {

  /** Far from each other, as seeds that are neighbours have a part of their lots in common. */
  private static final List<Long> SEEDS =
      LongStream.range(0, 24).mapToObj(each -> 1 + 77 * each).toList();

  /** The other process: the last seed first. */
  public static void main(String[] arguments) throws IOException {
    List<String> lines = new ArrayList<>();
    for (long seed : SEEDS.reversed()) {
      lines.addFirst(digest(seed));
    }
    Files.write(Path.of(arguments[0]), lines);
  }

  private static String digest(long seed) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      HistoryLines history = new HistoryLines();
      Simulation.Outcome outcome = Simulation.run(Scenario.of(seed), Tampering.NONE, history);
      for (String line : history.lines()) {
        sha.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return "seed %d: %d lines, %s, %s, %d steps, %s"
          .formatted(
              seed,
              history.lines().size(),
              outcome.seen(),
              outcome.injected(),
              outcome.steps(),
              HexFormat.of().formatHex(sha.digest()));
    } catch (NoSuchAlgorithmException fault) {
      throw new IllegalStateException(fault);
    }
  }

  @Test
  void aSeedComesToTheSameInEveryProcess(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path digests = directory.resolve("digests");
    Path log = directory.resolve("log");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ReproducibilityTest.class.getName(),
                digests.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    List<String> here = SEEDS.stream().map(seed -> digest(seed)).toList();
    assertThat(other.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(other.exitValue()).as(() -> read(log)).isZero();
    assertThat(Files.readAllLines(digests)).isEqualTo(here);
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException fault) {
      return fault.toString();
    }
  }

  /** So that it is not by what these seeds leave out. */
  @Test
  void theseSeedsHaveAllThatThereIs() {
    List<Scenario> all = SEEDS.stream().map(seed -> Scenario.of(seed)).toList();
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    all.forEach(each -> faults.addAll(each.faults()));
    assertThat(faults).containsExactlyInAnyOrder(Fault.values());
    assertThat(all).anyMatch(each -> each.faults().isEmpty());
    assertThat(all).anyMatch(Scenario::isForgetful);
    for (Beside what : Beside.values()) {
      assertThat(all).as("%s", what).anyMatch(each -> each.has(what));
    }
  }
}
