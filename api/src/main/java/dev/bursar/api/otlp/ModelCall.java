package dev.bursar.api.otlp;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.usage.UsageReports.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model, as a span tells of it.
 *
 * @param source what made the span
 * @param traceId its trace
 * @param spanId its own id
 * @param endedAt when it ended
 * @param who what is said of who is charged, for what; the org is always there
 * @param model the model, or null
 * @param usage units by meter, nothing counted twice; at least one of at least one
 * @param metadata what is kept besides
 * @param warnings what could not be taken as it was said, a sentence each
 */
record ModelCall(
    String source,
    String traceId,
    String spanId,
    Instant endedAt,
    Map<Attribution, String> who,
    @Nullable String model,
    Map<String, Long> usage,
    Map<String, String> metadata,
    List<String> warnings) {

  private static final String UNKNOWN = "unknown_";

  /** Nobody waits for what has run already, and it is not held: any time to live will do. */
  private static final long TTL_SECONDS = 1;

  /**
   * The same for nobody in particular, as far as this part goes; what was said is kept beside.
   *
   * @param part one that is said
   * @param why a sentence for a person
   */
  ModelCall without(Attribution part, String why) {
    Map<Attribution, String> rest = new EnumMap<>(who);
    String said = rest.remove(part);
    if (said == null) {
      throw new IllegalArgumentException("there is no " + part.word());
    }
    Map<String, String> kept = new LinkedHashMap<>(metadata);
    kept.put(UNKNOWN + part.word(), said);
    List<String> told = new ArrayList<>(warnings);
    told.add(
        "the %s %s is left out: %s"
            .formatted(part.word(), new AttributeValue.Text(said).shown(), why));
    return new ModelCall(source, traceId, spanId, endedAt, rest, model, usage, kept, told);
  }

  /** As usage to be charged. The trace and the span name it for good. */
  Report report() {
    Subject subject =
        new Subject(
            who.getOrDefault(Attribution.ORG, ""),
            who.get(Attribution.TEAM),
            who.get(Attribution.USER),
            who.get(Attribution.PRODUCT),
            who.get(Attribution.COST_CENTER),
            who.get(Attribution.AGENT));
    ReserveRequest work =
        new ReserveRequest(
            subject,
            who.get(Attribution.FEATURE),
            model,
            who.get(Attribution.SESSION),
            who.get(Attribution.WALLET),
            usage,
            null,
            null,
            TTL_SECONDS,
            null,
            true,
            false,
            metadata,
            traceId,
            null);
    return new Report(source, traceId + "-" + spanId, endedAt, work);
  }
}
