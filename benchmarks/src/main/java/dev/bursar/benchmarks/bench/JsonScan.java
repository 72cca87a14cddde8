package dev.bursar.benchmarks.bench;

import java.nio.charset.StandardCharsets;

/**
 * Finds things in JSON without parsing it: what a load client can afford. For our own servers'
 * answers only.
 */
final class JsonScan {

  private JsonScan() {}

  static boolean contains(byte[] json, String ascii) {
    return indexOf(json, ascii, 0) >= 0;
  }

  /** The first string field of this name, unescaped ones only. */
  static String string(byte[] json, String field) {
    int name = indexOf(json, "\"" + field + "\"", 0);
    int from = name < 0 ? -1 : indexOf(json, "\"", name + field.length() + 2);
    int to = from < 0 ? -1 : indexOf(json, "\"", from + 1);
    if (to < 0) {
      throw new IllegalArgumentException(
          "no field " + field + " in " + new String(json, StandardCharsets.UTF_8));
    }
    return new String(json, from + 1, to - from - 1, StandardCharsets.UTF_8);
  }

  private static int indexOf(byte[] json, String ascii, int start) {
    int last = json.length - ascii.length();
    for (int i = start; i <= last; i++) {
      int matched = 0;
      while (matched < ascii.length() && json[i + matched] == ascii.charAt(matched)) {
        matched++;
      }
      if (matched == ascii.length()) {
        return i;
      }
    }
    return -1;
  }
}
