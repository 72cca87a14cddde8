package dev.bursar.benchmarks.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, its output in a file. Ended by closing it or, with all others,
 * by {@link #stopAll}; whatever it started ends with it.
 */
public final class ChildProcess implements AutoCloseable {

  private static final Duration STOP_WITHIN = Duration.ofSeconds(30);
  private static final int TAIL_LINES = 30;
  private static final Set<ChildProcess> ALIVE = ConcurrentHashMap.newKeySet();

  private final String name;
  private final Process process;
  private final Path output;

  private ChildProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts one.
   *
   * @param name what messages call it
   * @param output where what it prints goes
   */
  public static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path output)
      throws BenchFailure {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(nothing()));
    builder.environment().putAll(environment);
    try {
      ChildProcess child = new ChildProcess(name, builder.start(), output);
      ALIVE.add(child);
      return child;
    } catch (IOException e) {
      throw new BenchFailure(name + " doesn't start: " + e.getMessage(), e);
    }
  }

  /** Ends every one that has not been closed. */
  static void stopAll() {
    ALIVE.forEach(child -> child.stop(STOP_WITHIN));
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** A failure with the last lines of the output. */
  BenchFailure failure(String what) {
    return new BenchFailure(lastWords(what));
  }

  /** What is to be said of it, with the last lines of the output. */
  public String lastWords(String what) {
    StringBuilder message = new StringBuilder(name).append(' ').append(what);
    if (!process.isAlive()) {
      message.append(" (it ended with exit code ").append(process.exitValue()).append(')');
    }
    message.append("; the end of ").append(output).append(':');
    tail().forEach(line -> message.append("\n  ").append(line));
    return message.toString();
  }

  private List<String> tail() {
    try {
      String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    } catch (IOException e) {
      return List.of("(not to be read: " + e.getMessage() + ")");
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Time on processors so far, of all that it has started as well. */
  Duration processorTime() {
    return ProcessFigures.processorTime(process.toHandle());
  }

  /** Whether it ends by itself within so long. */
  boolean endsWithin(Duration most) throws InterruptedException {
    return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has it stand still. */
  public void pause() throws BenchFailure, InterruptedException {
    signal("STOP");
  }

  /** Has it go on. */
  public void resume() throws BenchFailure, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws BenchFailure, InterruptedException {
    try {
      if (new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor() != 0) {
        throw failure("took no signal " + signal);
      }
    } catch (IOException e) {
      throw new BenchFailure("there is no program kill: " + e.getMessage(), e);
    }
  }

  /** What it exited with; it has ended. */
  public int exitValue() {
    return process.exitValue();
  }

  /** Ends it at once, as {@code kill -9} does, and waits until it has. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Ends every one that has not been closed at once, without waiting. */
  public static void abandonAll() {
    ALIVE.forEach(child -> child.process.destroyForcibly());
  }

  /** Asks it to end, and after half a minute makes it; whether it ended by itself. */
  public boolean end() {
    return stop(STOP_WITHIN);
  }

  /** Asks it to end, and after half a minute makes it. */
  @Override
  public void close() {
    close(STOP_WITHIN);
  }

  /** Asks it to end, and makes it once it has had so long. */
  void close(Duration most) {
    stop(most);
    ALIVE.remove(this);
  }

  private boolean stop(Duration most) {
    List<ProcessHandle> family = process.descendants().toList();
    boolean ended = false;
    process.destroy();
    try {
      ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
    return ended;
  }

  private static File nothing() {
    return new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
  }
}
