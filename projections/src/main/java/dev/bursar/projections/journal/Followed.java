package dev.bursar.projections.journal;

import org.jspecify.annotations.Nullable;

/**
 * How many rows can be projected, each on the one before.
 *
 * @param rows how many, from the first
 * @param fault why the next can't; null if all can, or if it has not been found out whether it can
 */
public record Followed(int rows, @Nullable JournalUnreadable fault) {}
