package dev.bursar.node.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A formula without its numbers. A price list may have thousands that differ in nothing else.
 *
 * @param text the formula with other numbers, which say which they are: the first is 1 or 1.5, the
 *     second 2 or 2.5
 * @param numbers what is written in their places: digits, with or without a point
 */
record FormulaShape(String text, List<String> numbers) {

  /** Names, numbers, and what is neither. */
  private static final Pattern WORD = Pattern.compile("[\\w.]+");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");

  /** The shape of a formula; null if it has numbers in any other notation. */
  static @Nullable FormulaShape of(String formula) {
    StringBuilder text = new StringBuilder(formula.length());
    List<String> numbers = new ArrayList<>();
    Matcher words = WORD.matcher(formula);
    while (words.find()) {
      String word = words.group();
      char first = word.charAt(0);
      if (first != '.' && !Character.isDigit(first)) {
        continue;
      }
      Matcher number = NUMBER.matcher(word);
      if (!number.matches()) {
        return null;
      }
      numbers.add(word);
      words.appendReplacement(text, numbers.size() + (number.group(1) == null ? "" : ".5"));
    }
    return new FormulaShape(words.appendTail(text).toString(), List.copyOf(numbers));
  }
}
