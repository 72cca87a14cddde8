package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.load.Endpoint;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to replay, where, and how fast.
 *
 * @param trace a file of LLM calls; without one they are made up from the seed
 * @param orgs 1 to 10,000
 * @param seed names the orgs, and decides which call is whose
 * @param pace arrivals
 * @param connections calls under way at the same time, 1 to 10,000
 * @param ample whether nobody runs into a limit
 * @param limit replay only the first so many rows; 0 for all
 */
public record ReplayOptions(
    @Nullable Path trace,
    Endpoint endpoint,
    int orgs,
    long seed,
    Pace pace,
    int connections,
    boolean ample,
    int limit) {}
