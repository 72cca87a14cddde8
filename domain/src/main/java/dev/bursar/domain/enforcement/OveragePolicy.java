package dev.bursar.domain.enforcement;

import java.util.Locale;

/** What happens to the part of an actual cost that exceeds what was held for it. */
public enum OveragePolicy {
  /** All is recorded: what no grant covers becomes the wallet's debt. */
  RECORD,
  /** As much as is available is charged; the rest is recorded as uncharged. */
  CAP,
  /** The commit is refused and the reservation stays open. */
  REJECT;

  /** The name in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
