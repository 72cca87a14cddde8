package dev.bursar.benchmarks.chaos;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Signals to processes that are not ours to end by other means. */
final class Signals {

  private static final long ENDING_SECONDS_MAX = 30;

  private Signals() {}

  /** Sends one; it is a failure if there is no such process. */
  static void send(String name, long pid) throws ChaosFailure, InterruptedException {
    try {
      int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      if (code != 0) {
        throw new ChaosFailure("process %d took no signal %s".formatted(pid, name));
      }
    } catch (IOException e) {
      throw new ChaosFailure("there is no program kill: " + e.getMessage(), e);
    }
  }

  /** Ends one at once, and waits until it has. */
  static void kill(long pid) throws ChaosFailure, InterruptedException {
    ProcessHandle process =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new ChaosFailure("there is no process %d".formatted(pid)));
    send("KILL", pid);
    try {
      process.onExit().get(ENDING_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ChaosFailure("process %d does not end".formatted(pid), e);
    }
  }
}
