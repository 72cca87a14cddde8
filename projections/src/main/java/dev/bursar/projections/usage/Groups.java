package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Which groups of an org have what is asked for. */
final class Groups {

  private Groups() {}

  /** The names of those that have all of these. */
  static List<UUID> of(Handle handle, String org, Map<Dimension, String> filter) {
    return list(handle, org, filter, Dimensions.conditions(filter));
  }

  /**
   * The names of those that may have some of what has all of these, since they are of all features
   * or models without sums of their own.
   *
   * @param words which of the two, of those that are asked for
   */
  static List<UUID> perhaps(
      Handle handle, String org, Map<Dimension, String> filter, Set<Dimension> words) {
    String other = " = '" + UsageQueries.OTHER + "'";
    String some =
        words.stream()
            .map(word -> Dimensions.column(word) + other)
            .collect(Collectors.joining(" or ", " and (", ")"));
    return list(handle, org, filter, with(filter, words) + some);
  }

  /** The names of those that have all of these, for sure or perhaps. */
  static List<UUID> ofOrPerhaps(Handle handle, String org, Map<Dimension, String> filter) {
    Set<Dimension> words =
        filter.keySet().stream()
            .filter(each -> each == Dimension.FEATURE || each == Dimension.MODEL)
            .collect(Collectors.toSet());
    return list(handle, org, filter, with(filter, words));
  }

  private static String with(Map<Dimension, String> filter, Set<Dimension> words) {
    return filter.keySet().stream()
        .map(
            each ->
                words.contains(each)
                    ? " and %1$s in (:%2$s, '%3$s')"
                        .formatted(Dimensions.column(each), each.word(), UsageQueries.OTHER)
                    : Dimensions.condition(each))
        .collect(Collectors.joining());
  }

  private static List<UUID> list(
      Handle handle, String org, Map<Dimension, String> filter, String conditions) {
    return Dimensions.bind(
            handle.createQuery("select d.id from usage_group d where d.org = :org" + conditions),
            filter)
        .bind("org", org)
        .mapTo(UUID.class)
        .list();
  }
}
