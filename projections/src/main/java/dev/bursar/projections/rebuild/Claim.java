package dev.bursar.projections.rebuild;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The session of the only rebuild that may work on a database, and the schema in which it works.
 * The claim ends with the session; so the exchange is made in it, and nobody can make one who has
 * lost the claim without knowing.
 */
final class Claim implements AutoCloseable {

  /** Where the new tables are made. */
  static final String SCHEMA = "rebuild";

  private static final String COMMENT = "Bursar makes read models anew here.";

  private final Handle handle;
  private final String live;
  private final long version;

  private Claim(Handle handle, String live, long version) {
    this.handle = handle;
    this.live = live;
    this.version = version;
  }

  /**
   * Claims the database, and clears away what a rebuild that was ended before has left.
   *
   * @throws RebuildFailure if another rebuild works on it, or the role may not
   */
  static Claim of(Jdbi jdbi) {
    Handle handle = jdbi.open();
    try {
      if (!one(handle, "select pg_try_advisory_lock(hashtextextended('bursar rebuild', 0))")
          .equals("t")) {
        throw new RebuildFailure(
            "Another rebuild works on this database; there can be only one at a time.");
      }
      String live =
          one(
              handle,
              """
              select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.oid = 'entity_progress'::regclass
              """);
      becomeOwner(handle);
      Claim claim = new Claim(handle, live, version(handle));
      claim.clear();
      claim.found();
      return claim;
    } catch (RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  /** Acts as the owner of the live tables, so that the new ones belong to the same. */
  static void becomeOwner(Handle handle) {
    String owner =
        one(
            handle,
            "select pg_get_userbyid(relowner) from pg_class where oid = 'entity_progress'::regclass");
    Sql.run(handle, "set role " + Sql.quoted(owner));
  }

  private static long version(Handle handle) {
    return Long.parseLong(
        one(handle, "select max(installed_rank)::text from flyway_schema_history"));
  }

  /** The schema of the live tables. */
  String live() {
    return live;
  }

  /** The session; one thread uses it at a time. */
  Handle handle() {
    return handle;
  }

  /**
   * Sees to it that the tables are still those of which the structure was copied.
   *
   * @throws RebuildFailure if the schema was migrated meanwhile
   */
  void demandUnmigrated() {
    if (version(handle) != version) {
      throw new RebuildFailure(
          "The schema was migrated meanwhile, so nothing was replaced: start again, with the program of the version that the nodes have.");
    }
  }

  /** The tables in the schema of a rebuild, also partitions, but for those that only it needs. */
  List<String> made(List<String> own) {
    return handle
        .createQuery(
            """
            select relname from pg_class
            where relnamespace = cast(:schema as regnamespace) and relkind in ('r', 'p')
              and relname <> all(:own)
            order by relname
            """)
        .bind("schema", SCHEMA)
        .bindArray("own", String.class, own)
        .mapTo(String.class)
        .list();
  }

  /** The live tables of these names, and their partitions. */
  List<String> withPartitions(List<String> tables) {
    List<String> all = new ArrayList<>();
    for (String table : tables) {
      all.add(table);
      handle
          .createQuery(
              """
              select relname from pg_partition_tree(cast(:table as regclass)) p
              join pg_class on oid = p.relid where p.level > 0
              """)
          .bind("table", Sql.quoted(live, table))
          .mapTo(String.class)
          .forEach(all::add);
    }
    return all;
  }

  private void found() {
    Sql.run(handle, "create schema " + SCHEMA);
    comment();
  }

  private void comment() {
    Sql.run(handle, "comment on schema %s is '%s'".formatted(SCHEMA, COMMENT));
  }

  /**
   * Waits until all that was written so far is on the disk, while nobody else waits: any commit
   * that is a durable one does.
   */
  void flush() {
    comment();
  }

  /**
   * Drops all that was made, also what an earlier rebuild has left.
   *
   * @throws RebuildFailure if the schema is somebody else's
   */
  void clear() {
    String comment =
        handle
            .createQuery(
                "select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace where nspname = :schema")
            .bind("schema", SCHEMA)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    if (comment == null) {
      return;
    }
    if (!comment.equals(COMMENT)) {
      throw new RebuildFailure(
          "The schema \"%s\" of this database is not one that a rebuild has made; rename it, or drop it."
              .formatted(SCHEMA));
    }
    Sql.run(handle, "drop schema %s cascade".formatted(SCHEMA));
  }

  /** Who holds any of these tables for the longest time, in a few words; null if nobody does. */
  @Nullable String holder(List<String> tables) {
    return handle
        .createQuery(
            """
            select format('pid %s (%s), for %s s', a.pid, coalesce(nullif(a.application_name, ''), a.backend_type),
              coalesce(extract(epoch from now() - a.xact_start)::bigint, 0))
            from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
              and l.database = (select oid from pg_database where datname = current_database())
              and l.relation in (select c.oid from pg_class c
                                 where c.relnamespace = cast(:live as regnamespace) and c.relname = any(:tables))
            order by a.xact_start limit 1
            """)
        .bind("live", Sql.quoted(live))
        .bindArray("tables", String.class, tables)
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  private static String one(Handle handle, String question) {
    return handle.createQuery(question).mapTo(String.class).one();
  }

  /** Ends the claim; what was made stays, unless it was cleared before. */
  @Override
  public void close() {
    handle.close();
  }
}
