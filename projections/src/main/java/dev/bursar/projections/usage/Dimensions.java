package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.util.Map;
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
    StringBuilder sql = new StringBuilder();
    filter
        .keySet()
        .forEach(
            dimension ->
                sql.append(" and ")
                    .append(
                        switch (dimension) {
                          case DEPARTMENT -> ":department = any(d.departments)";
                          case USER -> "d.user_id = :user";
                          case TEAM, PRODUCT, COST_CENTER, AGENT, FEATURE, MODEL, SESSION, WALLET ->
                              column(dimension) + " = :" + dimension.word();
                        }));
    return sql.toString();
  }

  static <S extends SqlStatement<S>> S bind(S statement, Map<Dimension, String> filter) {
    filter.forEach((dimension, value) -> statement.bind(dimension.word(), value));
    return statement;
  }
}
