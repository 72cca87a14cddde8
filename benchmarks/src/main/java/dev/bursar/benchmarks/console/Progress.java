package dev.bursar.benchmarks.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error that follows counters while others work. */
public final class Progress {

  /** How often the bar moves. */
  public static final int UPDATE_MILLIS = 250;

  /** A file or a log gets a line now and then, not four a second. */
  private static final int UPDATE_MILLIS_NO_TERMINAL = 5_000;

  private Progress() {}

  /**
   * Shows the bar until the work is done.
   *
   * @param done how far it is
   * @param message what else to say
   */
  public static void follow(
      String task, long total, CountDownLatch work, Supplier<Long> done, Supplier<String> message)
      throws InterruptedException {
    try (ProgressBar bar = bar(task, total)) {
      boolean finished;
      do {
        finished = work.await(UPDATE_MILLIS, TimeUnit.MILLISECONDS);
        bar.stepTo(done.get());
        bar.setExtraMessage(message.get());
      } while (!finished);
    }
  }

  /** A bar to be moved by hand. */
  @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 always have one: a livelier log, no harm
  public static ProgressBar bar(String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(
            System.console() == null ? UPDATE_MILLIS_NO_TERMINAL : UPDATE_MILLIS)
        .build();
  }
}
