package dev.bursar.domain.operation;

/**
 * The time that some idempotency keys carry: a UUID of version 7 and a ULID begin with 48 bits of
 * milliseconds since 1970. It is read for every operation, so nothing is made of the key on the
 * way.
 */
final class KeyTime {

  /** Of a key that does not tell. */
  static final long NONE = -1;

  private static final int UUID_LENGTH = 36;
  private static final int UUID_VERSION_AT = 14;
  private static final int UUID_VARIANT_AT = 19;
  private static final int UUID_TIME_DIGITS = 12;

  private static final String ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int ULID_TIME_DIGITS = 10;
  private static final int ULID_LENGTH = 26;

  private KeyTime() {}

  /**
   * When a key was made, by itself, in milliseconds since 1970, or {@link #NONE}. Letters count in
   * any case.
   *
   * @param from where in the text the key begins
   * @param to where it ends
   */
  static long millis(String text, int from, int to) {
    return switch (to - from) {
      case UUID_LENGTH -> ofUuid(text, from);
      case ULID_LENGTH -> ofUlid(text, from);
      default -> NONE;
    };
  }

  private static long ofUuid(String text, int from) {
    long millis = 0;
    int digits = 0;
    for (int i = 0; i < UUID_LENGTH; i++) {
      char c = text.charAt(from + i);
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (c != '-') {
          return NONE;
        }
        continue;
      }
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0
          || (i == UUID_VERSION_AT && digit != 7)
          || (i == UUID_VARIANT_AT && digit >> 2 != 2)) {
        return NONE;
      }
      if (digits < UUID_TIME_DIGITS) {
        millis = millis << 4 | digit;
        digits++;
      }
    }
    return millis;
  }

  private static long ofUlid(String text, int from) {
    if (text.charAt(from) > '7') {
      return NONE;
    }
    long millis = 0;
    boolean letters = false;
    for (int i = 0; i < ULID_LENGTH; i++) {
      char c = text.charAt(from + i);
      char upper = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
      int digit = ULID_DIGITS.indexOf(upper);
      if (digit < 0) {
        return NONE;
      }
      letters |= digit > 9;
      if (i < ULID_TIME_DIGITS) {
        millis = millis << 5 | digit;
      }
    }
    // Digits alone are a counter with zeros in front; a ULID's random part has letters, but for one
    // in a billion.
    return letters ? millis : NONE;
  }
}
