package dev.bursar.projections.readmodel;

import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.progress.EntityProgress;
import java.sql.SQLException;
import java.util.List;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;
import org.jdbi.v3.core.Handle;

/** Writes a page of one slice range to all read models. */
final class ReadModelHandler extends JdbcHandler<JournalPage, ReadModelSession> {

  private final List<ReadModel> models;
  private final DueTimes dueTimes;

  ReadModelHandler(List<ReadModel> models, DueTimes dueTimes) {
    this.models = models;
    this.dueTimes = dueTimes;
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
    List<JournalRow> rows =
        page.mayRepeat() ? EntityProgress.unprojected(handle, page.rows()) : page.rows();
    if (rows.isEmpty()) {
      return;
    }
    // First, since it is what keeps a second projector out.
    EntityProgress.advance(handle, rows);
    for (ReadModel model : models) {
      model.project(handle, rows);
    }
    dueTimes.project(handle, rows);
  }
}
