package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.operation.Place;
import java.time.Instant;

/**
 * A request that is decided in a page.
 *
 * @param place where the org's journal has the decision
 * @param recordedAt when it was put on record
 */
record Fresh(String org, Place place, Instant recordedAt, Plan plan) {

  /** The time for which it counts. Early rows do not say it; it is when they were written. */
  Instant countedAt() {
    Instant counted = plan.countedAt();
    return counted == null ? recordedAt : counted;
  }
}
