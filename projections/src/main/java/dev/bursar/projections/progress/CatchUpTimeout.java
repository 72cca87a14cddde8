package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.ReadModelsBehind;
import java.time.Duration;
import java.time.Instant;

/** The read models did not catch up in time. The message says which ranges, and why if known. */
public final class CatchUpTimeout extends ReadModelsBehind {

  CatchUpTimeout(String message) {
    super(message);
  }

  /** They are so far behind that an event might be reported twice. */
  public static CatchUpTimeout ofReports(String org, Instant asOf, Duration lagMax) {
    return new CatchUpTimeout(
        "What is on record of %s is known up to %s, more than %s ago."
            .formatted(org, asOf, lagMax));
  }
}
