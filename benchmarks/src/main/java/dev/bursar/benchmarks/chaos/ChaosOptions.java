package dev.bursar.benchmarks.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much chaos.
 *
 * @param directory where the database and the node's output are kept; made if it is not there
 * @param calls how many calls are made at least; histories go on until each trouble has taken
 *     effect
 * @param rate calls a second
 * @param seed decides the histories, and what goes wrong in which order
 * @param quietMax the most time between two troubles
 * @param troubleMax the most time that a trouble lasts, if it lasts
 */
public record ChaosOptions(
    Path directory, int calls, double rate, long seed, Duration quietMax, Duration troubleMax) {

  /**
   * The node's {@code bursar.limits.grace}: how long after an expiry a commit is still recorded.
   * Short, so that some come too late in a run of minutes; and longer than any trouble, since org
   * and team count late usage only if they hear of it within twice that time.
   */
  public Duration grace() {
    return Duration.ofMinutes(1);
  }
}
