package dev.bursar.projections.journal;

import org.jspecify.annotations.Nullable;

/**
 * How many rows follow on what is projected, each on the one before.
 *
 * @param rows how many, from the first
 * @param fault why the next does not; null if all do
 */
public record Followed(int rows, @Nullable JournalUnreadable fault) {}
