package dev.bursar.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A living PostgreSQL server, as it describes itself in its cluster's {@code postmaster.pid}.
 *
 * @param port on 127.0.0.1, 1 to 65535
 * @param ready false while it starts, recovers or stops
 */
record Postmaster(long pid, int port, boolean ready) {

  static Path file(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }

  /**
   * The server that runs in this cluster, if one does. The file alone proves nothing: it outlives a
   * crash, is copied with its directory, and the process id in it may be somebody else's by now.
   */
  static Optional<Postmaster> in(Path cluster) {
    try {
      List<String> lines = Files.readAllLines(file(cluster));
      if (lines.size() < 4) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.get(0).strip());
      boolean ready = lines.size() > 7 && lines.get(7).strip().equals("ready");
      return runsIn(pid, cluster, lines.get(1).strip())
          ? Optional.of(new Postmaster(pid, Integer.parseInt(lines.get(3).strip()), ready))
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static boolean runsIn(long pid, Path cluster, String statedCluster) throws IOException {
    boolean postgres =
        ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .flatMap(process -> process.info().command())
            .map(command -> Path.of(command).getFileName().toString().startsWith("postgres"))
            .orElse(false);
    if (!postgres) {
      return false;
    }
    // A server's working directory is its cluster, whatever either was called when it started.
    Path workingDirectory = Path.of("/proc", Long.toString(pid), "cwd");
    Path home = Files.exists(workingDirectory) ? workingDirectory : Path.of(statedCluster);
    return Files.exists(home) && Files.isSameFile(home, cluster);
  }
}
