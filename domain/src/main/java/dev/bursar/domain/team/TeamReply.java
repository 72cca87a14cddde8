package dev.bursar.domain.team;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.enforcement.Denial;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a team answers. */
public sealed interface TeamReply {

  /** The budget is, or would be, set aside: the limits' figures. */
  record Held(List<LimitState> limits) implements TeamReply {}

  /** It is not, or would not be, and this is why. */
  record NotHeld(List<Denial> denials) implements TeamReply {}

  /** It is not set aside, and never will be. */
  record Barred() implements TeamReply {}

  /** What is open here counts; these reservations are not open here. */
  record Counting(List<String> unknown) implements TeamReply {}

  /** It is as was asked. */
  record Done() implements TeamReply {}

  /** The figures of limits. */
  record Limits(List<LimitState> limits) implements TeamReply {}

  /**
   * The open reservations, and those that expired so lately that late usage may still come: since
   * when each may have ended.
   */
  record Open(Map<String, Instant> reservations, Map<String, Instant> lapsed)
      implements TeamReply {}
}
