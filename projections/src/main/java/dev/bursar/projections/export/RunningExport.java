package dev.bursar.projections.export;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.FreshReads;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An export that is under way. */
final class RunningExport<T> implements Export<T> {

  /** What was read together, and how new it is. */
  private record Part<T>(Optional<List<T>> rows, Freshness freshness) {}

  private final Exports exports;
  private final FreshReads reads;
  private final String org;
  private final Parts<T> parts;
  private @Nullable Part<T> first;
  private @Nullable Freshness freshness;
  private @Nullable CompletableFuture<?> reading;
  private boolean closed;
  private boolean ended;
  private long askedNanos = System.nanoTime();

  RunningExport(Exports exports, FreshReads reads, String org, Parts<T> parts) {
    this.exports = exports;
    this.reads = reads;
    this.org = org;
    this.parts = parts;
  }

  /** Done once the first part has been read. */
  CompletionStage<Export<T>> begun(Deadline deadline) {
    return read(deadline)
        .thenApply(
            part -> {
              synchronized (this) {
                first = part;
                freshness = part.freshness();
              }
              return this;
            });
  }

  @Override
  public synchronized Freshness freshness() {
    if (freshness == null) {
      throw new IllegalStateException("nothing has been read yet");
    }
    return freshness;
  }

  @Override
  public CompletionStage<Optional<List<T>>> next() {
    synchronized (this) {
      askedNanos = System.nanoTime();
      Part<T> there = first;
      if (there != null && (!closed || ended)) {
        first = null;
        return CompletableFuture.completedFuture(there.rows());
      }
    }
    return read(reads.queries().deadline()).thenApply(Part::rows);
  }

  private CompletionStage<Part<T>> read(Deadline deadline) {
    CompletableFuture<Part<T>> read;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(new CancellationException("the export has ended"));
      }
      read = reads.read(deadline, org, parts::next, Part::new);
      reading = read;
    }
    return read.whenComplete(
        (part, fault) -> {
          synchronized (this) {
            reading = null;
            askedNanos = System.nanoTime();
            ended |= fault == null && part.rows().isEmpty();
          }
          if (fault != null || part.rows().isEmpty()) {
            close();
          }
        });
  }

  /** Whether nobody has taken anything of it for so long. */
  synchronized boolean isIdleFor(Duration time) {
    return reading == null && System.nanoTime() - askedNanos > time.toNanos();
  }

  @Override
  public void close() {
    CompletableFuture<?> under;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      under = reading;
    }
    if (under != null) {
      under.cancel(true);
    }
    exports.leave(this);
  }
}
