package dev.bursar.projections.rebuild;

import com.typesafe.config.Config;
import dev.bursar.projections.journal.SliceRange;
import java.time.Duration;

/**
 * The bounds and waits of a rebuild.
 *
 * @param portions into how many portions the slices are divided, from 1 to the number of slices
 * @param pageRowsMax rows of the journal in a page
 * @param pageBytesMax bytes of a page, the last row's not counted
 * @param standstillMax how long the live projections may be kept waiting
 * @param lockWait how long the live tables may be waited for
 * @param retryInterval the first wait before the exchange is tried again
 * @param retryIntervalMax the longest
 */
public record RebuildSettings(
    int portions,
    int pageRowsMax,
    long pageBytesMax,
    Duration standstillMax,
    Duration lockWait,
    Duration retryInterval,
    Duration retryIntervalMax) {

  /** Reads the section {@code bursar.projections.rebuild}. */
  public static RebuildSettings from(Config root) {
    Config config = root.getConfig("bursar.projections.rebuild");
    int portions = config.getInt("portions");
    return new RebuildSettings(
        Math.min(
            SliceRange.SLICES,
            portions == 0 ? Runtime.getRuntime().availableProcessors() : portions),
        config.getInt("page-rows-max"),
        config.getMemorySize("page-bytes-max").toBytes(),
        config.getDuration("standstill-max"),
        config.getDuration("lock-wait"),
        config.getDuration("retry-interval"),
        config.getDuration("retry-interval-max"));
  }
}
