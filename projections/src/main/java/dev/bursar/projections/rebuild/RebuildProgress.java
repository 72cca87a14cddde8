package dev.bursar.projections.rebuild;

/**
 * How far a rebuild is.
 *
 * @param rows rows of the journal that were read so far
 * @param rowsTotal how many there were when it began; more may have come
 * @param stage what it does, in a few words
 * @param replacing whether the new tables may be in place from now on
 */
public record RebuildProgress(long rows, long rowsTotal, String stage, boolean replacing) {}
