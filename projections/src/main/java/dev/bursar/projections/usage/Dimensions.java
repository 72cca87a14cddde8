package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.SqlStatement;

/** What usage can be grouped and filtered by, as columns of a table {@code d}. */
final class Dimensions {

  private Dimensions() {}

  /** What a row is grouped by; of departments, the nearest. Of users, sums have none as empty. */
  static String column(Dimension dimension) {
    return switch (dimension) {
      case DEPARTMENT -> "d.departments[1]";
      case USER -> "nullif(d.user_id, '')";
      case TEAM, PRODUCT, COST_CENTER, AGENT, FEATURE, MODEL, SESSION, WALLET ->
          "d." + dimension.word();
    };
  }

  /** The further conditions of rows that have all of these, each beginning with {@code and}. */
  static String conditions(Map<Dimension, String> filter) {
    return filter.keySet().stream().map(Dimensions::condition).collect(Collectors.joining());
  }

  /** The further condition of rows that have this, beginning with {@code and}. */
  static String condition(Dimension dimension) {
    return switch (dimension) {
      case DEPARTMENT -> " and :department = any(d.departments)";
      case USER -> " and d.user_id = :user";
      case TEAM, PRODUCT, COST_CENTER, AGENT, FEATURE, MODEL, SESSION, WALLET ->
          " and " + column(dimension) + " = :" + dimension.word();
    };
  }

  static <S extends SqlStatement<S>> S bind(S statement, Map<Dimension, String> filter) {
    filter.forEach((dimension, value) -> statement.bind(dimension.word(), value));
    return statement;
  }
}
