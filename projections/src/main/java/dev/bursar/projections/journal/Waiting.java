package dev.bursar.projections.journal;

/**
 * What waits in a slice that stands still.
 *
 * @param rows rows of it that are not projected; of very many, about how many
 * @param sinceMs how long ago the first of them was written, in milliseconds
 */
public record Waiting(long rows, long sinceMs) {}
