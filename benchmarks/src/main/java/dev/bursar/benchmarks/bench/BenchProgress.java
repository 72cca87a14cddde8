package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.console.Progress;
import me.tongfei.progressbar.ProgressBar;

/** A bar over the seconds that are to be measured, and what is being done. */
final class BenchProgress implements AutoCloseable {

  private final ProgressBar bar;
  private long secondsBefore;
  private String now = "";

  BenchProgress(long secondsInAll) {
    bar = Progress.bar("seconds", secondsInAll);
  }

  /** Begins something new, which the bar names from now on. */
  void begin(String what) {
    now = what;
    bar.setExtraMessage(what);
  }

  /** Adds a detail to it. */
  void say(String detail) {
    bar.setExtraMessage(now + ": " + detail);
  }

  /** How far the measurement under way is. */
  void elapsed(long millis, long secondsMax) {
    bar.stepTo(secondsBefore + Math.min(millis / 1_000, secondsMax));
  }

  /** Ends the measurement under way. */
  void measured(long seconds) {
    secondsBefore += seconds;
    bar.stepTo(secondsBefore);
  }

  @Override
  public void close() {
    bar.close();
  }
}
