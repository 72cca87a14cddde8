package dev.bursar.cli;

import com.typesafe.config.ConfigFactory;
import dev.bursar.benchmarks.load.Endpoint;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program {@code bursar} in a process of its own, as a person would run it, but for the timers
 * of the cluster.
 */
final class BursarProcess implements AutoCloseable {

  static final String KEY = "operator-for-tests";
  private static final long WAIT_SECONDS_MAX = 120;

  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /** The program without its tests, and in jars: of classes in a folder none would be kept. */
  private static final String CLASS_PATH = classPath();

  /**
   * What nodes have loaded. The first that ends as it should keeps it, and whoever starts later
   * begins with it, in about half the time; without it, or with an old one, all goes on as ever.
   */
  private static final List<String> SHARED_CLASSES =
      List.of("-XX:SharedArchiveFile=" + TARGET.resolve("tests.jsa"), "-Xlog:disable");

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final List<Awaited> awaited = new ArrayList<>();
  private final Thread reader;

  private record Awaited(Predicate<String> line, CompletableFuture<String> seen) {}

  private BursarProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  static BursarProcess start(String... arguments) {
    return start(List.of(), arguments);
  }

  private static BursarProcess start(List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED"));
    command.addAll(SHARED_CLASSES);
    command.addAll(options);
    if (arguments[0].equals("sidecar")) {
      // With the heap that it has everywhere: what is too much for that is to be seen.
      command.add("@" + Path.of("..", "config", "sidecar.jvm").toAbsolutePath());
    }
    ConfigFactory.parseResources("quick-cluster.conf")
        .entrySet()
        .forEach(each -> command.add("-D" + each.getKey() + "=" + each.getValue().unwrapped()));
    command.addAll(List.of("-cp", CLASS_PATH, "dev.bursar.cli.Bursar"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("BURSAR_OPERATOR_KEY", KEY);
    try {
      return new BursarProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A node on this directory, and a port that nobody listens on. */
  static BursarProcess startUp(String directory, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("up", "--port", "" + freePort(), "--data", directory));
    arguments.addAll(List.of(more));
    return start(arguments.toArray(String[]::new));
  }

  /** A node on this directory and port, once it listens. */
  static BursarProcess up(Path directory, int port, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("up", "--port", Integer.toString(port), "--data", directory.toString()));
    arguments.addAll(List.of(more));
    BursarProcess node =
        start(List.of("-XX:+AutoCreateSharedArchive"), arguments.toArray(String[]::new));
    node.await(line -> line.startsWith("data kept in"));
    return node;
  }

  private static String classPath() {
    Path jar = TARGET.resolve("bursar-tried.jar");
    Path classes = TARGET.resolve("classes");
    // Not built by Maven, the jar may be an old one, or none.
    boolean isNew = jar.toFile().lastModified() >= newest(classes);
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(each -> !Path.of(each).equals(TARGET.resolve("test-classes")))
        .map(each -> isNew && Path.of(each).equals(classes) ? jar.toString() : each)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static long newest(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(each -> each.toFile().lastModified()).max().orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port that nobody listens on just now. */
  static int freePort() {
    try {
      return Endpoint.freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        saw(line);
      }
    } catch (IOException e) {
      saw("(output ended: " + e.getMessage() + ")");
    }
  }

  private synchronized void saw(String line) {
    lines.add(line);
    for (Awaited each : awaited) {
      if (each.line.test(line)) {
        each.seen.complete(line);
      }
    }
  }

  /** The first line of this kind, once it was printed. */
  String await(Predicate<String> line) {
    CompletableFuture<String> seen = new CompletableFuture<>();
    synchronized (this) {
      lines.stream().filter(line).findFirst().ifPresent(seen::complete);
      awaited.add(new Awaited(line, seen));
    }
    process.onExit().thenRun(() -> endOf(seen));
    try {
      return seen.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not printed; but:\n" + output(), e);
    }
  }

  private void endOf(CompletableFuture<String> seen) {
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    seen.completeExceptionally(new AssertionError("the process has ended"));
  }

  /** The exit code, once it has ended by itself. */
  int exitCode() {
    try {
      if (!process.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError("still running:\n" + output());
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  synchronized String output() {
    return String.join("\n", lines);
  }

  /** It stands still, and answers nobody, until it is to go on. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** It goes on. */
  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill -%s: %d".formatted(name, status));
    }
  }

  /** The plug is pulled. */
  void kill() {
    CountDownLatch gone = new CountDownLatch(1);
    process.onExit().thenRun(gone::countDown);
    process.destroyForcibly();
    try {
      gone.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As Ctrl-C does. */
  int stop() {
    process.destroy();
    return exitCode();
  }

  /** Ends it as Ctrl-C does; all that it has printed, what it says then included. */
  String stopped() {
    try {
      // Not by destroy, which closes what it prints to.
      signal("TERM");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    exitCode();
    return output();
  }

  @Override
  public void close() {
    process.destroy();
    exitCode();
  }
}
