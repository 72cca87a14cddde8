package dev.bursar.projections;

import com.typesafe.config.Config;
import dev.bursar.projections.usage.Retention;
import dev.bursar.projections.usage.UsageSettings;
import java.time.Duration;

/**
 * The bounds and waits of {@code projections.conf}.
 *
 * @param replacedSigningKey the verifier key after which the node's own may sign; empty for none
 * @param sliceRanges into how many ranges the slices are divided
 * @param pollInterval the wait once there was nothing to read
 * @param pageRowsMax rows of the journal in a page
 * @param pageBytesMax bytes of a page, the last row's not counted
 * @param positionInterval how often a position without rows is stored
 * @param restartBackoffMin the first wait after a failure
 * @param restartBackoffMax the longest wait after a failure
 * @param catchUpTimeout how long a caller waits for the read tables
 * @param queriesMax reads that run at once
 * @param queriesWaitingMax reads that wait for their turn
 * @param queryTimeout how long a read may take, waiting and all, in whole milliseconds
 * @param scansMax reads of many single events that run at once
 * @param scanTimeout how long one of those may take, waiting and all, in whole milliseconds
 * @param lookupsMax reads that decisions wait for, which run at once
 * @param exports about exports
 * @param dueWork about due work
 * @param usage how usage is kept and summed up
 * @param retentionInterval how often to look for what has passed
 * @param usageRowsMax rows of an answer about usage
 */
public record ProjectionSettings(
    String replacedSigningKey,
    int sliceRanges,
    Duration pollInterval,
    int pageRowsMax,
    long pageBytesMax,
    Duration positionInterval,
    Duration restartBackoffMin,
    Duration restartBackoffMax,
    Duration catchUpTimeout,
    int queriesMax,
    int queriesWaitingMax,
    Duration queryTimeout,
    int scansMax,
    Duration scanTimeout,
    int lookupsMax,
    ExportSettings exports,
    DueWorkSettings dueWork,
    UsageSettings usage,
    Duration retentionInterval,
    int usageRowsMax) {

  /**
   * The bounds of exports.
   *
   * @param max exports under way at once, from 1
   * @param entriesMax entries of ledgers that a statement reads, from 1 to 50,000
   * @param idleMax for how long one keeps its place though nobody takes anything of it
   */
  public record ExportSettings(int max, int entriesMax, Duration idleMax) {

    private static final int ENTRIES_MOST = 50_000;

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException if a bound is not what it may be
     */
    public ExportSettings {
      if (max < 1) {
        throw new IllegalArgumentException(
            "bursar.projections.exports-max is %d; from 1 would be accepted".formatted(max));
      }
      if (entriesMax < 1 || entriesMax > ENTRIES_MOST) {
        throw new IllegalArgumentException(
            "bursar.projections.export-entries-max is %d; from 1 to %d would be accepted"
                .formatted(entriesMax, ENTRIES_MOST));
      }
    }
  }

  /**
   * The bounds and waits of due work.
   *
   * @param interval how often to look for what is due
   * @param pageMax wallets woken together
   * @param clockSkewMax by how much the clocks of nodes may differ
   * @param rememberedMax wallets whose next due time is kept in memory
   * @param stuckAfter how long to wait while nothing gets done
   */
  public record DueWorkSettings(
      Duration interval,
      int pageMax,
      Duration clockSkewMax,
      long rememberedMax,
      Duration stuckAfter) {}

  /** Reads the section {@code bursar.projections}. */
  public static ProjectionSettings from(Config root) {
    Config config = root.getConfig("bursar.projections");
    Config due = config.getConfig("due-work");
    Config retention = config.getConfig("retention");
    return new ProjectionSettings(
        config.getString("replaced-signing-key"),
        config.getInt("slice-ranges"),
        config.getDuration("poll-interval"),
        config.getInt("page-rows-max"),
        config.getMemorySize("page-bytes-max").toBytes(),
        config.getDuration("position-interval"),
        config.getDuration("restart-backoff-min"),
        config.getDuration("restart-backoff-max"),
        config.getDuration("catch-up-timeout"),
        config.getInt("queries-max"),
        config.getInt("queries-waiting-max"),
        config.getDuration("query-timeout"),
        config.getInt("scans-max"),
        config.getDuration("scan-timeout"),
        config.getInt("lookups-max"),
        new ExportSettings(
            config.getInt("exports-max"),
            config.getInt("export-entries-max"),
            config.getDuration("export-idle-max")),
        new DueWorkSettings(
            due.getDuration("interval"),
            due.getInt("page-max"),
            due.getDuration("clock-skew-max"),
            due.getLong("remembered-max"),
            due.getDuration("stuck-after")),
        new UsageSettings(
            new Retention(
                retention.getDuration("usage-events"),
                retention.getDuration("usage-hours"),
                retention.getDuration("usage-days")),
            config.getLong("usage-groups-remembered-max"),
            config.getInt("usage-words-max")),
        retention.getDuration("interval"),
        config.getInt("usage-rows-max"));
  }
}
