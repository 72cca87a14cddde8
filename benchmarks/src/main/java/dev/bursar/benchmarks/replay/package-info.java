/**
 * Replays a trace against a running node, and compares what was charged with the ledger that the
 * node shows.
 */
@NullMarked
package dev.bursar.benchmarks.replay;

import org.jspecify.annotations.NullMarked;
