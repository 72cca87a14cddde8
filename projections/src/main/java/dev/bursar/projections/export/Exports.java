package dev.bursar.projections.export;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.export.TooManyExports;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The exports that are under way: so many at once, each with a connection while it reads a part. An
 * export whose client takes nothing for long, or has gone away before it took anything, keeps its
 * place only until another wants it. Thread-safe.
 */
public final class Exports {

  private final FreshReads reads;
  private final int max;
  private final Duration idleMax;
  private final Set<RunningExport<?>> running = new LinkedHashSet<>();

  /**
   * @param queries where parts are read; at least {@code max} at once
   * @param max how many exports there may be at once
   * @param idleMax for how long one keeps its place for sure though nobody takes anything of it
   */
  public Exports(ReadQueries queries, Progress progress, int max, Duration idleMax) {
    this.reads = new FreshReads(queries, progress);
    this.max = max;
    this.idleMax = idleMax;
  }

  /**
   * Begins an export: done once its first part has been read. Fails with {@link TooManyExports}.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   * @param parts what it reads
   */
  public <T> CompletionStage<Export<T>> begin(String org, boolean fresh, Parts<T> parts) {
    Deadline deadline = reads.queries().deadline();
    CompletionStage<Void> ready =
        fresh ? reads.progress().caughtUp(org, deadline) : CompletableFuture.completedFuture(null);
    return ready.thenCompose(
        done -> {
          RunningExport<T> export = new RunningExport<>(this, reads, org, parts);
          take(export);
          return export.begun(deadline);
        });
  }

  private synchronized void take(RunningExport<?> export) {
    if (running.size() >= max) {
      running.stream()
          .filter(each -> each.isIdleFor(idleMax))
          .findFirst()
          .orElseThrow(() -> new TooManyExports(max))
          .close();
    }
    running.add(export);
  }

  synchronized void leave(RunningExport<?> export) {
    running.remove(export);
  }

  /** How many are under way. */
  public synchronized int underWay() {
    return running.size();
  }
}
