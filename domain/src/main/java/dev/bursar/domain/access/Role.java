package dev.bursar.domain.access;

import java.util.Locale;

/** What the holder of a key may do. */
public enum Role {
  /** Everything, for every org. */
  OPERATOR,
  /** Enforcement: reserve, commit, release, extend, read; for every org, or for the key's own. */
  SERVICE,
  /** Everything about the key's own org, except putting credits in. */
  ORG_ADMIN,
  /** Read everything about the key's own org, and export its ledger. */
  ORG_FINANCE,
  /** Read the key's own org. */
  ORG_VIEWER;

  /** The name in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
