package dev.bursar.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory, held by one process: {@code postgres/} is the database cluster, {@code
 * postgres.log} what the server said since its last start, {@code lock} tells a second process that
 * this one is here.
 */
public final class DataDirectory implements AutoCloseable {

  /** Free space below which a node doesn't start, in bytes: a new cluster and some log. */
  static final long FREE_BYTES_MIN = 256L << 20;

  // A process's file locks know no threads, and closing any channel on the file gives all of them
  // up: in one process, this counts.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final FileChannel lock;

  private DataDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * Takes hold of the directory, which is made if it isn't there.
   *
   * @throws DatabaseUnusable if another holds it, or it can't be written
   */
  public static DataDirectory hold(Path directory) {
    Path root = writable(directory);
    if (!HELD_HERE.add(root)) {
      throw inUse(root, "this process");
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock taken = channel.tryLock();
      if (taken == null) {
        throw inUse(root, "process " + firstLine(channel));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
          0);
      return new DataDirectory(root, channel);
    } catch (IOException e) {
      release(root, channel);
      throw new DatabaseUnusable(
          "The data directory %s can't be locked: %s".formatted(root, e.getMessage()), e);
    } catch (RuntimeException e) {
      release(root, channel);
      throw e;
    }
  }

  /** Where the cluster of a data directory is. */
  static Path cluster(Path root) {
    return root.resolve("postgres");
  }

  Path root() {
    return root;
  }

  Path cluster() {
    return cluster(root);
  }

  /**
   * Where a cluster grows until it is complete, so that one that was cut off is not taken for a
   * whole one.
   */
  Path unfinishedCluster() {
    return root.resolve("postgres.new");
  }

  Path log() {
    return root.resolve("postgres.log");
  }

  Path lastLog() {
    return root.resolve("postgres.log.1");
  }

  /** Lets go of the directory, once the server in it has stopped. */
  @Override
  public void close() {
    release(root, lock);
  }

  /**
   * Looks whether a cluster can live here.
   *
   * @throws DatabaseUnusable if another PostgreSQL made the one that is here, or there is no space
   */
  void check() throws IOException {
    Path version = cluster().resolve("PG_VERSION");
    if (Files.exists(version)) {
      String major = Files.readString(version).strip();
      if (!major.equals(PostgresProgram.MAJOR)) {
        throw new DatabaseUnusable(
            "The data directory %s was written by PostgreSQL %s; this is PostgreSQL %s. Use another directory, or dump and restore."
                .formatted(root, major, PostgresProgram.MAJOR));
      }
    } else if (Files.exists(cluster())) {
      throw new DatabaseUnusable(
          "%s is there but is no PostgreSQL data directory; use another directory."
              .formatted(cluster()));
    }
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < FREE_BYTES_MIN) {
      throw new DatabaseUnusable(
          "The data directory %s has %d MB of free space; from %d MB would be accepted."
              .formatted(root, free >> 20, FREE_BYTES_MIN >> 20));
    }
  }

  private static Path writable(Path directory) {
    try {
      Files.createDirectories(directory);
      Path root = directory.toRealPath();
      // Asking for permissions isn't enough: a file system may be mounted read-only.
      Files.delete(Files.createTempFile(root, ".writable", ""));
      return root;
    } catch (FileAlreadyExistsException e) {
      throw new DatabaseUnusable(
          "The data directory %s is a file; name a directory.".formatted(directory), e);
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "The data directory %s can't be written: %s".formatted(directory, reason(e)), e);
    }
  }

  /** What these say by their class, and not by their message, in words. */
  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied for " + denied.getFile();
      case NoSuchFileException missing -> "nothing can be made at " + missing.getFile();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static DatabaseUnusable inUse(Path root, String holder) {
    return new DatabaseUnusable(
        "The data directory %s is in use by another node (%s). Stop that one, or use another directory."
            .formatted(root, holder));
  }

  private static String firstLine(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(32);
    int length = channel.read(start, 0);
    return length <= 0
        ? "unknown"
        : new String(start.array(), 0, length, StandardCharsets.US_ASCII).strip();
  }

  private static void release(Path root, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The lock is gone with the channel, and with the process at the latest.
    } finally {
      HELD_HERE.remove(root);
    }
  }
}
