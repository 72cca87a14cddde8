package dev.bursar.sidecar.http;

import dev.bursar.sidecar.openai.OpenAiSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sidecar is for gateways besides.
 *
 * @param openAi the API of models that it is in front of; null for none
 * @param authorizes whether it answers a proxy's questions over HTTP
 * @param grpcPort where it answers Envoy's over gRPC, 0 for any free port; -1 for nowhere
 * @param defaults what is said of calls of which nobody else says it, by name: one of {@link
 *     dev.bursar.sidecar.gateway.Wishes#DEFAULTS}
 */
public record Gateways(
    @Nullable OpenAiSettings openAi,
    boolean authorizes,
    int grpcPort,
    Map<String, String> defaults) {

  /** Nothing of it. */
  public static final Gateways NONE = new Gateways(null, false, -1, Map.of());

  /** Whether it answers any gateway. */
  boolean isAny() {
    return openAi != null || authorizes || grpcPort >= 0;
  }
}
