package dev.bursar.domain.org;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A node of an org's hierarchy.
 *
 * @param id its name within the org
 * @param kind what it is
 * @param name for people
 * @param parent the department above it, or null; only departments and teams have one
 */
public record Unit(String id, Kind kind, String name, @Nullable String parent) {

  /** The kinds of units. Departments and teams form a tree; the others cut across it. */
  public enum Kind {
    DEPARTMENT,
    TEAM,
    PRODUCT,
    COST_CENTER,
    AGENT;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it stands in the tree. */
    public boolean inTree() {
      return this == DEPARTMENT || this == TEAM;
    }
  }
}
