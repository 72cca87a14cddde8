package dev.bursar.projections.rebuild;

import dev.bursar.projections.StatisticsTargets;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;

/**
 * What the database's catalogs say of a table: the statements that make another one like it, empty,
 * under the same names. So the structure of tables is written down once, in the migrations.
 *
 * <p>Indexes are there from the beginning: made afterwards, each would be one long transaction, and
 * the nodes' projections would see nothing that was committed meanwhile.
 */
final class TableDefinition {

  private static final String PARTITION_KEY =
      "select coalesce(' partition by ' || pg_get_partkeydef(cast(:table as regclass)), '')";

  private static final String STORAGE =
      """
      select format('alter table %I.%I set (%s)', cast(:schema as text), relname,
        (select string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ')
         from unnest(reloptions) o))
      from pg_class where oid = cast(:table as regclass) and reloptions is not null
      """;

  private static final String KEYS =
      """
      select format('alter table %I.%I add constraint %I %s', cast(:schema as text), t.relname, c.conname,
        pg_get_constraintdef(c.oid))
      from pg_constraint c join pg_class t on t.oid = c.conrelid
      where c.conrelid = cast(:table as regclass) and c.contype in ('p', 'u', 'x')
      order by c.conindid
      """;

  // Pretty, since only then it names the table without its schema.
  private static final String INDEXES =
      """
      select pg_get_indexdef(i.indexrelid, 0, true) from pg_index i
      where i.indrelid = cast(:table as regclass)
        and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid
                        and c.conrelid = i.indrelid and c.contype in ('p', 'u', 'x'))
      order by i.indexrelid
      """;

  private static final String TRIGGERS =
      """
      select pg_get_triggerdef(oid, true) from pg_trigger
      where tgrelid = cast(:table as regclass) and not tgisinternal order by tgname
      """;

  private static final String TRIGGERS_ENABLED =
      """
      select format('alter table %I.%I %s trigger %I', cast(:schema as text), t.relname,
        case g.tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'disable' end,
        g.tgname)
      from pg_trigger g join pg_class t on t.oid = g.tgrelid
      where g.tgrelid = cast(:table as regclass) and not g.tgisinternal and g.tgenabled <> 'O'
      order by g.tgname
      """;

  private TableDefinition() {}

  /**
   * Makes the tables in another schema.
   *
   * @param handle in a transaction; its {@code search_path} is changed until the end of it
   * @param from where the tables are
   * @param to where to make them
   */
  static void copy(Handle handle, String from, String to, List<String> tables) {
    // Names within the definitions are left without their schema where it is the first one here.
    Sql.run(handle, "set local search_path = " + Sql.quoted(from));
    List<String> statements = new ArrayList<>();
    tables.forEach(table -> statements.addAll(statements(handle, from, to, table)));
    Sql.run(handle, "set local search_path = " + Sql.quoted(to) + ", " + Sql.quoted(from));
    statements.forEach(each -> Sql.run(handle, each));
    tables.forEach(
        table -> StatisticsTargets.copy(handle, Sql.quoted(from, table), Sql.quoted(to, table)));
  }

  private static List<String> statements(Handle handle, String from, String to, String table) {
    List<String> all = new ArrayList<>();
    all.add(
        "create table %s (like %s including all excluding indexes)%s"
            .formatted(
                Sql.quoted(to, table),
                Sql.quoted(from, table),
                asked(handle, PARTITION_KEY, table, to).getFirst()));
    for (String question : List.of(STORAGE, KEYS, INDEXES, TRIGGERS, TRIGGERS_ENABLED)) {
      all.addAll(asked(handle, question, table, to));
    }
    return all;
  }

  private static List<String> asked(Handle handle, String question, String table, String schema) {
    return handle
        .createQuery(question)
        .configure(SqlStatements.class, each -> each.setUnusedBindingAllowed(true))
        .bind("table", Sql.quoted(table))
        .bind("schema", schema)
        .mapTo(String.class)
        .list();
  }
}
