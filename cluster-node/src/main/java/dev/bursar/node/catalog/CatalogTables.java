package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Audience;
import dev.bursar.domain.catalog.CatalogDiff;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The tables of the catalog's versions, as statements in somebody's transaction. */
final class CatalogTables {

  /** Whoever makes a change has it alone; who confirms that it knows them all shares it. */
  private static final long LOCK = 0x6275_7273_6172_0007L;

  private static final String CHANGES =
      """
      select sequence, made_at, actor, action, version, before, effective_at, orgs, percent
      from catalog_change
      """;

  private final Handle handle;

  CatalogTables(Handle handle) {
    this.handle = handle;
  }

  /** A version without its text. */
  record VersionRow(int number, Instant draftedAt, String actor, String digest) {}

  /** A change and the request that it was made for. */
  record Asked(Made made, long fingerprint) {}

  /** From here on until the transaction ends nobody else changes or confirms anything. */
  void lock() {
    handle.execute("select pg_advisory_xact_lock(?)", LOCK);
  }

  // ---- versions

  int lastVersion() {
    return handle
        .createQuery("select coalesce(max(version), 0) from catalog_version")
        .mapTo(Integer.class)
        .one();
  }

  void insert(VersionRow row, String document) {
    handle
        .createUpdate(
            """
            insert into catalog_version (version, drafted_at, actor, digest, document)
            values (:version, :at, :actor, :digest, :document)
            """)
        .bind("version", row.number())
        .bind("at", row.draftedAt().atOffset(ZoneOffset.UTC))
        .bind("actor", row.actor())
        .bind("digest", row.digest())
        .bind("document", document)
        .execute();
  }

  /** Versions below a number, the newest first. */
  List<VersionRow> versions(int below, int limit) {
    return handle
        .createQuery(
            """
            select version, drafted_at, actor, digest from catalog_version
            where version < :below order by version desc limit :limit
            """)
        .bind("below", below)
        .bind("limit", limit)
        .map((rs, context) -> version(rs))
        .list();
  }

  Optional<VersionRow> version(int number) {
    return handle
        .createQuery(
            "select version, drafted_at, actor, digest from catalog_version where version = :version")
        .bind("version", number)
        .map((rs, context) -> version(rs))
        .findOne();
  }

  /** The newest version of this text. */
  Optional<Integer> versionOf(String digest) {
    return handle
        .createQuery("select max(version) from catalog_version where digest = :digest")
        .bind("digest", digest)
        .mapTo(Integer.class)
        .findOne();
  }

  Optional<String> document(int number) {
    return handle
        .createQuery("select document from catalog_version where version = :version")
        .bind("version", number)
        .mapTo(String.class)
        .findOne();
  }

  private static VersionRow version(ResultSet rs) throws SQLException {
    return new VersionRow(
        rs.getInt("version"),
        time(rs, "drafted_at"),
        rs.getString("actor"),
        rs.getString("digest"));
  }

  // ---- changes

  long lastSequence() {
    return handle
        .createQuery("select coalesce(max(sequence), 0) from catalog_change")
        .mapTo(Long.class)
        .one();
  }

  /** All changes after one, in their order. */
  List<Made> changesAfter(long sequence) {
    return handle
        .createQuery(CHANGES + "where sequence > :sequence order by sequence")
        .bind("sequence", sequence)
        .map((rs, context) -> made(rs))
        .list();
  }

  /** Changes before one, the last first. */
  List<Made> changesBefore(long sequence, int limit) {
    return handle
        .createQuery(CHANGES + "where sequence < :sequence order by sequence desc limit :limit")
        .bind("sequence", sequence)
        .bind("limit", limit)
        .map((rs, context) -> made(rs))
        .list();
  }

  /** Who has last done this; nobody if it was never done. */
  Optional<String> actorOf(String action) {
    return handle
        .createQuery(
            "select actor from catalog_change where action = :action order by sequence desc limit 1")
        .bind("action", action)
        .mapTo(String.class)
        .findOne();
  }

  /** The change that was made for an operation. */
  Optional<Asked> madeFor(String operation) {
    Query query =
        handle.createQuery(
            """
            select sequence, made_at, actor, action, version, before, effective_at, orgs, percent, fingerprint
            from catalog_change where operation = :operation
            """);
    return query
        .bind("operation", operation)
        .map((rs, context) -> new Asked(made(rs), rs.getLong("fingerprint")))
        .findOne();
  }

  void insert(Made made, @Nullable String operation, long fingerprint) {
    ReleaseChange change = made.change();
    Audience audience = change instanceof ReleaseChange.Stage stage ? stage.audience() : null;
    Update insert =
        handle.createUpdate(
            """
            insert into catalog_change
              (sequence, made_at, actor, action, version, before, effective_at, orgs, percent, operation, fingerprint)
            values
              (:sequence, :at, :actor, :action, :version, :before, :effectiveAt, :orgs, :percent, :operation, :fingerprint)
            """);
    if (audience instanceof Audience.Orgs orgs) {
      insert.bindArray("orgs", String.class, new TreeSet<>(orgs.orgs()));
    } else {
      insert.bindNull("orgs", Types.ARRAY);
    }
    insert
        .bind("sequence", made.sequence())
        .bind("at", made.madeAt().atOffset(ZoneOffset.UTC))
        .bind("actor", made.actor())
        .bind("action", change.action())
        .bind("version", change.version())
        .bind("before", made.before())
        .bind(
            "effectiveAt",
            change instanceof ReleaseChange.Schedule schedule
                ? schedule.at().atOffset(ZoneOffset.UTC)
                : null)
        .bind(
            "percent", audience instanceof Audience.Share share ? (Integer) share.percent() : null)
        .bind("operation", operation)
        .bind("fingerprint", fingerprint)
        .execute();
  }

  private static Made made(ResultSet rs) throws SQLException {
    return new Made(
        rs.getLong("sequence"),
        time(rs, "made_at"),
        rs.getString("actor"),
        change(rs),
        rs.getObject("before", Integer.class));
  }

  private static ReleaseChange change(ResultSet rs) throws SQLException {
    int version = rs.getInt("version");
    String action = rs.getString("action");
    return switch (action) {
      case "draft" -> new ReleaseChange.Draft(version);
      case "publish" -> new ReleaseChange.Publish(version);
      case "rollback" -> new ReleaseChange.RollBack(version);
      case "schedule" -> new ReleaseChange.Schedule(version, time(rs, "effective_at"));
      case "stage" -> new ReleaseChange.Stage(version, audience(rs));
      default -> throw new IllegalStateException("nobody does this with a catalog: " + action);
    };
  }

  private static Audience audience(ResultSet rs) throws SQLException {
    Integer percent = rs.getObject("percent", Integer.class);
    return percent != null
        ? new Audience.Share(percent)
        : new Audience.Orgs(Set.copyOf(Arrays.asList((String[]) rs.getArray("orgs").getArray())));
  }

  private static Instant time(ResultSet rs, String column) throws SQLException {
    return rs.getObject(column, OffsetDateTime.class).toInstant();
  }

  // ---- nodes

  /**
   * A node says that it decides by all changes up to one.
   *
   * @return whether there is no later one; if there is, nothing was said
   */
  boolean confirm(String node, long sequence) {
    handle.execute("select pg_advisory_xact_lock_shared(?)", LOCK);
    return handle
            .createUpdate(
                """
                insert into catalog_node (node, sequence, confirmed_at)
                select :node, :sequence, clock_timestamp()
                where (select coalesce(max(sequence), 0) from catalog_change) = :sequence
                on conflict (node) do update
                  set sequence = excluded.sequence, confirmed_at = excluded.confirmed_at
                """)
            .bind("node", node)
            .bind("sequence", sequence)
            .execute()
        == 1;
  }

  /** How many nodes have not said yet that they know of a change. */
  int behind(long sequence) {
    return handle
        .createQuery("select count(*) from catalog_node where sequence < :sequence")
        .bind("sequence", sequence)
        .mapTo(Integer.class)
        .one();
  }

  /** Those that have not no longer decide. */
  int forgetBehind(long sequence) {
    return handle.execute("delete from catalog_node where sequence < ?", sequence);
  }

  /** A node decides no more. */
  void forget(String node) {
    handle.execute("delete from catalog_node where node = ?", node);
  }

  // ---- orgs

  /** The versions that orgs have chosen for themselves, by the read model, the most usual first. */
  List<Integer> chosen(int limit) {
    return handle
        .createQuery(
            """
            select catalog_version from org where catalog_version is not null
            group by catalog_version order by count(*) desc, catalog_version desc limit :limit
            """)
        .bind("limit", limit)
        .mapTo(Integer.class)
        .list();
  }

  /**
   * How many orgs that have chosen no version have which plan and add-ons, by the read model.
   *
   * @param named orgs that are counted by themselves
   */
  List<CatalogDiff.Subscribed> subscribed(Set<String> named) {
    return handle
        .createQuery(
            """
            select named.org, plan, add_ons, count(*) as orgs
            from org left join unnest(:named) as named (org) on named.org = org.org
            where catalog_version is null group by named.org, plan, add_ons
            """)
        .bindArray("named", String.class, named)
        .map(
            (rs, context) ->
                new CatalogDiff.Subscribed(
                    rs.getString("org"),
                    rs.getString("plan"),
                    Set.copyOf(Arrays.asList((String[]) rs.getArray("add_ons").getArray())),
                    rs.getLong("orgs")))
        .list();
  }
}
