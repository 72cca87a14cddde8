package dev.bursar.projections.rebuild;

import dev.bursar.projections.readmodel.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Old and new tables, row by row, whatever the rows' order. */
final class Comparison {

  /**
   * What a table holds: the number of its rows, and the sum of their hashes.
   *
   * @param rows how many
   * @param sum over 64 bits of each row's text; as text, since it may be larger than 64 bits
   */
  private record Contents(long rows, String sum) {}

  private Comparison() {}

  /**
   * What differs between tables of the same names in two schemas, in a sentence each.
   *
   * @param old a session that sees the old tables as they were at the position of the new, in a
   *     transaction
   * @param made one that sees the new, in a transaction
   */
  static List<String> differences(Handle old, String live, Handle made, List<ReadModel> models) {
    use(old, live);
    use(made, Claim.SCHEMA);
    List<String> differences = new ArrayList<>();
    for (ReadModel model : models) {
      Map<String, String> conditions = model.comparable(old);
      for (String table : model.tables()) {
        compare(old, made, table, conditions.getOrDefault(table, "true"), differences);
      }
    }
    compare(old, made, Exchange.PROGRESS, "true", differences);
    return differences;
  }

  private static void compare(
      Handle old, Handle made, String table, String condition, List<String> differences) {
    Contents before = contents(old, table, condition);
    Contents after = contents(made, table, condition);
    if (!before.equals(after)) {
      differences.add(
          before.rows() == after.rows()
              ? "%s: of %,d rows not all are the same".formatted(table, before.rows())
              : "%s: %,d rows, made anew %,d".formatted(table, before.rows(), after.rows()));
    }
  }

  /** Conditions name tables without a schema. */
  private static void use(Handle handle, String schema) {
    Sql.run(handle, "set local search_path = " + Sql.quoted(schema));
  }

  private static Contents contents(Handle handle, String table, String condition) {
    return handle
        .createQuery(
            """
            select count(*), coalesce(sum(cast(hashtextextended(cast(t as text), 0) as numeric)), 0)::text
            from %s t where %s
            """
                .formatted(Sql.quoted(table), condition))
        .map((rs, context) -> new Contents(rs.getLong(1), rs.getString(2)))
        .one();
  }
}
