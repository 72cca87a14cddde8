package dev.bursar.domain.lease;

import org.jspecify.annotations.Nullable;

/**
 * That something has changed for those who hold leases.
 *
 * @param id names it, unlike any other
 * @param kind what has changed
 * @param org whose; null where all orgs may be concerned
 * @param lease which lease; null where it is not about one
 */
public record Notice(String id, Kind kind, @Nullable String org, @Nullable String lease) {

  /** What has changed. */
  public enum Kind {
    /** A lease's holder is to stop and to close it. */
    REVOKE,
    /** What an org may use or spend. */
    ENTITLEMENTS_CHANGED,
    /** What can be used, and what it costs. */
    CATALOG_CHANGED
  }

  /** Whether somebody is told of it who is confined to this org, or to none for null. */
  boolean concerns(@Nullable String confinedTo) {
    return org == null || confinedTo == null || org.equals(confinedTo);
  }
}
