package dev.bursar.node.otel;

import dev.bursar.api.otlp.Attribution;
import dev.bursar.api.otlp.SchemaVersion;
import dev.bursar.api.otlp.SpanMapping;
import dev.bursar.api.otlp.SpanMapping.Convention;
import dev.bursar.api.otlp.SpanMapping.Kinds;
import dev.bursar.api.otlp.SpanMapping.Meter;
import dev.bursar.api.otlp.SpanMapping.Schemas;
import dev.bursar.node.yaml.YamlFaults;
import dev.bursar.node.yaml.YamlPart;
import dev.bursar.node.yaml.YamlText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads from YAML how spans are read into usage; {@code otel.yaml} says what means what. A file
 * with faults is refused whole; the message lists every fault with its path and line.
 */
public final class MappingFile {

  private static final String WHAT = "the mapping of spans";
  private static final int VERSION_CHARS_MAX = 60;
  private static final int METADATA_NAME_CHARS_MAX = 64;
  private static final Map<String, Attribution> ATTRIBUTIONS =
      Arrays.stream(Attribution.values())
          .collect(Collectors.toUnmodifiableMap(Attribution::word, each -> each));

  private MappingFile() {}

  /**
   * The mapping in this file.
   *
   * @throws IllegalArgumentException with every fault, a line each
   */
  public static SpanMapping read(Path file) {
    YamlFaults faults = new YamlFaults();
    Optional<String> text = YamlText.of(file, faults);
    faults.demandNone(WHAT);
    return parse(text.orElseThrow());
  }

  /** The mapping that comes with the configuration. */
  public static SpanMapping configured() {
    try (InputStream in = MappingFile.class.getResourceAsStream("/otel.yaml")) {
      return parse(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The mapping in this text.
   *
   * @throws IllegalArgumentException with every fault, a line each
   */
  public static SpanMapping parse(String yaml) {
    YamlFaults faults = new YamlFaults();
    SpanMapping mapping = mapping(YamlPart.root(WHAT, yaml, faults));
    faults.demandNone(WHAT);
    return mapping;
  }

  private static SpanMapping mapping(YamlPart root) {
    YamlPart.Fields fields =
        root.fields(Set.of("version", "kinds", "conventions", "attribution", "metadata"));
    String version = fields.text("version");
    if (version.length() > VERSION_CHARS_MAX) {
      fields
          .required("version")
          .ifPresent(
              part -> part.fault("is longer than %d characters".formatted(VERSION_CHARS_MAX)));
    }
    return new SpanMapping(
        version,
        fields.items("kinds").stream().map(MappingFile::kinds).toList(),
        fields.items("conventions").stream().map(MappingFile::convention).toList(),
        fields.required("attribution").map(MappingFile::attribution).orElse(Map.of()),
        fields.required("metadata").map(MappingFile::metadata).orElse(Map.of()));
  }

  private static Kinds kinds(YamlPart part) {
    YamlPart.Fields fields = part.fields(Set.of("attribute", "calls", "around"));
    Set<String> calls = words(fields.find("calls"));
    Set<String> around = words(fields.find("around"));
    if (calls.isEmpty() && around.isEmpty()) {
      part.fault("says nothing; calls or around is expected");
    }
    Set<String> both = new HashSet<>(calls);
    both.retainAll(around);
    if (!both.isEmpty()) {
      part.fault("has " + both + " among calls and around; one is expected");
    }
    return new Kinds(fields.text("attribute"), calls, around);
  }

  private static Set<String> words(@Nullable YamlPart part) {
    return part == null ? Set.of() : Set.copyOf(new HashSet<>(part.texts()));
  }

  private static Convention convention(YamlPart part) {
    YamlPart.Fields fields = part.fields(Set.of("name", "schemas", "model", "meters"));
    YamlPart schemas = fields.find("schemas");
    List<Meter> meters = new ArrayList<>();
    for (YamlPart each : fields.items("meters")) {
      meters.add(meter(each, meters));
    }
    return new Convention(
        fields.text("name"),
        schemas == null ? List.of() : schemas.items().stream().map(MappingFile::schemas).toList(),
        fields.texts("model"),
        List.copyOf(meters));
  }

  private static Schemas schemas(YamlPart part) {
    YamlPart.Fields fields = part.fields(Set.of("prefix", "from"));
    YamlPart from = fields.find("from");
    SchemaVersion version = from == null ? null : SchemaVersion.parse(from.text());
    if (from != null && version == null) {
      from.fault("is no version; 1.40.0 is one");
    }
    return new Schemas(fields.text("prefix"), version);
  }

  private static Meter meter(YamlPart part, List<Meter> before) {
    YamlPart.Fields fields = part.fields(Set.of("meter", "part_of", "attributes"));
    String meter = fields.text("meter");
    if (before.stream().anyMatch(each -> each.meter().equals(meter))) {
      part.fault(meter + " is there twice");
    }
    YamlPart partOf = fields.find("part_of");
    String whole = partOf == null ? null : partOf.text();
    if (partOf != null
        && before.stream().noneMatch(m -> m.meter().equals(whole) && m.partOf() == null)) {
      partOf.fault(whole + " is no meter above that is no part itself");
    }
    return new Meter(meter, whole, fields.texts("attributes"));
  }

  private static Map<Attribution, List<String>> attribution(YamlPart part) {
    Map<Attribution, List<String>> attribution = new EnumMap<>(Attribution.class);
    part.fields(ATTRIBUTIONS.keySet())
        .forEach(
            (name, names) -> {
              Attribution known = ATTRIBUTIONS.get(name);
              if (known != null) {
                attribution.put(known, names.texts());
              }
            });
    return Collections.unmodifiableMap(attribution);
  }

  private static Map<String, List<String>> metadata(YamlPart part) {
    Map<String, List<String>> metadata = new LinkedHashMap<>();
    part.fields()
        .forEach(
            (name, names) -> {
              if (name.isEmpty() || name.length() > METADATA_NAME_CHARS_MAX) {
                names.fault(
                    "a name of 1 to %d characters is expected".formatted(METADATA_NAME_CHARS_MAX));
              }
              metadata.put(name, names.texts());
            });
    if (metadata.size() > SpanMapping.METADATA_MAX) {
      part.fault(
          "has %d names; at most %d are accepted"
              .formatted(metadata.size(), SpanMapping.METADATA_MAX));
    }
    return Collections.unmodifiableMap(metadata);
  }
}
