package dev.bursar.benchmarks.chaos;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Signals to processes that are not ours to end by other means. */
final class Signals {

  private static final long ENDING_SECONDS_MAX = 30;

  private Signals() {}

  /** Ends one at once, and waits until it has. */
  static void kill(long pid) throws ChaosFailure, InterruptedException {
    ProcessHandle process =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new ChaosFailure("there is no process %d".formatted(pid)));
    if (!process.destroyForcibly()) {
      throw new ChaosFailure("process %d can't be ended".formatted(pid));
    }
    try {
      process.onExit().get(ENDING_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ChaosFailure("process %d does not end".formatted(pid), e);
    }
  }
}
