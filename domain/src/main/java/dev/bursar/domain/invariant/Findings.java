package dev.bursar.domain.invariant;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The violations found so far: the first of them, since one fault may show everywhere. */
final class Findings {

  /** How many are kept. */
  static final int KEPT_MAX = 1_000;

  private final List<Violation> found = new ArrayList<>();

  /** Finds a violation unless this holds; {@code %s} in the text stands for a value. */
  void expect(boolean holds, String invariant, String text, @Nullable Object... values) {
    if (!holds && found.size() < KEPT_MAX) {
      found.add(new Violation(invariant, text.formatted(values)));
    }
  }

  /** Finds a violation unless the two are equal. */
  void expectEqual(Object actual, @Nullable Object expected, String invariant, String what) {
    expect(Objects.equals(actual, expected), invariant, "%s: %s, not %s", what, actual, expected);
  }

  List<Violation> all() {
    return List.copyOf(found);
  }
}
