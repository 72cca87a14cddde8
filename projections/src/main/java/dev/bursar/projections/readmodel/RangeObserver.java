package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.RangeProgress;
import java.util.concurrent.CompletionException;
import org.apache.pekko.projection.HandlerRecoveryStrategy;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.StatusObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a range's progress how its projection goes on, and raises the alarm when it does not. */
final class RangeObserver extends StatusObserver<JournalPage> {

  private static final Logger LOG = LoggerFactory.getLogger(RangeObserver.class);

  private final RangeProgress progress;
  private volatile @Nullable JournalPage failed;

  RangeObserver(RangeProgress progress) {
    this.progress = progress;
  }

  @Override
  public void started(ProjectionId id) {
    // The reader says so, with its position.
  }

  @Override
  public void failed(ProjectionId id, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String reason = reason(cause);
    boolean explained =
        cause instanceof JournalUnreadable
            || (Outages.isPassing(cause) && !Outages.tookTooLong(cause));
    Integer slice = cause instanceof JournalUnreadable it ? it.slice() : null;
    Integer toBlame = explained ? slice : regainedSlice(failed);
    progress.failed(reason, toBlame, explained || toBlame != null);
    failed = null;
    // What is wrong with the journal is said by the message; no stack tells more.
    LOG.error(
        "Projection halted, nothing is skipped, it is tried again: slices={} position={} reason={}",
        progress.range(),
        progress.status().position(),
        reason,
        cause instanceof JournalUnreadable ? null : cause);
  }

  /**
   * What it says, and what its innermost cause does, which in JDBC is the one that says something.
   */
  private static String reason(Throwable fault) {
    String told = fault.getMessage() == null ? fault.toString() : fault.getMessage();
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String inmost = String.valueOf(root.getMessage());
    return told.contains(inmost) ? told : told + ": " + inmost;
  }

  /** Whose rows a page had, if it was of a slice that had stood still: nobody else is to blame. */
  private static @Nullable Integer regainedSlice(@Nullable JournalPage page) {
    return page == null || page.asOf() != null || page.rows().isEmpty()
        ? null
        : SliceRange.sliceOf(page.rows().getFirst().entity().org());
  }

  @Override
  public void stopped(ProjectionId id) {
    // For a new try after a failure, or because it is no longer ours: its actor knows which.
  }

  @Override
  public void beforeProcess(ProjectionId id, JournalPage page) {}

  @Override
  public void afterProcess(ProjectionId id, JournalPage page) {}

  @Override
  public void offsetProgress(ProjectionId id, JournalPage page) {
    progress.projected(page);
  }

  @Override
  public void error(
      ProjectionId id, JournalPage page, Throwable cause, HandlerRecoveryStrategy strategy) {
    // Followed by failed().
    failed = page;
  }
}
