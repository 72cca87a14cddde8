package dev.bursar.benchmarks.history;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hard budget as it is set at the beginning.
 *
 * @param id its name
 * @param scope its scope's type
 * @param of the scope's unit or user, if it names one
 * @param team the scope's team, for each member
 * @param measure what it counts
 * @param window its window
 * @param limit the limit
 * @param fixed whether the limit stays what it is
 */
record Terms(
    String id,
    String scope,
    @Nullable String of,
    @Nullable String team,
    String measure,
    String window,
    BigDecimal limit,
    boolean fixed) {

  static final String REQUESTS = "requests";
  static final String OPEN = "open_reservations";

  /** Whether requests for this team and user count. */
  boolean covers(@Nullable String ofTeam, @Nullable String ofUser) {
    return switch (scope) {
      case "org" -> true;
      case "team" -> String.valueOf(of).equals(ofTeam);
      case "user" -> String.valueOf(of).equals(ofUser);
      case "each_user" -> ofUser != null;
      case "each_member" -> ofUser != null && String.valueOf(team).equals(ofTeam);
      default -> throw new IllegalStateException(scope);
    };
  }

  /** Whether everybody has a limit of his own. */
  boolean isForEach() {
    return scope.startsWith("each_");
  }

  /** All windows from one to another, by their beginnings. */
  List<Instant> windows(Instant first, Instant last) {
    List<Instant> windows = new ArrayList<>();
    ChronoUnit step = window.equals("minute") ? ChronoUnit.MINUTES : ChronoUnit.DAYS;
    for (Instant at = first; !at.isAfter(last); at = at.plus(1, step)) {
      windows.add(at);
    }
    return windows;
  }

  /** Where the window begins that a time is in; in UTC. */
  Instant windowOf(Instant time) {
    return switch (window) {
      case "minute" -> time.truncatedTo(ChronoUnit.MINUTES);
      case "day" -> time.truncatedTo(ChronoUnit.DAYS);
      case "lifetime" -> Instant.EPOCH;
      default -> throw new IllegalStateException(window);
    };
  }
}
