package dev.bursar.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * What the JVM of a node learns in its first minute (which classes it needs, which methods are hot
 * and how they are used), kept in a file beside the program, so that later starts begin with it
 * instead of interpreting. A file of another build or another Java is passed over by the JVM.
 */
public final class WarmStart {

  /** The first release of Java that keeps profiles with its classes (JEP 514 and 515). */
  private static final int RELEASE_MIN = 25;

  private static final int CONNECTIONS = 64;

  /** It writes the file when it ends, by another JVM that it starts for that. */
  private static final Duration WRITTEN_WITHIN = Duration.ofMinutes(3);

  private WarmStart() {}

  /** Where it is kept: beside the program, in {@code cli/target/bursar.aot}. */
  private static Path file() throws BenchFailure {
    String home = System.getProperty("bursar.home");
    if (home == null) {
      throw new BenchFailure("bursar.home is not set: start it by bin/bursar");
    }
    return Path.of(home, "cli", "target", "bursar.aot");
  }

  /** Options of a JVM that is to begin with it; none if there is no such file of this build. */
  static List<String> options() throws BenchFailure {
    return System.getProperty("bursar.home") != null && isOfThisBuild(file())
        ? List.of("-XX:AOTCache=" + file(), "-Xlog:aot*=off")
        : List.of();
  }

  /** What is older than the program was made by another build of it. */
  private static boolean isOfThisBuild(Path file) throws BenchFailure {
    try {
      return Files.exists(file)
          && Files.getLastModifiedTime(file)
                  .compareTo(Files.getLastModifiedTime(file.resolveSibling("bursar.jar")))
              > 0;
    } catch (IOException e) {
      throw new BenchFailure(file + " can't be looked at: " + e.getMessage(), e);
    }
  }

  /**
   * Makes the file: has a node of its own, on a database of its own, decide under load, and ends
   * it. Blocks.
   *
   * @param seconds of load, from 1; half of them one-shots, half reserved and committed
   * @return the file
   */
  public static Path make(int seconds) throws BenchFailure, InterruptedException {
    if (Runtime.version().feature() < RELEASE_MIN) {
      throw new BenchFailure(
          "this needs Java %d or later, and runs on %s"
              .formatted(RELEASE_MIN, Runtime.version().feature()));
    }
    Path file = file();
    try (Workspace workspace = new Workspace();
        BenchProgress progress = new BenchProgress(seconds)) {
      Path directory = workspace.directory("warm");
      Path written = directory.resolve("bursar.aot");
      progress.begin("starting");
      BursarServer server =
          BursarServer.start(
              directory, ServerUnderTest.freePort(), List.of("-XX:AOTCacheOutput=" + written));
      try {
        server.addCustomers(Shape.HOT, progress);
        progress.begin("under load");
        ServerTrial.heat(
            server,
            new Traffic(Shape.HOT, "warm-"),
            CONNECTIONS,
            Math.ceilDiv(seconds, 2),
            progress);
        progress.begin("writing");
      } finally {
        server.close(WRITTEN_WITHIN);
      }
      keep(server, written, file);
      workspace.succeeded();
    }
    return file;
  }

  private static void keep(BursarServer server, Path written, Path file) throws BenchFailure {
    if (!Files.exists(written)) {
      throw server.process().failure("wrote nothing");
    }
    try {
      // In one step, also from another file system: a node may be starting.
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      Files.move(written, whole, StandardCopyOption.REPLACE_EXISTING);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new BenchFailure(file + " can't be written: " + e.getMessage(), e);
    }
  }
}
