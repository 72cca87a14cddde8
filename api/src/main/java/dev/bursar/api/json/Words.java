package dev.bursar.api.json;

import dev.bursar.api.problem.Problem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The words for the values of a field.
 *
 * @param values the values by word, in the order in which messages list them
 */
public record Words<E>(Map<String, E> values) {

  /** The constants of an enum by their names in lower case. */
  @SafeVarargs
  public static <E extends Enum<E>> Words<E> of(E... values) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E value : values) {
      words.put(word(value), value);
    }
    return new Words<>(words);
  }

  /** The word for a constant. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** What the word stands for. */
  public E checked(String field, String word) {
    E value = values.get(word);
    if (value == null) {
      throw Problem.invalid(
              field,
              "is %s; accepted are %s"
                  .formatted(Amounts.shown(word), String.join(", ", values.keySet())))
          .fault();
    }
    return value;
  }
}
