package dev.bursar.simulation;

import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** When an org's plan ends, as its journal has it: from then on the org may use nothing. */
final class NaivePlanEnds {

  /** What stands in the way, then. */
  static final String ENDED = "the plan has ended";

  /** From each moment on; null where there is no plan, or one without an end. */
  private final TreeMap<Long, @Nullable Instant> ends = new TreeMap<>();

  /** Takes in what has happened in the org. */
  void take(OrgEvent event, long moment) {
    if (event instanceof OrgEvent.OrgPut put) {
      OrgSettings settings = put.settings();
      ends.put(moment, settings.plan() == null ? null : settings.endsAt());
    }
  }

  /** Whether it has ended by some time, by what was on record at a moment. */
  boolean hasEnded(Instant at, long moment) {
    Map.Entry<Long, @Nullable Instant> entry = ends.floorEntry(moment);
    Instant end = entry == null ? null : entry.getValue();
    return end != null && !at.isBefore(end);
  }
}
