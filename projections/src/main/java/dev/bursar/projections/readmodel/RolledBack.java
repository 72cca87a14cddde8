package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.Followed;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.Rehearsal;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.EntityProgress;
import dev.bursar.projections.progress.Outages;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Projects rows to all read models in a transaction that is rolled back: what can't be projected is
 * known before it halts a range.
 */
final class RolledBack implements Rehearsal {

  private final ReadModels models;

  RolledBack(ReadModels models) {
    this.models = models;
  }

  @Override
  public Followed projectable(Handle handle, List<JournalRow> rows) {
    Followed followed = EntityProgress.followed(handle, rows);
    int good = 0;
    int bad = followed.rows();
    if (bad == 0) {
      return followed;
    }
    Exception fault = fault(handle, rows.subList(0, bad));
    if (fault == null) {
      return followed;
    }
    while (bad - good > 1) {
      int middle = (good + bad) / 2;
      Exception found = fault(handle, rows.subList(0, middle));
      if (found == null) {
        good = middle;
      } else {
        bad = middle;
        fault = found;
      }
    }
    return new Followed(good, unprojectable(rows.get(good), fault));
  }

  /** Why these can't be projected; null if they can. */
  private @Nullable Exception fault(Handle handle, List<JournalRow> rows) {
    handle.begin();
    try {
      List<JournalRow> left = EntityProgress.unprojected(handle, rows);
      if (!left.isEmpty()) {
        EntityProgress.advance(handle, left);
        for (ReadModel model : models.all()) {
          model.project(handle, left);
        }
      }
      return null;
    } catch (SQLException | RuntimeException e) {
      if (Outages.isPassing(e)) {
        throw new IllegalStateException("It could not be tried whether rows can be projected", e);
      }
      return e;
    } finally {
      handle.rollback();
    }
  }

  private static JournalUnreadable unprojectable(JournalRow row, Exception fault) {
    return fault instanceof JournalUnreadable known && known.slice() != null
        ? known
        : new JournalUnreadable(
            "Row %d of %s can't be projected: %s"
                .formatted(row.sequence(), row.entity(), firstLine(fault)),
            SliceRange.sliceOf(row.entity().org()),
            fault);
  }

  /** PostgreSQL goes on to say where it was, which is elsewhere with every try. */
  private static String firstLine(Exception fault) {
    return String.valueOf(fault.getMessage()).lines().findFirst().orElse("");
  }
}
