package dev.bursar.sidecar.openai;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How the proxy goes about it.
 *
 * @param upstream where the API is, as an SDK's base URL has it: {@code https://api.openai.com/v1}
 * @param outputTokens how many output tokens are set aside for a request that sets no bound, above
 *     0
 * @param within how long a call may take, all of it; at most {@link #WITHIN_MAX}, so that what is
 *     set aside for it lives longer
 * @param stops whether a stream ends once it has used what was set aside for it
 * @param passed paths that are passed on undecided, besides those that run no model; each begins
 *     with a slash, and stands for all that is below it, too
 */
public record OpenAiSettings(
    URI upstream, long outputTokens, Duration within, boolean stops, List<String> passed) {

  /** How many output tokens are set aside where nobody says it. */
  public static final long OUTPUT_TOKENS = 4_096;

  /** How long a call may take at most. */
  public static final Duration WITHIN_MAX = Duration.ofMinutes(9);

  /** For how long what a call may cost is set aside of a lease: as long as that allows. */
  static final long TTL_SECONDS = 600;

  /** What fits most. */
  public static OpenAiSettings of(URI upstream) {
    return new OpenAiSettings(upstream, OUTPUT_TOKENS, WITHIN_MAX, false, List.of());
  }
}
