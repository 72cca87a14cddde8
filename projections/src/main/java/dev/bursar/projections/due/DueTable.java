package dev.bursar.projections.due;

import dev.bursar.domain.identity.EntityId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The table {@code due_work}, as it is worked off. Blocks. */
final class DueTable {

  /** A wallet or an org that may have something to do. */
  record Due(String entity, Instant at, long version) {}

  private static final String PAGE =
      """
      select persistence_id, due_at, version from due_work
      where due_at <= :now and (due_at, persistence_id) > (:afterAt, :afterId)
      order by due_at, persistence_id limit :limit
      """;

  private static final String OF_ORG =
      """
      select persistence_id, due_at, version from due_work
      where persistence_id > :after and persistence_id < :end and due_at < :before
      order by persistence_id limit :limit
      """;

  private final Jdbi jdbi;

  DueTable(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** What is due, the earliest first, after a row that was seen before. */
  List<Due> page(Instant now, @Nullable Due after, int limit) {
    OffsetDateTime afterAt =
        after == null ? OffsetDateTime.MIN : after.at().atOffset(ZoneOffset.UTC);
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(PAGE)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("afterAt", afterAt)
                .bind("afterId", after == null ? "" : after.entity())
                .bind("limit", limit)
                .map((rs, context) -> due(rs))
                .list());
  }

  /** What is due in an org before a time, by the names of its wallets, after one of them. */
  List<Due> ofOrg(String org, Instant before, @Nullable Due after, int limit) {
    // Names are encoded: none has a separator in it, or anything behind that.
    String first = EntityId.wallet(org, "").toString();
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(OF_ORG)
                .bind("after", after == null ? first : after.entity())
                .bind("end", first + '~')
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .bind("limit", limit)
                .map((rs, context) -> due(rs))
                .list());
  }

  private static Due due(ResultSet rs) throws SQLException {
    return new Due(
        rs.getString(1), rs.getObject(2, OffsetDateTime.class).toInstant(), rs.getLong(3));
  }

  /**
   * Moves an entity to its next time, or takes it out if it has none; unless somebody wrote in the
   * meantime.
   *
   * @return whether it was moved
   */
  boolean move(Due due, @Nullable Instant next) {
    return jdbi.withHandle(
        handle -> {
          String where = " where persistence_id = :id and version = :version";
          var update =
              handle.createUpdate(
                  next == null
                      ? "delete from due_work" + where
                      : "update due_work set due_at = :next, version = version + 1" + where);
          if (next != null) {
            update.bind("next", next.atOffset(ZoneOffset.UTC));
          }
          return update.bind("id", due.entity()).bind("version", due.version()).execute() == 1;
        });
  }
}
