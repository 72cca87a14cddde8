package dev.bursar.projections.export;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What an export reads, and how far it has come. Owned by one export, one call at a time.
 *
 * @param <T> the rows
 */
@FunctionalInterface
public interface Parts<T> {

  /**
   * The next rows, perhaps none; empty after the last. Blocks. How much it reads at once is
   * bounded, since a part has a deadline.
   *
   * @param handle in a transaction that sees one moment
   */
  Optional<List<T>> next(Handle handle);
}
