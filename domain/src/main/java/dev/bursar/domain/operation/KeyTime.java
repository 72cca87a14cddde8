package dev.bursar.domain.operation;

import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The time that some idempotency keys carry: a UUID of version 7 and a ULID begin with 48 bits of
 * milliseconds since 1970.
 */
final class KeyTime {

  private static final Pattern UUID_V7 =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private static final String ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final Pattern ULID = Pattern.compile("[0-7][" + ULID_DIGITS + "]{25}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final int ULID_TIME_DIGITS = 10;
  private static final int ULID_LENGTH = 26;
  private static final int UUID_LENGTH = 36;

  private KeyTime() {}

  /** When a key was made, by itself; null for one that does not tell. Letters count in any case. */
  static @Nullable Instant of(String key) {
    return switch (key.length()) {
      case UUID_LENGTH -> ofUuid(key.toLowerCase(Locale.ROOT));
      case ULID_LENGTH -> ofUlid(key.toUpperCase(Locale.ROOT));
      default -> null;
    };
  }

  private static @Nullable Instant ofUuid(String key) {
    return UUID_V7.matcher(key).matches()
        ? Instant.ofEpochMilli(Long.parseLong(key.substring(0, 8) + key.substring(9, 13), 16))
        : null;
  }

  private static @Nullable Instant ofUlid(String key) {
    // Digits alone are a counter with zeros in front; a ULID's random part has letters, but for one
    // in a billion.
    if (!ULID.matcher(key).matches() || DIGITS.matcher(key).matches()) {
      return null;
    }
    long millis = 0;
    for (int i = 0; i < ULID_TIME_DIGITS; i++) {
      millis = millis << 5 | ULID_DIGITS.indexOf(key.charAt(i));
    }
    return Instant.ofEpochMilli(millis);
  }
}
