package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.LoadResult;

/**
 * One load loop's result.
 *
 * @param round from 1
 */
record Measurement(Contender contender, Shape shape, Kind kind, int round, LoadResult result) {}
