package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.operation.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What stands in the way of a request as a client does not have to be told it. */
final class DenialsToldOtherwise {

  private DenialsToldOtherwise() {}

  @SuppressWarnings("unchecked")
  static <T> Answer<T> of(Answer<T> answer, UnaryOperator<List<Denial>> change) {
    return answer instanceof Answer.Done<T>(T value, boolean again)
            && value instanceof Decided.Denied(var plan, var denials)
        ? new Answer.Done<>((T) new Decided.Denied(plan, change.apply(denials)), again)
        : answer;
  }

  /** Those that are like this are left out; but something is told. */
  static List<Denial> without(List<Denial> denials, Predicate<Denial> which) {
    List<Denial> others = denials.stream().filter(each -> !which.test(each)).toList();
    return others.isEmpty() ? denials : others;
  }

  /** Of those that are like this only the first is told. */
  static List<Denial> onlyTheFirst(List<Denial> denials, Predicate<Denial> which) {
    List<Denial> told = new ArrayList<>();
    boolean first = true;
    for (Denial each : denials) {
      if (!which.test(each)) {
        told.add(each);
      } else if (first) {
        told.add(each);
        first = false;
      }
    }
    return told;
  }
}
