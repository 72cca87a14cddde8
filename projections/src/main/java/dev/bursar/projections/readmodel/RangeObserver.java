package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.RangeProgress;
import java.util.concurrent.CompletionException;
import org.apache.pekko.projection.HandlerRecoveryStrategy;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.StatusObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a range's progress how its projection goes on, and raises the alarm when it does not. */
final class RangeObserver extends StatusObserver<JournalPage> {

  private static final Logger LOG = LoggerFactory.getLogger(RangeObserver.class);

  private final RangeProgress progress;

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
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    progress.failed(
        reason,
        cause instanceof JournalUnreadable it ? it.slice() : null,
        cause instanceof JournalUnreadable || Outages.isPassing(cause));
    // What is wrong with the journal is said by the message; no stack tells more.
    LOG.error(
        "Projection halted, nothing is skipped, it is tried again: slices={} position={} reason={}",
        progress.range(),
        progress.status().position(),
        reason,
        cause instanceof JournalUnreadable ? null : cause);
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
  }
}
