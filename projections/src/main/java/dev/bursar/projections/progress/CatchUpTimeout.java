package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.ReadModelsBehind;

/** The read models did not catch up in time. The message says which ranges, and why if known. */
public final class CatchUpTimeout extends ReadModelsBehind {

  CatchUpTimeout(String message) {
    super(message);
  }
}
