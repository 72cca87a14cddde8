package dev.bursar.simulation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words what records look like when they are printed. */
final class PlainWords {

  /** Who asked by which key, where it is booked, and what follows from the rest. */
  private static final Set<String> NOT_TOLD =
      Set.of(
          "at",
          "transaction",
          "balance",
          "attribution",
          "actor",
          "origin",
          "idempotencyKey",
          "fingerprint",
          "operation",
          "salt",
          "metadata",
          "thresholds",
          "zone",
          "anchorDay",
          "createdAt",
          "source",
          "windowStart",
          "resetsAt",
          "session",
          "canNameFeature");

  /** What says by itself what it is. */
  private static final Set<String> NAMELESS =
      Set.of(
          "reservation", "id", "lease", "grant", "budget", "request", "command", "value", "kind");

  /** By its name a budget is told what it is where it is set. */
  private static final Map<String, Set<String>> NOT_TOLD_OF =
      Map.of(
          "LimitState", Set.of("scope", "measure", "window", "mode"),
          "Applicable", Set.of("counted"));

  private static final Set<String> TOLD_THOUGH_ZERO = Set.of("limit", "amount", "charged");

  private static final Pattern RECORD = Pattern.compile("(?<![\\w.])[A-Z]\\w*\\[");
  private static final Pattern NEXT = Pattern.compile(", (?=\\w+=)");

  /** Credits are counted in millionths. */
  private static final int DECIMALS = 6;

  private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

  private PlainWords() {}

  /** An amount that a check has in millionths, in credits; all else as it is printed. */
  static Object amount(Object value) {
    return value instanceof BigInteger micros
        ? new BigDecimal(micros, DECIMALS).stripTrailingZeros().toPlainString()
        : value;
  }

  /** A line, with words in place of every record in it. */
  static String of(String line) {
    StringBuilder told = new StringBuilder(line.length());
    Matcher record = RECORD.matcher(line);
    int from = 0;
    while (record.find(from)) {
      int close = HistoryLine.closing(line, record.end() - 1);
      if (close < 0) {
        break;
      }
      int before = record.start();
      // A list of one is that one.
      boolean alone =
          before > from && line.charAt(before - 1) == '[' && line.startsWith("]", close + 1);
      told.append(line, from, alone ? before - 1 : before)
          .append(
              words(line.substring(before, record.end() - 1), line.substring(record.end(), close)));
      from = alone ? close + 2 : close + 1;
    }
    return told.append(line, from, line.length()).toString();
  }

  private static String words(String name, String components) {
    List<String> told = new ArrayList<>();
    boolean wrapped = false;
    for (String component : components(components)) {
      int equals = component.indexOf('=');
      String key = equals < 0 ? "" : component.substring(0, equals);
      String value = of(component.substring(equals + 1));
      boolean nothing =
          value.isEmpty()
              || value.equals("false")
              || (value.equals("0") && !TOLD_THOUGH_ZERO.contains(key));
      if (nothing
          || NOT_TOLD.contains(key)
          || NOT_TOLD_OF.getOrDefault(name, Set.of()).contains(key)) {
        continue;
      }
      boolean isRecord =
          RECORD.matcher(component).region(equals + 1, component.length()).lookingAt();
      wrapped |= isRecord && NAMELESS.contains(key);
      told.add(
          value.equals("true")
              ? humps(key)
              : NAMELESS.contains(key) || key.isEmpty() || value.startsWith(humps(key) + " (")
                  ? value
                  : humps(key) + " " + value);
    }
    if (told.isEmpty()) {
      return humps(name);
    }
    if (name.equals("Request") && told.size() == 1) {
      return told.getFirst();
    }
    return wrapped && told.size() == 1
        ? humps(name) + ": " + told.getFirst()
        : humps(name) + " (" + String.join(", ", told) + ")";
  }

  private static List<String> components(String all) {
    List<String> components = new ArrayList<>();
    Matcher next = NEXT.matcher(all);
    int from = 0;
    while (next.find()) {
      if (HistoryLine.depth(all.substring(from, next.start())) == 0) {
        components.add(all.substring(from, next.start()));
        from = next.end();
      }
    }
    components.add(all.substring(from));
    return components;
  }

  private static String humps(String name) {
    return HUMP.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
  }
}
