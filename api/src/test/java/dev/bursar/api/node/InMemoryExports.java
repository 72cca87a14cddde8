package dev.bursar.api.node;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.export.TooManyExports;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Exports of what is in memory, a few rows at a time. */
public final class InMemoryExports {

  private static final int MAX = 2;
  private static final int ROWS_AT_A_TIME = 3;

  private final AtomicInteger underWay = new AtomicInteger();

  /** How many are under way. */
  public int underWay() {
    return underWay.get();
  }

  /** An export of these, which is under way until it is closed. */
  public <T> Export<T> of(List<T> rows, Freshness freshness) {
    if (underWay.incrementAndGet() > MAX) {
      underWay.decrementAndGet();
      throw new TooManyExports(MAX);
    }
    return new Running<>(rows, freshness);
  }

  private final class Running<T> implements Export<T> {
    private final List<T> rows;
    private final Freshness freshness;
    private int next;
    private boolean closed;

    Running(List<T> rows, Freshness freshness) {
      this.rows = rows;
      this.freshness = freshness;
    }

    @Override
    public Freshness freshness() {
      return freshness;
    }

    @Override
    public synchronized CompletionStage<Optional<List<T>>> next() {
      if (next >= rows.size()) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      int end = Math.min(rows.size(), next + ROWS_AT_A_TIME);
      List<T> part = rows.subList(next, end);
      next = end;
      return CompletableFuture.completedFuture(Optional.of(part));
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        underWay.decrementAndGet();
      }
    }
  }
}
