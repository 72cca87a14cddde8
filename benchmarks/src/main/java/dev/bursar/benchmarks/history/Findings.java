package dev.bursar.benchmarks.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is not as it must be, with the facts. For any thread. */
public final class Findings {

  private static final int KEPT_MAX = 100;

  private final List<String> kept = new ArrayList<>();
  private int found;

  /** One more. */
  @SuppressWarnings("AnnotateFormatMethod") // its callers' formats are literals
  public synchronized void add(String format, @Nullable Object... values) {
    found++;
    if (kept.size() < KEPT_MAX) {
      kept.add(String.format(Locale.ROOT, format, values));
    }
  }

  /** One more, if something does not hold. */
  void expect(boolean holds, String format, @Nullable Object... values) {
    if (!holds) {
      add(format, values);
    }
  }

  /** How many there are. */
  public synchronized int found() {
    return found;
  }

  /** The first hundred of them. */
  public synchronized List<String> kept() {
    return List.copyOf(kept);
  }
}
