package dev.bursar.benchmarks.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What of a sidecar to measure.
 *
 * @param seconds for how long each, from 1
 * @param warmupSeconds and for how long before that, not counted
 * @param connections open at the same time
 * @param rounds how often the sidecar and the route that does nothing are measured in turn
 * @param trace a file of LLM calls to be replayed through a sidecar; null for none
 */
public record SidecarBenchOptions(
    int seconds, int warmupSeconds, int connections, int rounds, @Nullable Path trace) {

  public SidecarBenchOptions {
    if (seconds < 1 || warmupSeconds < 0 || connections < 1 || rounds < 1) {
      throw new IllegalArgumentException(
          "seconds, connections and rounds have to be at least 1, and warmup at least 0");
    }
  }
}
