package dev.bursar.sidecar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of which orgs the server has told with the sidecar's key, those of an earlier life too; the last
 * 4,000 that it has told of. Safe for use by many threads.
 */
final class ToldOrgs {

  private static final int MAX = 4_000;

  /** The one that was told of last is the last. */
  private final Map<String, Boolean> orgs =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MAX;
        }
      };

  /** Those of an earlier life; to be said before anything is asked. */
  synchronized void before(List<String> all) {
    all.forEach(this::told);
  }

  synchronized void told(String org) {
    orgs.put(org, true);
  }

  /** There is no such org, or this key is not its own. */
  synchronized void gone(String org) {
    orgs.remove(org);
  }

  /** The key is known no more: it may spend for none. */
  synchronized void refused() {
    orgs.clear();
  }

  synchronized boolean contains(String org) {
    return orgs.containsKey(org);
  }

  /** The one that was told of last is the last. */
  synchronized List<String> all() {
    return List.copyOf(orgs.keySet());
  }
}
