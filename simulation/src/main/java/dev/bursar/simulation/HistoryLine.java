package dev.bursar.simulation;

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
    return ADDRESS.matcher(told).replaceAll("@").replace(", ]", "]");
  }
}
