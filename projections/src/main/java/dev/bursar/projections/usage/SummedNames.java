package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Features and models of events {@code d} as sums call them: by name, or as {@link
 * UsageQueries#OTHER} where they have no sums of their own.
 *
 * @param of which of the two; those that are not here are as events have them
 */
record SummedNames(Set<Dimension> of) {

  static final SummedNames NONE = new SummedNames(Set.of());

  /** What has to be joined to the events for it. */
  String joins() {
    return of.stream()
        .sorted()
        .map(
            kind ->
                """
                 left join usage_word w_%1$s on w_%1$s.org = d.org and w_%1$s.kind = '%1$s'
                  and w_%1$s.day = cast(d.counted_at at time zone 'UTC' as date)
                  and w_%1$s.word = d.%1$s
                """
                    .formatted(kind.word()))
        .collect(Collectors.joining());
  }

  /** What a row is grouped by. */
  String column(Dimension dimension) {
    return of.contains(dimension)
        ? "case when d.%1$s is null or w_%1$s.word is not null then d.%1$s else '%2$s' end"
            .formatted(dimension.word(), UsageQueries.OTHER)
        : Dimensions.column(dimension);
  }

  /** The further conditions of rows that have all of these, each beginning with {@code and}. */
  String conditions(Map<Dimension, String> filter) {
    return filter.keySet().stream()
        .map(
            dimension ->
                of.contains(dimension)
                    ? " and %s = :%s".formatted(column(dimension), dimension.word())
                    : Dimensions.condition(dimension))
        .collect(Collectors.joining());
  }
}
