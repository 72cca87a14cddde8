package dev.bursar.projections.rebuild;

import java.time.Duration;
import java.util.Map;

/**
 * What a rebuild came to.
 *
 * @param rows rows of the journal that were read
 * @param events the events in them, without the holds of teams, which no model reads
 * @param reading how long reading and writing them took
 * @param tableRows of each table, how many rows it had when it took the place of the old
 * @param compared whether the old tables were found equal before
 * @param tries how often the exchange was tried, from 1
 * @param progressMended of how many entities the live projections had lost rows, and have them
 *     again
 * @param projectionsWaited how long the live projections were kept waiting by the exchange
 * @param readersWaited how long readers were kept waiting by it
 */
public record RebuildReport(
    long rows,
    long events,
    Duration reading,
    Map<String, Long> tableRows,
    boolean compared,
    int tries,
    int progressMended,
    Duration projectionsWaited,
    Duration readersWaited) {}
