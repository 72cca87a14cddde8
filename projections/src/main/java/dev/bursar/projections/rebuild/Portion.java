package dev.bursar.projections.rebuild;

import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalStretch;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.progress.EntityProgress;
import dev.bursar.projections.readmodel.ReadModel;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Neighbouring slices that are projected together into the new tables. Owned by one thread at a
 * time.
 */
final class Portion implements AutoCloseable {

  /** Slices that are to go from the same position to the same. */
  private record Leg(SliceRange slices, JournalPosition after, JournalPosition upTo) {}

  /** Rows of the first page, of which nobody knows how large they are. */
  private static final int FIRST_ROWS = 100;

  /** By how much more is asked for than is likely to fit. */
  private static final double ROOM = 1.2;

  private final SliceRange range;
  private final List<ReadModel> models;
  private final RebuildSettings settings;
  private final Jdbi jdbi;
  private final Executor threads;
  private final Counted counted;
  private final Handle writing;
  private final JournalPosition[] reached = new JournalPosition[SliceRange.SLICES];
  private int pageRows;

  /**
   * @param models of its own
   * @param threads where pages are read ahead
   */
  Portion(
      SliceRange range,
      List<ReadModel> models,
      RebuildSettings settings,
      Jdbi jdbi,
      Executor threads,
      Counted counted) {
    this.range = range;
    this.models = models;
    this.settings = settings;
    this.jdbi = jdbi;
    this.threads = threads;
    this.counted = counted;
    this.pageRows = Math.min(FIRST_ROWS, settings.pageRowsMax());
    Arrays.fill(reached, JournalPosition.START);
    writing = jdbi.open();
    try {
      begin(writing);
    } catch (RuntimeException e) {
      writing.close();
      throw e;
    }
  }

  private static void begin(Handle handle) {
    Claim.becomeOwner(handle);
    // No other schema: a model that wrote to a table that it does not name would fail, not change
    // the live one.
    Sql.run(handle, "set search_path = " + Claim.SCHEMA);
    // The exchange waits for the disk once, for all of it.
    Sql.run(handle, "set synchronous_commit = off");
    // Tables grow from nothing: a plan that is kept would be one for an empty table.
    Sql.run(handle, "set plan_cache_mode = force_custom_plan");
    Sql.run(handle, "set jit = off");
  }

  /**
   * Projects on, exactly up to where the live tables are.
   *
   * @param goOn asked before each page
   * @return whether it was reached; false if {@code goOn} said no
   * @throws RebuildFailure if the live tables are behind what was projected here
   * @throws dev.bursar.projections.journal.JournalUnreadable if a row can't be read, or is missing
   */
  boolean advance(StoredPositions live, BooleanSupplier goOn) {
    for (Leg leg : legs(live)) {
      if (!advance(leg, goOn)) {
        return false;
      }
    }
    return true;
  }

  private boolean advance(Leg leg, BooleanSupplier goOn) {
    CompletableFuture<JournalStretch> next = read(leg, leg.after());
    try {
      while (goOn.getAsBoolean()) {
        JournalStretch stretch = next.join();
        fit(stretch);
        if (!stretch.last()) {
          next = read(leg, stretch.end());
        }
        project(stretch.rows());
        counted.rows.add(stretch.rows().size());
        counted.events.add(stretch.events());
        Arrays.fill(reached, leg.slices().from(), leg.slices().to() + 1, stretch.end());
        if (stretch.last()) {
          return true;
        }
      }
      return false;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      // Nothing of this portion runs on once this has returned.
      next.exceptionally(failure -> new JournalStretch(List.of(), leg.after(), true, 0)).join();
    }
  }

  /**
   * The database looks at as many rows as are asked for, also at those that are too many bytes: so
   * many are asked for as are likely to fit, by the last page.
   */
  private void fit(JournalStretch page) {
    if (page.bytes() > 0) {
      double likely = ROOM * page.rows().size() * settings.pageBytesMax() / page.bytes();
      pageRows = (int) Math.clamp(likely, 1, settings.pageRowsMax());
    }
  }

  private CompletableFuture<JournalStretch> read(Leg leg, JournalPosition after) {
    int rows = pageRows;
    return CompletableFuture.supplyAsync(
        () ->
            jdbi.withHandle(
                handle ->
                    JournalStretch.read(
                        handle, leg.slices(), after, leg.upTo(), rows, settings.pageBytesMax())),
        threads);
  }

  /**
   * Each model in a transaction of its own, since nobody reads the new tables yet: the shorter a
   * transaction, the less the nodes' projections are kept from seeing what was committed.
   */
  private void project(List<JournalRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try {
      writing.useTransaction(handle -> EntityProgress.advance(handle, rows));
      for (ReadModel model : models) {
        writing.useTransaction(handle -> model.project(handle, rows));
      }
    } catch (SQLException e) {
      throw new RebuildFailure("The new tables can't be written: " + e.getMessage(), e);
    }
  }

  private List<Leg> legs(StoredPositions live) {
    List<Leg> legs = new ArrayList<>();
    for (int slice = range.from(); slice <= range.to(); slice++) {
      JournalPosition upTo = live.ofSlice(slice);
      if (reached[slice].isAfter(upTo)) {
        throw new RebuildFailure(
            "The live read models begin anew: slice %d is at %s, and was at %s before. Nothing was replaced."
                .formatted(slice, upTo, reached[slice]));
      }
      Leg last = legs.isEmpty() ? null : legs.getLast();
      if (last != null && last.after().equals(reached[slice]) && last.upTo().equals(upTo)) {
        legs.set(
            legs.size() - 1,
            new Leg(new SliceRange(last.slices().from(), slice), last.after(), upTo));
      } else {
        legs.add(new Leg(new SliceRange(slice, slice), reached[slice], upTo));
      }
    }
    legs.removeIf(leg -> leg.after().equals(leg.upTo()));
    return legs;
  }

  @Override
  public void close() {
    writing.close();
  }
}
