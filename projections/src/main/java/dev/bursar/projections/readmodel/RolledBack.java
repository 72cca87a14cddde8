package dev.bursar.projections.readmodel;

import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.journal.Followed;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.ReadSideTransaction;
import dev.bursar.projections.journal.Rehearsal;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.EntityProgress;
import dev.bursar.projections.progress.Outages;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Projects rows to all read models in a transaction that is rolled back: what can't be projected is
 * known before it halts a range.
 */
final class RolledBack implements Rehearsal {

  private final ReadModels models;
  private final Supplier<DueTimes> dueTimes;

  /**
   * @param dueTimes makes one that knows nothing yet
   */
  RolledBack(ReadModels models, Supplier<DueTimes> dueTimes) {
    this.models = models;
    this.dueTimes = dueTimes;
  }

  @Override
  public Followed projectable(Handle handle, List<JournalRow> rows, boolean patiently) {
    Followed followed = EntityProgress.followed(handle, rows);
    if (followed.rows() == 0) {
      return followed;
    }
    List<JournalRow> all = rows.subList(0, followed.rows());
    Exception fault = fault(handle, all);
    if (fault == null) {
      return followed;
    }
    return Outages.tookTooLong(fault) ? slow(handle, all, fault, patiently) : faulty(handle, all);
  }

  /**
   * Where the first row is that can't be projected, as found by the last try of all: what was in
   * the way of the first may have gone meanwhile, and no row is to blame then.
   */
  private Followed faulty(Handle handle, List<JournalRow> rows) {
    int good = 0;
    int bad = rows.size();
    while (bad - good > 1) {
      int middle = (good + bad) / 2;
      if (fault(handle, rows.subList(0, middle)) == null) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    Exception fault = fault(handle, rows.subList(0, bad));
    return fault == null
        ? new Followed(bad, null)
        : new Followed(good, unprojectable(rows.get(good), fault));
  }

  /** Some that do not take too long together: the next are tried from there on. */
  private Followed slow(Handle handle, List<JournalRow> rows, Exception first, boolean patiently) {
    Exception fault = first;
    for (int some = rows.size() / 2; patiently && some > 0; some /= 2) {
      Exception found = fault(handle, rows.subList(0, some));
      if (found == null) {
        return new Followed(some, null);
      }
      fault = found;
    }
    return new Followed(0, unprojectable(rows.getFirst(), fault));
  }

  /** Why these can't be projected; null if they can. */
  private @Nullable Exception fault(Handle handle, List<JournalRow> rows) {
    try {
      ReadSideTransaction.begin(handle);
      List<JournalRow> left = EntityProgress.unprojected(handle, rows);
      if (!left.isEmpty()) {
        EntityProgress.advance(handle, left);
        for (ReadModel model : models.all()) {
          model.project(handle, left);
        }
        dueTimes.get().project(handle, left);
        // What is looked at only when a transaction ends.
        handle.execute("set constraints all immediate");
      }
      return null;
    } catch (SQLException | RuntimeException e) {
      if (!isOfRows(e)) {
        throw new IllegalStateException("It could not be tried whether rows can be projected", e);
      }
      return e;
    } finally {
      handle.rollback();
    }
  }

  /** Whether the rows are to blame, and not somebody else who is at work, or an outage. */
  private static boolean isOfRows(Exception fault) {
    return fault instanceof JournalUnreadable known
        ? known.slice() != null
        : !Outages.isPassing(fault) || Outages.tookTooLong(fault);
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
