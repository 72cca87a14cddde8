package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Free texts and whole numbers as requests carry them. */
public final class Texts {

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private Texts() {}

  /** A text of 1 to so many characters, none of them a control character or half of one. */
  public static String checked(String field, String text, int charsMax) {
    if (text.isEmpty()) {
      throw Problem.invalid(field, "is empty").fault();
    }
    return free(field, text, charsMax);
  }

  /** The same, but it may be empty. */
  static String free(String field, String text, int charsMax) {
    if (text.length() > charsMax) {
      throw Problem.invalid(
              field,
              "has %d characters; at most %d are accepted".formatted(text.length(), charsMax))
          .fault();
    }
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int type = Character.getType(point);
      if (type == Character.CONTROL || type == Character.SURROGATE) {
        throw Problem.invalid(
                field,
                "has the character U+%04X at position %d; control characters are not accepted"
                    .formatted(point, i))
            .fault();
      }
      i += Character.charCount(point);
    }
    return text;
  }

  /** As much of the text as may be kept; null if nothing may, since it has control characters. */
  public static @Nullable String cut(String text, int charsMax) {
    boolean splits =
        text.length() > charsMax && Character.isHighSurrogate(text.charAt(charsMax - 1));
    String kept = text.substring(0, Math.min(text.length(), splits ? charsMax - 1 : charsMax));
    try {
      return free("", kept, charsMax);
    } catch (Fault e) {
      return null;
    }
  }

  /** A whole number within bounds. */
  static long integer(String field, Json value, long min, long max) {
    if (value instanceof Json.Numeral number && INTEGER.matcher(number.text()).matches()) {
      long parsed = Long.parseLong(number.text());
      if (parsed >= min && parsed <= max) {
        return parsed;
      }
    }
    String shown = value instanceof Json.Numeral n ? Amounts.shown(n.text()) : value.kind();
    throw Problem.invalid(
            field, "is %s; a whole number from %d to %d is accepted".formatted(shown, min, max))
        .fault();
  }
}
