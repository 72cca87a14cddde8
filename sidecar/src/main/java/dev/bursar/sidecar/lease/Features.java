package dev.bursar.sidecar.lease;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The features that were wanted last, of all orgs: one that is new here is likely to want the same.
 * Safe for use by many threads.
 */
public final class Features {

  /** So many are remembered. */
  private static final int MAX = 8;

  private final Set<String> lately = new LinkedHashSet<>();

  /** It was wanted, and leased. */
  synchronized void wanted(@Nullable String feature) {
    if (feature != null) {
      lately.remove(feature);
      lately.add(feature);
      if (lately.size() > MAX) {
        lately.remove(lately.iterator().next());
      }
    }
  }

  /** Those that were wanted last. */
  synchronized List<String> lately() {
    return List.copyOf(lately);
  }
}
