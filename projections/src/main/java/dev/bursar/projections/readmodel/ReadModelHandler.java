package dev.bursar.projections.readmodel;

import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.progress.EntityProgress;
import java.sql.SQLException;
import java.util.List;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes a page of one slice range to all read models. */
final class ReadModelHandler extends JdbcHandler<JournalPage, ReadModelSession> {

  private final SliceRange range;
  private final List<ReadModel> models;
  private final DueTimes dueTimes;
  private final List<String> tables;
  private @Nullable String identities;

  ReadModelHandler(SliceRange range, List<ReadModel> models, DueTimes dueTimes) {
    this.range = range;
    this.models = models;
    this.dueTimes = dueTimes;
    this.tables = models.stream().flatMap(model -> model.tables().stream()).toList();
  }

  /** With every start of the stream, also after a failure. */
  @Override
  public void start() {
    models.forEach(ReadModel::forget);
    dueTimes.forget();
  }

  @Override
  public void process(ReadModelSession session, JournalPage page) throws SQLException {
    Handle handle = session.handle();
    StoredPositions.move(handle, range, page.follows(), page.end());
    List<JournalRow> rows =
        page.mayRepeat() ? EntityProgress.unprojected(handle, page.rows()) : page.rows();
    if (rows.isEmpty()) {
      return;
    }
    // First of the tables that are made anew, since whoever does so waits for it.
    EntityProgress.advance(handle, rows);
    forgetReplaced(handle);
    for (ReadModel model : models) {
      model.project(handle, rows);
    }
    dueTimes.project(handle, rows);
  }

  /**
   * Whoever makes a model anew puts its tables in the place of these while {@link EntityProgress}
   * keeps us waiting: what was known of the old ones need not hold of the new.
   */
  private void forgetReplaced(Handle handle) {
    String now =
        handle
            .createQuery(
                "select string_agg(coalesce(to_regclass(t)::oid::text, '-'), ' ' order by t) from unnest(cast(:tables as text[])) t")
            .bindArray("tables", String.class, tables)
            .mapTo(String.class)
            .one();
    if (identities != null && !identities.equals(now)) {
      models.forEach(ReadModel::forget);
      // Whoever was mended was woken before what is remembered, and may have been moved on since.
      dueTimes.forget();
    }
    identities = now;
  }
}
