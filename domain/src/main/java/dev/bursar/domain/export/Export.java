package dev.bursar.domain.export;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Rows that are too many for one answer, read part by part as they are taken. While it is under way
 * it has one of few places; it gives it back with its last part, when it fails, and when it is
 * closed.
 *
 * @param <T> the rows
 */
public interface Export<T> extends AutoCloseable {

  /** How new the first part is. */
  Freshness freshness();

  /**
   * The next part, which may have no rows; empty after the last. Each part has a deadline of its
   * own, the whole has none. One at a time; fails if the export was closed, or has given its place
   * to another since nobody had taken anything for long.
   */
  CompletionStage<Optional<List<T>>> next();

  /**
   * Nobody wants any more of it: what is being read is cut off. At any time, any number of times.
   */
  @Override
  void close();
}
