package dev.bursar.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server process over a data directory that this process holds: how it is made, started and
 * stopped.
 *
 * @param durable false for speed where the data are worth nothing
 */
record PostgresServer(DataDirectory directory, PostgresProgram program, boolean durable) {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);

  private static final int START_ATTEMPTS_MAX = 3;
  private static final int START_SECONDS_MAX = 120;
  private static final int STOP_SECONDS_MAX = 60;
  private static final String FLUSH_AFTER = "256kB";

  /** We hold the directory, so a server in it belongs to a node that is no more. */
  void stopOrphan() {
    Path cluster = directory.cluster();
    Optional<Postmaster> orphan = Postmaster.in(cluster);
    if (orphan.isPresent()) {
      LOG.info(
          "Stopping the database server that a killed node left behind, pid={}",
          orphan.get().pid());
      stop();
      return;
    }
    try {
      // Its process id may be another program's by now, which would keep the server from starting.
      Files.deleteIfExists(Postmaster.file(cluster));
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "%s can't be deleted: %s".formatted(Postmaster.file(cluster), e.getMessage()), e);
    }
  }

  /** Makes the cluster, if there is none. */
  void create() {
    Path cluster = directory.cluster();
    if (Files.exists(cluster)) {
      return;
    }
    Path unfinished = directory.unfinishedCluster();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-D",
                unfinished.toString(),
                "-U",
                EmbeddedDatabase.SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                // Sorted by code point, by PostgreSQL itself: the same after an upgrade of the
                // operating system.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums"));
    if (!durable) {
      arguments.add("--no-sync");
    }
    try {
      Directories.delete(unfinished);
      PostgresProgram.Outcome outcome = program.run("initdb", arguments);
      if (!outcome.succeeded()) {
        throw new DatabaseUnusable(
            "The database in %s can't be created: %s"
                .formatted(directory.root(), lastWords(outcome.output())));
      }
      Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "The database in %s can't be created: %s".formatted(directory.root(), e.getMessage()), e);
    }
  }

  /** Starts the server on a free port, which it returns. */
  int start() {
    keepLastLog();
    for (int attempt = 1; ; attempt++) {
      int port = freePort();
      PostgresProgram.Outcome outcome = pgCtlStart(port);
      if (outcome.succeeded()) {
        return port;
      }
      String log = log();
      // Between the search for a port and the start another program can have taken it.
      if (attempt == START_ATTEMPTS_MAX || !log.contains("could not bind")) {
        if (Postmaster.in(directory.cluster()).isPresent()) {
          stop();
        }
        throw new DatabaseUnusable(
            "The database in %s doesn't start: %s (more in %s)"
                .formatted(
                    directory.root(),
                    lastWords(log.isBlank() ? outcome.output() : log),
                    directory.log()));
      }
    }
  }

  /** Stops the server: cleanly, or at once if that takes too long. */
  void stop() {
    Path cluster = directory.cluster();
    PostgresProgram.Outcome fast = pgCtlStop(cluster, "fast");
    if (!fast.succeeded() && Postmaster.in(cluster).isPresent()) {
      // Committed work is in the log, and is recovered at the next start.
      LOG.warn(
          "The database server didn't stop within {} s, stopping it at once", STOP_SECONDS_MAX);
      stopAtOnce();
    }
  }

  /** Stops the server without writing what is in memory. */
  void stopAtOnce() {
    Path cluster = directory.cluster();
    PostgresProgram.Outcome immediate = pgCtlStop(cluster, "immediate");
    if (!immediate.succeeded() && Postmaster.in(cluster).isPresent()) {
      throw new DatabaseUnusable(
          "The database server in %s doesn't stop: %s".formatted(cluster, immediate.output()));
    }
  }

  private PostgresProgram.Outcome pgCtlStop(Path cluster, String mode) {
    return program.run(
        "pg_ctl",
        List.of(
            "stop",
            "-D",
            cluster.toString(),
            "-m",
            mode,
            "-w",
            "-t",
            Integer.toString(STOP_SECONDS_MAX)));
  }

  private PostgresProgram.Outcome pgCtlStart(int port) {
    String options =
        settings(port).entrySet().stream()
            .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
    return program.run(
        "pg_ctl",
        List.of(
            "start",
            "-D",
            directory.cluster().toString(),
            "-l",
            directory.log().toString(),
            "-o",
            options,
            "-w",
            "-t",
            Integer.toString(START_SECONDS_MAX)));
  }

  /** One older log stays, for whoever wants to know how the last run ended. */
  private void keepLastLog() {
    try {
      if (Files.exists(directory.log())) {
        Files.move(directory.log(), directory.lastLog(), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "%s can't be moved: %s".formatted(directory.log(), e.getMessage()), e);
    }
  }

  private Map<String, String> settings(int port) {
    String durability = durable ? "on" : "off";
    Map<String, String> settings = new TreeMap<>();
    settings.put("port", Integer.toString(port));
    settings.put("listen_addresses", EmbeddedDatabase.HOST);
    settings.put("unix_socket_directories", "");
    settings.put("fsync", durability);
    settings.put("synchronous_commit", durability);
    settings.put("full_page_writes", durability);
    settings.put("shared_buffers", "256MB");
    settings.put("max_connections", "200");
    settings.put("max_wal_size", "1GB");
    // What is there of the log is used again: making it anew stops every commit for a while.
    settings.put("min_wal_size", "1GB");
    // Under much load the next file can be needed before a checkpoint has freed one: to fill it
    // with
    // zeros first stops every commit for a tenth of a second.
    settings.put("wal_init_zero", "off");
    // What is written goes on to the disk soon. The kernel would gather it for half a minute, and
    // while it writes that, commits wait for a quarter of a second: a percent of all requests.
    settings.put("backend_flush_after", FLUSH_AFTER);
    settings.put("bgwriter_flush_after", FLUSH_AFTER);
    // These binaries have only pglz for it, which costs more time than the bytes it saves.
    settings.put("wal_compression", "off");
    // Statements here are short; compiling them costs more than it gives.
    settings.put("jit", "off");
    settings.put("timezone", "UTC");
    settings.put("log_timezone", "UTC");
    return settings;
  }

  private static int freePort() {
    try (ServerSocket socket =
        new ServerSocket(0, 1, InetAddress.getByName(EmbeddedDatabase.HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "No free port on %s: %s".formatted(EmbeddedDatabase.HOST, e.getMessage()), e);
    }
  }

  private String log() {
    try {
      return Files.exists(directory.log()) ? Files.readString(directory.log()) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** The line that says why: the last one that is an error, or else the last. */
  private static String lastWords(String output) {
    List<String> lines = output.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return lines.reversed().stream()
        .filter(
            line -> line.contains("FATAL:") || line.contains("PANIC:") || line.contains("error:"))
        .findFirst()
        .orElse(lines.isEmpty() ? "no reason given" : lines.getLast());
  }
}
