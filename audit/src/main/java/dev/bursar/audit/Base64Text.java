package dev.bursar.audit;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64, in the one way in which bytes are written in it. */
final class Base64Text {

  private Base64Text() {}

  /**
   * The bytes; null for what is not Base64 as it is written, such as with stray bits at its end.
   */
  static byte @Nullable [] decoded(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
