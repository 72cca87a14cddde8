package dev.bursar.api.usage;

import dev.bursar.api.http.Query;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Times;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /** From this time on, and before the other. */
  record Stretch(Instant from, Instant to) {}

  /** Without a start, it is this month in the zone. */
  static Stretch stretch(Query query, Instant now, ZoneId zone) {
    Instant to = time(query, "to", Window.ALWAYS.end());
    Instant from =
        time(
            query,
            "from",
            LocalDate.ofInstant(now, zone).withDayOfMonth(1).atStartOfDay(zone).toInstant());
    if (from.isAfter(to)) {
      throw query.get("from") == null
          ? Problem.invalid(
                  "to",
                  "is before %s, the start of this month, which counts where from is left out"
                      .formatted(from))
              .fault()
          : Problem.invalid("from", "is after to, " + to).fault();
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
