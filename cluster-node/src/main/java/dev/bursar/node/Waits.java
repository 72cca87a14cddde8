package dev.bursar.node;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The waits of a request, one within the other: whatever takes too long is told by whoever knows
 * what it was, before whoever waits for it gives up.
 */
final class Waits {

  private static final String SETTLED = "bursar.limits.settled-within";
  private static final String ASK = "bursar.limits.ask-timeout";
  private static final String CATCH_UP = "bursar.projections.catch-up-timeout";
  private static final String QUERY = "bursar.projections.query-timeout";
  private static final String SCAN = "bursar.projections.scan-timeout";
  private static final String REQUEST = "pekko.http.server.request-timeout";
  private static final String SLOW_REQUEST = "bursar.http.slow-request-timeout";
  private static final String ACKNOWLEDGED = "bursar.limits.lease-acknowledge-within";
  private static final String IDLE = "pekko.http.server.idle-timeout";

  private Waits() {}

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if one has no room in the one around it
   */
  static void check(Config config) {
    shorter(config, SETTLED, ASK);
    Duration catchUp = config.getDuration(CATCH_UP);
    Duration query = config.getDuration(QUERY);
    if (catchUp.compareTo(query) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, and %s is %s: at the most as long would be accepted"
              .formatted(CATCH_UP, text(catchUp), QUERY, text(query)));
    }
    togetherShorter(config, QUERY, REQUEST);
    togetherShorter(config, SCAN, SLOW_REQUEST);
    togetherShorter(config, ACKNOWLEDGED, SLOW_REQUEST);
    shorter(config, REQUEST, IDLE);
    shorter(config, SLOW_REQUEST, IDLE);
  }

  /** The org is asked first. */
  private static void togetherShorter(Config config, String read, String request) {
    Duration both = config.getDuration(ASK).plus(config.getDuration(read));
    Duration within = config.getDuration(request);
    if (both.compareTo(within) >= 0) {
      throw new IllegalArgumentException(
          "%s and %s are %s together, and %s is %s: less together would be accepted"
              .formatted(ASK, read, text(both), request, text(within)));
    }
  }

  private static void shorter(Config config, String inner, String outer) {
    Duration less = config.getDuration(inner);
    Duration more = config.getDuration(outer);
    if (less.compareTo(more) >= 0) {
      throw new IllegalArgumentException(
          "%s is %s, and %s is %s: less would be accepted"
              .formatted(inner, text(less), outer, text(more)));
    }
  }

  private static String text(Duration wait) {
    return wait.toMillis() + " ms";
  }
}
