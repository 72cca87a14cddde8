package dev.bursar.domain.identity;

import java.util.Random;

/** Names of the kinds that are easily taken for one another, drawn by lot. */
final class Names {

  private static final String[] PARTS = {
    "a", "A", "z", "0", "_", "__", "|", "/", "%", "%25", "%7C", "+", "*", "-", ".", "~", " ", ":",
    "é", "e\u0301", "ß", "ss", "İ", "i", "中", "🙂", "👩", "rsv", "&", "=", "?", "#", "\\", "\"", "'"
  };

  private Names() {}

  static String random(Random random) {
    StringBuilder name = new StringBuilder();
    for (int parts = 1 + random.nextInt(4); parts > 0; parts--) {
      name.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return name.toString();
  }
}
