package dev.bursar.projections.due;

import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.Progress;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Closes an org's books for a time: what falls due by itself is dated then, however late it is
 * noticed, so that a month which is over could still change until all of it is on record.
 */
public record ClosedBooks(Progress progress, DueWork dueWork) {

  /** Done once all that falls due by itself before a month's end, or by now, can be seen. */
  public CompletionStage<Void> through(String org, YearMonth month, Deadline deadline) {
    return before(
        org, month.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC), deadline);
  }

  /**
   * Done once all that falls due by itself before a time, or by now if that is sooner, can be seen.
   * Fails with {@link dev.bursar.domain.ledger.ReadModelsBehind} if that takes too long, or a
   * wallet can't be woken.
   */
  public CompletionStage<Void> before(String org, Instant end, Deadline deadline) {
    return progress
        .caughtUp(org, deadline)
        .thenCompose(known -> dueWork.doneBefore(org, end, deadline))
        .thenCompose(
            woken ->
                woken == 0
                    ? CompletableFuture.completedFuture(null)
                    : progress.caughtUp(org, deadline));
  }
}
