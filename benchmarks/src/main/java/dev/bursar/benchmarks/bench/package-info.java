/** Bursar, the in-house baseline and the ceiling, measured in one run on one machine. */
@NullMarked
package dev.bursar.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
