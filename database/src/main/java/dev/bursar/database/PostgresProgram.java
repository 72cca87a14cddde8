package dev.bursar.database;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per user into a cache directory, and how to run them. */
final class PostgresProgram {

  /**
   * The major version of the binaries in the build. Its data directories can't be read by another.
   */
  static final String MAJOR = "17";

  private static final long RUN_SECONDS_MAX = 180;
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private final Path home;

  private PostgresProgram(Path home) {
    this.home = home;
  }

  /** What a program said, both streams, and its exit code. */
  record Outcome(int exitCode, String output) {
    boolean succeeded() {
      return exitCode == 0;
    }
  }

  /** The programs for this machine, unpacked if they weren't yet. */
  static PostgresProgram installed() {
    String archive = "/postgres-%s-%s.txz".formatted(system(), machine());
    try (InputStream in = PostgresProgram.class.getResourceAsStream(archive)) {
      if (in == null) {
        throw new DatabaseUnusable(
            "This build has no PostgreSQL for %s on %s; start one yourself and give its JDBC URL."
                .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
      }
      byte[] bytes = in.readAllBytes();
      Path home = cache().resolve("postgres-%s-%s".formatted(MAJOR, digest(bytes)));
      if (!Files.isDirectory(home)) {
        unpack(bytes, home);
      }
      return new PostgresProgram(home);
    } catch (IOException e) {
      throw new DatabaseUnusable(
          "PostgreSQL's programs can't be unpacked into %s: %s".formatted(cache(), e.getMessage()),
          e);
    }
  }

  /**
   * Runs one of the programs to its end; its output is kept, unless a server that it starts would
   * inherit it.
   */
  Outcome run(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (ROOT && system().equals("linux")) {
      // PostgreSQL refuses to run as root. In a user namespace of its own it is nobody there, and
      // owner of its files here.
      command.addAll(List.of("unshare", "--user"));
    }
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    try {
      // To a file: a pipe would stay open for as long as the server that pg_ctl leaves behind.
      Path output = Files.createTempFile("bursar-" + program, ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          return new Outcome(-1, program + " took longer than " + RUN_SECONDS_MAX + " s");
        }
        return new Outcome(process.exitValue(), Files.readString(output));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      return new Outcome(-1, DatabaseUnusable.rootMessage(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(-1, program + " was interrupted");
    }
  }

  /**
   * Where unpacked programs are kept: the user's cache directory, or a temporary one if the user
   * has no home.
   */
  private static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path userCache =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home", "/nonexistent"), ".cache")
            : Path.of(xdg);
    Path cache = userCache.resolve("bursar");
    try {
      Files.createDirectories(cache);
      if (Files.isWritable(cache)) {
        return cache;
      }
    } catch (IOException e) {
      // No home, or not ours to write: the fallback below.
    }
    return Path.of(
        System.getProperty("java.io.tmpdir"), "bursar-" + System.getProperty("user.name"));
  }

  /**
   * Unpacks beside the target and renames, so that a half-unpacked target never exists, however
   * many try at once.
   */
  private static void unpack(byte[] archive, Path home) throws IOException {
    Files.createDirectories(home.getParent());
    Path fresh = Files.createTempDirectory(home.getParent(), ".unpacking-");
    try {
      extract(archive, fresh);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(home)) {
        throw e;
      }
      // Somebody else was faster.
    } finally {
      Directories.delete(fresh);
    }
  }

  private static void extract(byte[] archive, Path target) throws IOException {
    try (var tar =
        new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("The archive holds a path outside of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
          } else {
            Files.copy(tar, path);
            boolean executable = target.relativize(path).startsWith("bin");
            Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
          }
        }
      }
    }
  }

  private static String system() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac")
        ? "darwin"
        : "linux";
  }

  private static String machine() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(sha256, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
