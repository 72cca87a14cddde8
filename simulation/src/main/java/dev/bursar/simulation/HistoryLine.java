package dev.bursar.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** A line of a history as a person reads it, and as it is each time that the history is run. */
final class HistoryLine {

  /** Whoever waits for an answer, and bytes: shown by where they lie in memory. */
  private static final Pattern ADDRESSED =
      Pattern.compile("\\w+=(?:[\\w.$]+\\$\\$Lambda[\\w/.]*|\\[B)@[0-9a-f]+(?:, )?");

  private static final Pattern ADDRESS = Pattern.compile("@[0-9a-f]{4,}");

  /** What is not there is not told. */
  private static final Pattern EMPTY =
      Pattern.compile("\\b\\w+=(?:null|\\[]|\\{})(?:, |(?=[])}]))");

  private HistoryLine() {}

  static String readable(String line) {
    String told = EMPTY.matcher(ADDRESSED.matcher(line).replaceAll("")).replaceAll("");
    return sorted(ADDRESS.matcher(told).replaceAll("@").replace(", ]", "]"));
  }

  /** Maps have no order of their own; each JVM has another. */
  private static String sorted(String line) {
    if (line.indexOf('{') < 0) {
      return line;
    }
    StringBuilder told = new StringBuilder(line.length());
    int from = 0;
    while (true) {
      int open = line.indexOf('{', from);
      int close = open < 0 ? -1 : closing(line, open);
      if (close < 0 || line.charAt(close) != '}') {
        return told.append(line, from, line.length()).toString();
      }
      told.append(line, from, open + 1)
          .append(String.join(", ", entries(line.substring(open + 1, close))))
          .append('}');
      from = close + 1;
    }
  }

  /** Where what opens here closes; below 0 if it does not. */
  static int closing(String line, int open) {
    int depth = 0;
    for (int i = open; i < line.length(); i++) {
      depth += depth(line.charAt(i));
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static List<String> entries(String map) {
    List<String> entries = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < map.length(); i++) {
      depth += depth(map.charAt(i));
      if (depth == 0 && map.startsWith(", ", i)) {
        entries.add(sorted(map.substring(from, i)));
        from = i + 2;
      }
    }
    entries.add(sorted(map.substring(from)));
    Collections.sort(entries);
    return entries;
  }

  /** How many open in it that do not close. */
  static int depth(String text) {
    return text.chars().map(c -> depth((char) c)).sum();
  }

  private static int depth(char c) {
    return switch (c) {
      case '{', '[', '(' -> 1;
      case '}', ']', ')' -> -1;
      default -> 0;
    };
  }
}
