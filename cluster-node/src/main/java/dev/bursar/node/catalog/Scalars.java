package dev.bursar.node.catalog;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.Identifiers;
import dev.bursar.node.yaml.YamlPart;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Single values of a catalog. One that can't be read is put down as a fault, and read as the
 * nearest that can.
 */
final class Scalars {

  private static final Pattern DECIMAL = Pattern.compile("(?=.{1,30}$)-?[0-9]+(\\.[0-9]+)?");
  private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final BigDecimal AMOUNT_MAX = decimal(Credits.MAX_INPUT);
  private static final int NAMES_MAX = 100;

  private Scalars() {}

  private static BigDecimal decimal(Credits credits) {
    return new BigDecimal(credits.toString());
  }

  /** A name as requests may carry it. */
  static String name(YamlPart part) {
    String name = part.text();
    String fault = name.isEmpty() ? null : Identifiers.fault(name);
    if (fault != null) {
      part.fault(fault);
    }
    return name;
  }

  /**
   * Names, each of them once; none if nothing is there.
   *
   * @param read reads one of them
   */
  static Set<String> names(@Nullable YamlPart part, Function<YamlPart, String> read) {
    Set<String> names = new LinkedHashSet<>();
    if (part != null) {
      for (YamlPart item : part.items()) {
        String name = read.apply(item);
        if (!names.add(name)) {
          item.fault(name + " is there twice");
        }
      }
      if (names.size() > NAMES_MAX) {
        part.fault("has %d names; at most %d are accepted".formatted(names.size(), NAMES_MAX));
      }
    }
    return Set.copyOf(names);
  }

  /** Written plainly; 0 if it is none. */
  static BigDecimal decimal(YamlPart part) {
    BigDecimal decimal = decimalIfAny(part);
    return decimal == null ? BigDecimal.ZERO : decimal;
  }

  /** Written plainly; null if it is none. */
  static @Nullable BigDecimal decimalIfAny(YamlPart part) {
    String text = part.text("a decimal");
    if (DECIMAL.matcher(text).matches()) {
      return new BigDecimal(text);
    }
    if (!text.isEmpty()) {
      part.fault(text + " is not a decimal of at most 30 characters");
    }
    return null;
  }

  /** From 0 to a bound, with so many decimals at most; else 0. */
  static BigDecimal decimal(YamlPart part, BigDecimal most, int decimals, String otherwise) {
    BigDecimal value = decimal(part);
    if (value.signum() < 0) {
      part.fault(part.text() + " is negative; 0 or more is accepted");
    } else if (value.compareTo(most) > 0) {
      part.fault("%s is more than %s".formatted(part.text(), most.toPlainString()));
    } else if (value.stripTrailingZeros().scale() > decimals) {
      part.fault("%s has more than %d decimals%s".formatted(part.text(), decimals, otherwise));
    } else {
      return value;
    }
    return BigDecimal.ZERO;
  }

  /** An amount of 0 or more. */
  static Credits credits(YamlPart part, int decimals, String otherwise) {
    return Credits.ofExact(decimal(part, AMOUNT_MAX, decimals, otherwise));
  }

  /** A whole number within bounds; the lower of them if it is none. */
  static int whole(@Nullable YamlPart part, int least, int most, int otherwise) {
    if (part == null) {
      return otherwise;
    }
    BigDecimal value = decimalIfAny(part);
    if (value == null) {
      return least;
    }
    if (value.stripTrailingZeros().scale() > 0
        || value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(most)) > 0) {
      part.fault("%s is no whole number from %d to %d".formatted(part.text(), least, most));
      return least;
    }
    return value.intValueExact();
  }

  /** A whole number within bounds, or null if nothing is there. */
  static @Nullable Integer optionalWhole(@Nullable YamlPart part, int least, int most) {
    return part == null ? null : (Integer) whole(part, least, most, least);
  }

  /** The constant that a word names; the first if it is none. */
  static <E extends Enum<E>> E word(YamlPart part, E[] known) {
    String text = part.text();
    for (E each : known) {
      if (word(each).equals(text)) {
        return each;
      }
    }
    if (!text.isEmpty()) {
      part.fault(
          "%s is unknown; known are %s"
              .formatted(text, Arrays.stream(known).map(Scalars::word).toList()));
    }
    return known[0];
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The constant that a word names, or another if nothing is there. */
  static <E extends Enum<E>> E word(@Nullable YamlPart part, E[] known, E otherwise) {
    return part == null ? otherwise : word(part, known);
  }

  /** Yes or no; no if it is neither. */
  static boolean yes(YamlPart part) {
    String text = part.text("true or false");
    if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
      part.fault(text + " is neither true nor false");
    }
    return text.equals("true");
  }

  /** A time with its offset, or a day, which begins at midnight in UTC. */
  static @Nullable Instant time(@Nullable YamlPart part) {
    if (part == null) {
      return null;
    }
    String text = part.text("a day or a time");
    try {
      Instant time =
          DAY.matcher(text).matches()
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : OffsetDateTime.parse(text).toInstant();
      // Only years of more than four digits have a sign.
      if (!Character.isDigit(text.charAt(0))) {
        part.fault(text + " is no year of four digits");
      } else if (!time.equals(time.truncatedTo(ChronoUnit.MICROS))) {
        part.fault(text + " is finer than a microsecond");
      }
      return time;
    } catch (DateTimeException e) {
      if (!text.isEmpty()) {
        part.fault(text + " is neither a day (2026-11-01) nor a time (2026-11-01T00:00:00Z)");
      }
      return Instant.EPOCH;
    }
  }
}
