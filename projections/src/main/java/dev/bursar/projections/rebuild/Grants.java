package dev.bursar.projections.rebuild;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** What others than the owner may do with tables, as statements that grant it again. */
final class Grants {

  private static final String STATEMENTS =
      """
      with acl (table_name, column_name, item) as (
        select t.relname, null::name, aclexplode(t.relacl) from pg_class t
        where t.relnamespace = cast(:schema as regnamespace) and t.relname = any(:tables)
        union all
        select t.relname, a.attname, aclexplode(a.attacl) from pg_class t
        join pg_attribute a on a.attrelid = t.oid
        where t.relnamespace = cast(:schema as regnamespace) and t.relname = any(:tables)
          and a.attnum > 0 and not a.attisdropped)
      select format('grant %s%s on %I.%I to %s%s', (item).privilege_type,
        case when column_name is null then '' else format(' (%I)', column_name) end, cast(:name as text), table_name,
        case (item).grantee when 0 then 'public' else quote_ident(pg_get_userbyid((item).grantee)) end,
        case when (item).is_grantable then ' with grant option' else '' end)
      from acl where item is not null
      """;

  private Grants() {}

  /** The grants on these tables and their columns, as they stand. */
  static List<String> on(Handle handle, String schema, List<String> tables) {
    return handle
        .createQuery(STATEMENTS)
        .bind("schema", Sql.quoted(schema))
        .bind("name", schema)
        .bindArray("tables", String.class, tables)
        .mapTo(String.class)
        .list();
  }
}
