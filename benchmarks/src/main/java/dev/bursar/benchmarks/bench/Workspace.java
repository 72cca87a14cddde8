package dev.bursar.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A temporary directory for data and output, and the servers that write there. Deleted at the end,
 * also on Ctrl-C, once the servers have ended; kept for looking at when something went wrong.
 */
final class Workspace implements AutoCloseable {

  private final Path root;
  private final Thread hook = new Thread(this::abandon, "bench-end");
  private boolean succeeded;

  Workspace() throws BenchFailure {
    try {
      root = Files.createTempDirectory("bursar-bench-");
    } catch (IOException e) {
      throw new BenchFailure("no temporary directory: " + e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  Path directory(String name) throws BenchFailure {
    try {
      return Files.createDirectory(root.resolve(name));
    } catch (IOException e) {
      throw new BenchFailure("no directory " + name + ": " + e.getMessage(), e);
    }
  }

  void succeeded() {
    succeeded = true;
  }

  static void delete(Path directory) throws BenchFailure {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new BenchFailure(directory + " can't be deleted: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws BenchFailure {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Ctrl-C: the hook deletes it.
      return;
    }
    if (succeeded) {
      delete(root);
    }
  }

  private void abandon() {
    ChildProcess.stopAll();
    try {
      delete(root);
    } catch (BenchFailure e) {
      // Nobody is left to tell; it is in the temporary directory.
    }
  }
}
