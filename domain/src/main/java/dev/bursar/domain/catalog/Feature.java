package dev.bursar.domain.catalog;

import java.util.Set;

/**
 * Something that a plan lets an org use.
 *
 * @param id its name in requests
 * @param name the name shown to people
 * @param kind what a plan says of it
 * @param meters what its use is counted in; empty unless it is metered
 */
public record Feature(String id, String name, Kind kind, Set<String> meters) {

  /** What a plan says of a feature. */
  public enum Kind {
    /** Yes or no. */
    BOOLEAN,
    /** A number. */
    NUMBER,
    /** A text. */
    TEXT,
    /** Yes or no, or how much of it in a window. */
    METERED
  }
}
