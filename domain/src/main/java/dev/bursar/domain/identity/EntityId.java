package dev.bursar.domain.identity;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * The address of an entity that owns a journal, and the id under which that journal is stored:
 * {@code org|acme}, {@code team|acme|analytics}, {@code wallet|acme|main}. Names are
 * percent-encoded, so no name can contain the separator and no two addresses become one.
 *
 * @param kind what it is
 * @param org the org that it belongs to
 * @param name the team's or wallet's name within the org; empty for the org itself
 */
public record EntityId(Kind kind, String org, String name) {

  /** The kinds of entities. */
  public enum Kind {
    ORG("org"),
    TEAM("team"),
    WALLET("wallet");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  public static EntityId org(String org) {
    return new EntityId(Kind.ORG, org, "");
  }

  public static EntityId team(String org, String team) {
    return new EntityId(Kind.TEAM, org, team);
  }

  public static EntityId wallet(String org, String wallet) {
    return new EntityId(Kind.WALLET, org, wallet);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static EntityId parse(String text) {
    String[] parts = text.split("\\|", -1);
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(parts[0]) && parts.length == (kind == Kind.ORG ? 2 : 3)) {
        return new EntityId(kind, decoded(parts[1]), parts.length == 3 ? decoded(parts[2]) : "");
      }
    }
    throw new IllegalArgumentException("not an entity id: " + text);
  }

  @Override
  public String toString() {
    String base = kind.word + '|' + encoded(org);
    return kind == Kind.ORG ? base : base + '|' + encoded(name);
  }

  static String encoded(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      if (!plain) {
        // '_' and '*' are left as they are by the encoder, but separate the parts of a reservation.
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
            .replace("_", "%5F")
            .replace("*", "%2A")
            .replace("+", "%20");
      }
    }
    return name;
  }

  static String decoded(String text) {
    return text.indexOf('%') < 0 ? text : URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
