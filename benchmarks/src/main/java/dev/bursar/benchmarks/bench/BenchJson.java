package dev.bursar.benchmarks.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.load.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Every measurement in a file, for other programs. Latencies are in milliseconds. */
final class BenchJson {

  private BenchJson() {}

  static void write(Path file, BenchOptions options, List<Measurement> measurements)
      throws BenchFailure {
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    ObjectNode root = mapper.createObjectNode();
    root.put("java", Runtime.version().toString())
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("connections", options.connections())
        .put("seconds", options.seconds())
        .put("warmup_seconds", options.warmupSeconds())
        .put("rounds", options.rounds());
    ArrayNode all = root.putArray("measurements");
    measurements.forEach(measurement -> add(all.addObject(), measurement));
    try {
      mapper.writeValue(file.toFile(), root);
    } catch (IOException e) {
      throw new BenchFailure("json: " + file + " can't be written: " + e.getMessage(), e);
    }
  }

  private static void add(ObjectNode node, Measurement measurement) {
    LoadResult result = measurement.result();
    node.put("server", measurement.contender().label())
        .put("shape", measurement.shape().label())
        .put("kind", measurement.kind().label())
        .put("round", measurement.round())
        .put("requests", result.requests())
        .put("ok", result.ok())
        .put("rate_per_second", result.rate())
        .put("p50_ms", result.latency().p50())
        .put("p99_ms", result.latency().p99())
        .put("p99_9_ms", result.latency().p999())
        .put("max_ms", result.latency().max());
    ObjectNode errors = node.putObject("errors");
    result.errors().forEach((outcome, count) -> errors.put(outcome.label(), count));
  }
}
