package dev.bursar.api.otlp;

import dev.bursar.api.otlp.SpanMapping.Convention;
import dev.bursar.api.otlp.SpanMapping.Kinds;
import dev.bursar.api.otlp.SpanMapping.Meter;
import dev.bursar.api.otlp.SpanMapping.Schemas;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A mapping of two conventions, as an operator might write one. */
public final class SpanMappings {

  private static final String SCHEMAS = "https://opentelemetry.io/schemas/";

  /** The names of the newer one are those of OpenTelemetry. */
  public static final SpanMapping TWO_CONVENTIONS =
      new SpanMapping(
          "test-7",
          List.of(
              new Kinds(
                  "gen_ai.operation.name",
                  Set.of("chat", "embeddings"),
                  Set.of("invoke_agent", "execute_tool")),
              new Kinds("framework.kind", Set.of(), Set.of("chain"))),
          List.of(
              convention(
                  "new", "1.40.0", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
              convention(
                  "old", "1.25.0", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"),
              convention(
                  "mixed",
                  "1.27.0",
                  "gen_ai.usage.input_tokens",
                  "gen_ai.usage.completion_tokens")),
          Map.of(
              Attribution.ORG, List.of("bursar.org"),
              Attribution.TEAM, List.of("bursar.team"),
              Attribution.USER, List.of("bursar.user", "user.id"),
              Attribution.PRODUCT, List.of("bursar.product"),
              Attribution.COST_CENTER, List.of("bursar.cost_center"),
              Attribution.AGENT, List.of("gen_ai.agent.id", "gen_ai.agent.name"),
              Attribution.FEATURE, List.of("bursar.feature"),
              Attribution.SESSION, List.of("gen_ai.conversation.id"),
              Attribution.WALLET, List.of("bursar.wallet")),
          Map.of("provider", List.of("gen_ai.provider.name")));

  private SpanMappings() {}

  private static Convention convention(String name, String from, String input, String output) {
    return new Convention(
        name,
        List.of(new Schemas(SCHEMAS, SchemaVersion.parse(from))),
        List.of("gen_ai.request.model", "gen_ai.response.model"),
        List.of(
            new Meter("input_tokens", null, List.of(input)),
            new Meter(
                "cached_input_tokens",
                "input_tokens",
                List.of("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cached_tokens")),
            new Meter(
                "cache_write_input_tokens",
                "input_tokens",
                List.of("gen_ai.usage.cache_creation.input_tokens")),
            new Meter("output_tokens", null, List.of(output))));
  }
}
