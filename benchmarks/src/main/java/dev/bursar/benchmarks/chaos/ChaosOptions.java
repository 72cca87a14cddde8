package dev.bursar.benchmarks.chaos;

import java.nio.file.Path;

/**
 * How much chaos.
 *
 * @param directory where the database and the node's output are kept; made if it is not there
 * @param calls how many LLM calls are made
 * @param rate calls a second
 * @param seed decides who calls, and what goes wrong when
 * @param quietMillisMin the least time between two troubles
 * @param quietMillisMax the most
 */
public record ChaosOptions(
    Path directory, int calls, double rate, long seed, int quietMillisMin, int quietMillisMax) {}
