package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Features and models that are in no sums of their own, as far as a question is about them: what of
 * it sums do not tell.
 *
 * @param names what events are called so that they are grouped as sums are
 * @param unclear UTC days on which what is asked for by name is in sums with others
 */
record Others(SummedNames names, Set<LocalDate> unclear) {

  private static final Others NONE = new Others(SummedNames.NONE, Set.of());

  private static final Set<Dimension> WORDS = EnumSet.of(Dimension.FEATURE, Dimension.MODEL);

  private static final String ANY =
      """
      select coalesce(bool_or(d.feature = :other), false), coalesce(bool_or(d.model = :other), false)
      from usage_group d
      where d.org = :org and (d.feature = '(other)' or d.model = '(other)')
      """;

  private static final String DAYS =
      """
      select distinct r.day from usage_day r
      where r.org = :org and r.day >= :from and r.day <= :to and r.group_id = any(:groups)
        and (%s)
      """;

  private static final String NOT_BY_NAME =
      """
      not exists (
        select 1 from usage_word w
        where w.org = r.org and w.day = r.day and w.kind = '%1$s' and w.word = :%1$s)
      """;

  /**
   * What there is of them.
   *
   * @param span the time that the question is about, as far as anything is known of it
   */
  static Others of(Handle handle, String org, Question question, Span span) {
    Set<Dimension> asked = EnumSet.noneOf(Dimension.class);
    asked.addAll(question.groupBy());
    asked.addAll(question.filter().keySet());
    asked.retainAll(WORDS);
    if (!asked.isEmpty()) {
      asked.retainAll(there(handle, org));
    }
    if (asked.isEmpty()) {
      return NONE;
    }
    Set<Dimension> byName =
        asked.stream()
            .filter(kind -> isName(question.filter().get(kind)))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Dimension.class)));
    asked.removeAll(byName);
    return new Others(
        new SummedNames(Set.copyOf(asked)), unclear(handle, org, question.filter(), byName, span));
  }

  private static boolean isName(@Nullable String filter) {
    return filter != null && !filter.equals(UsageQueries.OTHER);
  }

  private static Set<Dimension> there(Handle handle, String org) {
    return handle
        .createQuery(ANY)
        .bind("org", org)
        .bind("other", UsageQueries.OTHER)
        .map(
            (rs, context) -> {
              Set<Dimension> there = EnumSet.noneOf(Dimension.class);
              if (rs.getBoolean(1)) {
                there.add(Dimension.FEATURE);
              }
              if (rs.getBoolean(2)) {
                there.add(Dimension.MODEL);
              }
              return there;
            })
        .one();
  }

  private static Set<LocalDate> unclear(
      Handle handle, String org, Map<Dimension, String> filter, Set<Dimension> byName, Span span) {
    if (byName.isEmpty() || span.isEmpty()) {
      return Set.of();
    }
    List<UUID> groups = Groups.perhaps(handle, org, filter, byName);
    if (groups.isEmpty()) {
      return Set.of();
    }
    Map<Dimension, String> names = new LinkedHashMap<>(filter);
    names.keySet().retainAll(byName);
    String unnamed =
        byName.stream()
            .map(kind -> NOT_BY_NAME.formatted(kind.word()))
            .collect(Collectors.joining(" or "));
    return new TreeSet<>(
        Dimensions.bind(handle.createQuery(DAYS.formatted(unnamed)), names)
            .bind("org", org)
            .bind("from", LocalDate.ofInstant(span.from(), ZoneOffset.UTC))
            .bind("to", LocalDate.ofInstant(span.to(), ZoneOffset.UTC))
            .bindArray("groups", UUID.class, groups)
            .mapTo(LocalDate.class)
            .list());
  }
}
