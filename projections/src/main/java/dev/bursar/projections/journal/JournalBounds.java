package dev.bursar.projections.journal;

import java.time.Duration;

/**
 * How a journal is read.
 *
 * @param pollInterval the wait once there was nothing to read
 * @param pageRowsMax rows in a page
 * @param pageBytesMax bytes of a page, the last row's not counted
 * @param positionInterval how often a position without rows is to be stored
 */
public record JournalBounds(
    Duration pollInterval, int pageRowsMax, long pageBytesMax, Duration positionInterval) {}
