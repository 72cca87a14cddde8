package dev.bursar.projections.verify;

import java.util.List;

/**
 * What a verification came to.
 *
 * @param counts how much was looked at
 * @param discrepancies what was found, up to a bound
 * @param found how many were found, those beyond the bound included
 */
public record Report(Counts counts, List<Discrepancy> discrepancies, long found) {

  /** Whether everything is as it must be. */
  public boolean isClean() {
    return found == 0;
  }
}
