package dev.bursar.projections.journal;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Finds out whether rows can be projected, and leaves nothing behind. */
public interface Rehearsal {

  /**
   * How many of these rows of one slice can be projected, none of which is on its way. Rows that
   * take the database longer than it may can't be. Fails where another try may come to something
   * else, as while the database is away.
   *
   * @param rows in their order; some may have been projected
   * @param patiently whether to find out how many can be where they take too long together, which
   *     takes that long several times; else none can
   */
  Followed projectable(Handle handle, List<JournalRow> rows, boolean patiently);
}
