package dev.bursar.domain.identity;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The rule for every name that a client chooses: of orgs, units, users, wallets, grants, budgets,
 * sessions and models. A name is 1 to 255 bytes of UTF-8, compared byte for byte: nothing is
 * normalised, folded or trimmed, so two different names never become one. Control characters,
 * invisible formatting characters (bidirectional marks among them) and lone surrogates are refused,
 * since a person could not tell such names apart.
 */
public final class Identifiers {

  /** The longest name, in bytes of UTF-8. */
  public static final int BYTES_MAX = 255;

  private Identifiers() {}

  /** What is wrong with the name, or null if nothing is. */
  public static @Nullable String fault(String name) {
    if (name.isEmpty()) {
      return "is empty; 1 to 255 bytes of UTF-8 are accepted";
    }
    for (int i = 0; i < name.length(); ) {
      int point = name.codePointAt(i);
      switch (Character.getType(point)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.UNASSIGNED,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR -> {
          return "has the character U+%04X at position %d; control, formatting and unassigned characters are not accepted"
              .formatted(point, i);
        }
        default -> i += Character.charCount(point);
      }
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    return bytes > BYTES_MAX ? "has " + bytes + " bytes of UTF-8; at most 255 are accepted" : null;
  }
}
