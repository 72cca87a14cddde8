package dev.bursar.api.usage;

import dev.bursar.api.http.Query;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Times;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What questions about usage have in common: the time, and what is filtered by. */
final class Asked {

  private Asked() {}

  /** The names of these parameters, with some more. */
  static Set<String> parameters(Set<String> more) {
    Set<String> names = new TreeSet<>(more);
    names.addAll(Set.of("from", "to", "fresh"));
    for (Dimension each : Dimension.values()) {
      names.add(filterOf(each));
    }
    return names;
  }

  private static String filterOf(Dimension dimension) {
    return "filter[" + dimension.word() + "]";
  }

  /** The answer to a question, or the problem that says why there is none. */
  static <T> CompletionStage<T> orRefused(CompletionStage<T> answer) {
    return answer.exceptionally(
        error -> {
          Throwable cause = error instanceof CompletionException ? error.getCause() : error;
          throw cause instanceof Unanswerable refused
              ? refused(refused)
              : new CompletionException(cause);
        });
  }

  private static Fault refused(Unanswerable refused) {
    String detail = String.valueOf(refused.getMessage());
    return switch (refused.reason()) {
      case NOT_KEPT -> Problem.of(400, "not_kept", detail).at("from").fault();
      case TOO_MANY_ROWS -> Problem.of(400, "too_many_rows", detail).fault();
    };
  }

  /** From this time on, and before the other. */
  record Stretch(Instant from, Instant to) {}

  /** Without a start, it is this month in the zone. */
  static Stretch stretch(Query query, Instant now, ZoneId zone) {
    Instant to = time(query, "to", Window.ALWAYS.end());
    Instant from =
        time(
            query,
            "from",
            ZonedDateTime.ofInstant(now, zone)
                .truncatedTo(ChronoUnit.DAYS)
                .withDayOfMonth(1)
                .toInstant());
    if (from.isAfter(to)) {
      throw Problem.invalid("from", "is after to, " + to).fault();
    }
    return new Stretch(from, to);
  }

  /** A plus sign that was sent as it is has become a space by now. */
  private static Instant time(Query query, String name, Instant absent) {
    String text = query.get(name);
    return text == null ? absent : Times.checked(name, text.replace(' ', '+'));
  }

  static Map<Dimension, String> filter(Query query) {
    Map<Dimension, String> filter = new LinkedHashMap<>();
    for (Dimension each : Dimension.values()) {
      String value = query.get(filterOf(each));
      if (value != null) {
        filter.put(each, Names.checked(filterOf(each), value));
      }
    }
    return filter;
  }
}
