package dev.bursar.api.otlp;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How spans are read into usage. Configuration, and immutable; see {@code otel.yaml}.
 *
 * @param version its name, which every event that is read by it carries
 * @param kinds what says whether a span is a model call
 * @param conventions what holds model and meters, the newest first
 * @param attribution the attributes that say who is charged
 * @param metadata the attributes that are kept with an event, by the name that they get there; at
 *     most {@link #METADATA_MAX}
 */
public record SpanMapping(
    String version,
    List<Kinds> kinds,
    List<Convention> conventions,
    Map<Attribution, List<String>> attribution,
    Map<String, List<String>> metadata) {

  /** An event has room for 20 pairs; the rest is for what could not be attributed. */
  public static final int METADATA_MAX = 12;

  /** The attribute of a resource that names what made the spans. */
  static final String SERVICE = "service.name";

  /**
   * What one attribute says of spans.
   *
   * @param attribute its name
   * @param calls its values on spans that are one model call each
   * @param around its values on spans that lie around model calls, and may repeat their sum
   */
  public record Kinds(String attribute, Set<String> calls, Set<String> around) {}

  /**
   * What holds model and meters, in spans that keep to a convention.
   *
   * @param name its name, which events carry
   * @param schemas the schema URLs that are its own
   * @param model the attributes that may name the model, the best first
   * @param meters what may have been used
   */
  public record Convention(
      String name, List<Schemas> schemas, List<String> model, List<Meter> meters) {}

  /**
   * Schema URLs: a beginning, and then a version.
   *
   * @param prefix how they begin
   * @param from the first version, or null for any
   */
  public record Schemas(String prefix, @Nullable SchemaVersion from) {

    boolean claims(String url) {
      SchemaVersion version =
          url.startsWith(prefix) ? SchemaVersion.parse(url.substring(prefix.length())) : null;
      return version != null && (from == null || version.compareTo(from) >= 0);
    }
  }

  /**
   * Where the units of a meter are.
   *
   * @param meter the meter, as the catalog has it
   * @param partOf the meter that counts these units too, or null
   * @param attributes the attributes that may hold them, the best first
   */
  public record Meter(String meter, @Nullable String partOf, List<String> attributes) {}

  /** The names of all attributes that matter. */
  Set<String> attributes() {
    Set<String> names = new HashSet<>();
    names.add(SERVICE);
    kinds.forEach(kind -> names.add(kind.attribute()));
    conventions.stream()
        .flatMap(
            convention ->
                Stream.concat(
                    Stream.of(convention.model()),
                    convention.meters().stream().map(Meter::attributes)))
        .forEach(names::addAll);
    Stream.of(attribution.values(), metadata.values())
        .flatMap(Collection::stream)
        .forEach(names::addAll);
    return Set.copyOf(names);
  }
}
