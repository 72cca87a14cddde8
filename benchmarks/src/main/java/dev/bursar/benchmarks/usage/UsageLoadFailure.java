package dev.bursar.benchmarks.usage;

/** Usage can't be made up as asked; the message says what is in the way. */
public final class UsageLoadFailure extends Exception {

  UsageLoadFailure(String message) {
    super(message);
  }

  UsageLoadFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
