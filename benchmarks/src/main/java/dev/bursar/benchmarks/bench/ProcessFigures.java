package dev.bursar.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What processes take of a machine. */
final class ProcessFigures {

  private static final String RESIDENT = "VmRSS:";
  private static final double KIB_PER_MIB = 1_024;

  private ProcessFigures() {}

  /**
   * Time on processors so far, of a process and of those that it has started and that still are.
   */
  static Duration processorTime(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * Memory of a process that is resident now, in MiB: its own, and what it shares with others.
   *
   * @return NaN where the system does not tell it as Linux does
   */
  static double residentMib(long pid) throws BenchFailure {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return Double.NaN;
    }
    try {
      return Files.readAllLines(status).stream()
              .filter(line -> line.startsWith(RESIDENT))
              .mapToLong(
                  line ->
                      Long.parseLong(line.substring(RESIDENT.length()).replace("kB", "").strip()))
              .sum()
          / KIB_PER_MIB;
    } catch (IOException e) {
      throw new BenchFailure("no figures of process " + pid + ": " + e.getMessage(), e);
    }
  }
}
