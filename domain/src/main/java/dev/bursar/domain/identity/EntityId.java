package dev.bursar.domain.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

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

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

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

  /** Percent-encoded, but for letters, digits, point and minus: those never separate anything. */
  public static String encoded(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    StringBuilder text = new StringBuilder(bytes.length + 8);
    for (byte each : bytes) {
      if (plain((char) each)) {
        text.append((char) each);
      } else {
        text.append('%').append(HEX.toHexDigits(each));
      }
    }
    return text.toString();
  }

  private static boolean plain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.';
  }

  /**
   * Reads what {@link #encoded} writes.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static String decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < text.length()) {
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    String name = bytes.toString(StandardCharsets.UTF_8);
    if (!encoded(name).equals(text)) {
      throw new IllegalArgumentException("not an encoded name: " + text);
    }
    return name;
  }
}
