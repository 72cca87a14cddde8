package dev.bursar.database;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that is kept in a directory and runs as long as this is open: durable by default,
 * reachable on 127.0.0.1 only, on a free port, without a password.
 *
 * <p>The server is in a session of its own: Ctrl-C on the node doesn't reach it, so the node can
 * finish its work first. It outlives a node that is killed; the next {@link #open} stops it and
 * starts anew. There is no shutdown hook, except with {@link #temporary}.
 */
public final class EmbeddedDatabase implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  static final String HOST = "127.0.0.1";
  static final String SUPERUSER = "postgres";
  private static final String NAME = "bursar";

  /** Migrated once, and copied: nobody may be connected to it any more. */
  private static final String MIGRATED = "migrated";

  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final String TEMPORARY_PREFIX = "bursar-temporary-";

  /** Of 16 MiB each; as much as some minutes of the highest load take. */
  private static final int LOG_FILES = 32;

  private static final Duration ABANDONED_AFTER = Duration.ofMinutes(2);

  private final DataDirectory directory;
  private final PostgresServer server;
  private final int port;
  private final boolean temporary;
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Thread hook;
  private int copies;

  private EmbeddedDatabase(DataDirectory directory, PostgresServer server, boolean temporary) {
    this.directory = directory;
    this.server = server;
    this.temporary = temporary;
    server.stopOrphan();
    server.create();
    this.port = server.start();
    try {
      createOwnDatabase();
    } catch (RuntimeException e) {
      server.stop();
      throw e;
    }
    if (temporary) {
      endWithProcess();
    }
  }

  /** From now on it ends when the JVM does, if it is still open then: its server would go on. */
  public void endWithProcess() {
    hook = new Thread(() -> end(true), "database-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** From now on it ends when it is closed. */
  public void endWhenClosed() {
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is ending and the hook runs anyway.
      }
    }
  }

  /**
   * Starts the database of a data directory, which is made if it isn't there; a server left over
   * from a killed node is stopped first.
   *
   * @throws DatabaseUnusable if another node holds the directory, it can't be written or has no
   *     space, another PostgreSQL made it, or the server doesn't start
   */
  public static EmbeddedDatabase open(Path directory) {
    return open(directory, true, false);
  }

  /**
   * A new, durable database in a temporary directory, which is deleted when this is closed, at the
   * latest when the JVM ends.
   */
  public static EmbeddedDatabase temporary() {
    return temporary(true);
  }

  /**
   * A new database in a temporary directory, which is deleted when this is closed, at the latest
   * when the JVM ends.
   *
   * @param durable false for speed: {@code fsync}, {@code synchronous_commit} and {@code
   *     full_page_writes} off
   */
  public static EmbeddedDatabase temporary(boolean durable) {
    try {
      deleteAbandoned(Path.of(System.getProperty("java.io.tmpdir")));
      return open(Files.createTempDirectory(TEMPORARY_PREFIX), durable, true);
    } catch (IOException e) {
      throw new DatabaseUnusable("No temporary directory: " + e.getMessage(), e);
    }
  }

  /**
   * The database of a node that is running on this directory, to connect to it from beside.
   *
   * @return empty if no server runs there, or it isn't ready
   */
  public static Optional<DatabaseSettings> runningAt(Path directory) {
    return Postmaster.in(DataDirectory.cluster(directory))
        .filter(Postmaster::ready)
        .map(postmaster -> settings(postmaster.port(), NAME));
  }

  /** How to connect to it; the user owns the database {@code bursar} and is no superuser. */
  public DatabaseSettings settings() {
    return settings(port, NAME);
  }

  /**
   * A new, empty database beside the others in the same server, in some tenths of a second, for
   * tests.
   *
   * @param name lower-case letters, digits and {@code _}, beginning with a letter, up to 63
   * @throws DatabaseUnusable if there is one of that name already
   */
  public DatabaseSettings freshDatabase(String name) {
    return freshDatabase(name, "template1");
  }

  /**
   * A new database that is a copy of another, such as one that has been migrated; nobody may be
   * connected to that one.
   *
   * @throws DatabaseUnusable if there is one of that name already, or none of the template's
   */
  public DatabaseSettings freshDatabase(String name, String template) {
    createDatabase(port, checkedName(name), checkedName(template));
    return settings(port, name);
  }

  /**
   * A new database with the schema, for tests: a copy of one that is migrated with the first.
   *
   * @throws DatabaseUnusable if the schema can't be migrated
   */
  public synchronized DatabaseSettings freshMigrated() {
    if (copies == 0) {
      Migrations.migrate(freshDatabase(MIGRATED));
    }
    return freshDatabase("%s_%d".formatted(MIGRATED, ++copies), MIGRATED);
  }

  /** Process id of the server, -1 once it has stopped. */
  public long pid() {
    return Postmaster.in(directory.cluster()).map(Postmaster::pid).orElse(-1L);
  }

  /**
   * Stops the server cleanly (at once, if it is temporary and not durable), which ends all
   * connections, and lets go of the directory. Does so once.
   */
  @Override
  public void close() {
    endWhenClosed();
    end(false);
  }

  private void end(boolean withProcess) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (temporary && !server.durable()) {
        // Nobody reads it again.
        server.stopAtOnce();
      } else {
        server.stop();
      }
    } finally {
      directory.close();
    }
    if (temporary) {
      try {
        if (withProcess) {
          Directories.deleteBeside(directory.root());
        } else {
          Directories.delete(directory.root());
        }
      } catch (IOException e) {
        LOG.warn("Temporary database not deleted: {}", e.getMessage());
      }
    }
  }

  static EmbeddedDatabase open(Path path, boolean durable, boolean temporary) {
    DataDirectory directory = DataDirectory.hold(path);
    try {
      directory.check();
      return new EmbeddedDatabase(
          directory,
          new PostgresServer(directory, PostgresProgram.installed(), durable),
          temporary);
    } catch (IOException e) {
      directory.close();
      throw new DatabaseUnusable(
          "The data directory %s can't be read: %s".formatted(directory.root(), e.getMessage()), e);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private void createOwnDatabase() {
    try (Connection connection = superuserConnection(port);
        Statement statement = connection.createStatement()) {
      try (var found =
          statement.executeQuery("select 1 from pg_database where datname = '" + NAME + "'")) {
        if (found.next()) {
          return;
        }
      }
      // The last step is the one that is looked for: a crash before it is made good at the next
      // start.
      if (server.durable()) {
        makeLogFiles(statement);
      }
      statement.execute(
          "do $$ begin create role "
              + NAME
              + " login; exception when duplicate_object then null; end $$");
      statement.execute("create database " + NAME + " owner " + NAME);
    } catch (SQLException e) {
      throw new DatabaseUnusable(
          "The new database can't be prepared: " + DatabaseUnusable.rootMessage(e), e);
    }
  }

  /**
   * Files of the write-ahead log, in advance: while one is made, every commit waits, and without
   * them that is now and then until the first checkpoint. Checkpoints use them again.
   */
  private static void makeLogFiles(Statement statement) throws SQLException {
    // Written whole, once: to commit into a file with holes takes a third longer.
    statement.execute("set wal_init_zero = on");
    for (int i = 0; i < LOG_FILES; i++) {
      // Only a log that something was written to is ended.
      statement.execute("select pg_logical_emit_message(false, 'bursar', '')");
      statement.execute("select pg_switch_wal()");
    }
    statement.execute("checkpoint");
  }

  private static void createDatabase(int port, String name, String template) {
    try (Connection connection = superuserConnection(port);
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name + " owner " + NAME + " template " + template);
    } catch (SQLException e) {
      throw new DatabaseUnusable(
          "The database %s can't be created: %s".formatted(name, DatabaseUnusable.rootMessage(e)),
          e);
    }
  }

  private static Connection superuserConnection(int port) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/postgres?user=%s".formatted(HOST, port, SUPERUSER));
  }

  private static DatabaseSettings settings(int port, String name) {
    return DatabaseSettings.of("jdbc:postgresql://%s:%d/%s".formatted(HOST, port, name), NAME, "");
  }

  private static String checkedName(String name) {
    if (!DATABASE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no name for a database; %s would be accepted.".formatted(name, DATABASE_NAME));
    }
    return name;
  }

  /**
   * Temporary databases of JVMs that were killed: their servers are still running. Others may be
   * deleting some of what is found here.
   */
  static void deleteAbandoned(Path temporary) throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(temporary, TEMPORARY_PREFIX + "*")) {
      for (Path path : found) {
        if (isOld(path)) {
          deleteIfAbandoned(path);
        }
      }
    }
  }

  /** A young one may be about to be locked. */
  private static boolean isOld(Path path) throws IOException {
    try {
      return Files.getLastModifiedTime(path)
          .toInstant()
          .isBefore(Instant.now().minus(ABANDONED_AFTER));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void deleteIfAbandoned(Path path) {
    try (DataDirectory directory = DataDirectory.hold(path)) {
      if (Postmaster.in(directory.cluster()).isPresent()) {
        PostgresProgram.installed()
            .run(
                "pg_ctl",
                List.of("stop", "-D", directory.cluster().toString(), "-m", "immediate", "-w"));
      }
      Directories.delete(path);
    } catch (DatabaseUnusable | IOException e) {
      LOG.debug("Temporary database left alone: {}", e.getMessage());
    }
  }
}
