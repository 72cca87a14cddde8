package dev.bursar.projections.journal;

import java.time.Duration;

/**
 * How a journal is read.
 *
 * @param pollInterval the wait once there was nothing to read
 * @param pageRowsMax rows in a page
 * @param pageBytesMax bytes of a page, the last row's not counted
 * @param positionInterval how often a position without rows is to be stored
 * @param standingInterval how often a slice that stands still by itself is to be tried again
 */
public record JournalBounds(
    Duration pollInterval,
    int pageRowsMax,
    long pageBytesMax,
    Duration positionInterval,
    Duration standingInterval) {}
