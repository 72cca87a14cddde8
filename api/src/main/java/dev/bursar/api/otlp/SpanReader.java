package dev.bursar.api.otlp;

import dev.bursar.api.json.Body;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Texts;
import dev.bursar.api.otlp.SpanMapping.Convention;
import dev.bursar.api.otlp.SpanMapping.Kinds;
import dev.bursar.api.otlp.SpanUsage.Unreadable;
import dev.bursar.api.problem.Fault;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.catalog.Catalog;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads spans into the model calls that they tell of, as the mapping has it. */
final class SpanReader {

  private static final String SOURCE = "otlp";
  private static final String MAPPING = "mapping";
  private static final int SOURCE_SERVICE_CHARS_MAX = 200;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
  private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");

  private final SpanMapping mapping;

  SpanReader(SpanMapping mapping) {
    this.mapping = mapping;
  }

  /**
   * What a span comes to.
   *
   * @param key the key that sends it
   */
  Reading read(Spans resource, Spans.Scope scope, Spans.Span span, AccessKey key) {
    Convention convention = convention(resource, scope, span);
    if (convention == null) {
      return new Reading.Nothing();
    }
    try {
      if (!isCall(span.attributes())) {
        return new Reading.Nothing();
      }
      List<String> warnings = new ArrayList<>();
      Map<Attribution, String> who = who(resource, span, key, warnings);
      return new Reading.OfOrg(
          who.getOrDefault(Attribution.ORG, ""),
          catalog -> {
            try {
              return read(convention, resource, span, who, warnings, catalog);
            } catch (Unreadable e) {
              return e.refused();
            }
          });
    } catch (Unreadable e) {
      return e.refused();
    }
  }

  private Reading.Done read(
      Convention convention,
      Spans resource,
      Spans.Span span,
      Map<Attribution, String> who,
      List<String> warnings,
      @Nullable Catalog catalog) {
    String model = model(convention, span.attributes(), catalog);
    Map<String, Long> usage =
        new SpanUsage(convention, span.attributes())
            .units(
                catalog == null
                    ? null
                    : catalog.price(who.get(Attribution.FEATURE), model, end(span)));
    if (usage.isEmpty()) {
      return new Reading.Nothing();
    }
    return new Reading.Counted(
        new ModelCall(
            source(resource),
            id("trace_id", span.traceId(), TRACE_ID),
            id("span_id", span.spanId(), SPAN_ID),
            endedAt(span),
            who,
            model,
            usage,
            metadata(convention, resource, span),
            warnings));
  }

  /** The one that finds most on the span; of several the one that claims the URL, or the newest. */
  private @Nullable Convention convention(Spans resource, Spans.Scope scope, Spans.Span span) {
    String url = scope.schemaUrl().isEmpty() ? resource.schemaUrl() : scope.schemaUrl();
    Convention best = null;
    int most = 0;
    boolean claimed = false;
    for (Convention each : mapping.conventions()) {
      int found = SpanUsage.found(each, span.attributes());
      boolean claims = each.schemas().stream().anyMatch(schemas -> schemas.claims(url));
      if (found > most || (found == most && found > 0 && claims && !claimed)) {
        best = each;
        most = found;
        claimed = claims;
      }
    }
    return best;
  }

  /**
   * Whether the span is a model call by itself.
   *
   * @throws Unreadable if it says what it is in a word that the mapping does not know: it may
   *     repeat what others say, or may not
   */
  private boolean isCall(Map<String, AttributeValue> attributes) {
    boolean call = false;
    Unreadable unknown = null;
    for (Kinds kinds : mapping.kinds()) {
      String value = text(attributes.get(kinds.attribute()));
      if (value == null) {
        continue;
      }
      if (kinds.around().contains(value)) {
        return false;
      }
      if (kinds.calls().contains(value)) {
        call = true;
      } else if (unknown == null) {
        unknown =
            new Unreadable(
                kinds.attribute(),
                "is %s, which the mapping knows neither as a model call nor as something around model calls"
                    .formatted(new AttributeValue.Text(value).shown()));
      }
    }
    if (!call && unknown != null) {
      throw unknown;
    }
    return true;
  }

  private Map<Attribution, String> who(
      Spans resource, Spans.Span span, AccessKey key, List<String> warnings) {
    Map<Attribution, String> who = new EnumMap<>(Attribution.class);
    mapping
        .attribution()
        .forEach(
            (part, names) -> {
              String value = find(names, span.attributes(), resource.attributes());
              if (value != null) {
                try {
                  who.put(part, Names.checked(part.word(), value));
                } catch (Fault e) {
                  String detail = e.problem().detail();
                  switch (part) {
                    // Who pays is not to be guessed.
                    case ORG, WALLET -> throw new Unreadable(part.field(), detail);
                    case TEAM, USER, PRODUCT, COST_CENTER, AGENT, FEATURE, SESSION ->
                        warnings.add("the %s is left out: it %s".formatted(part.word(), detail));
                  }
                }
              }
            });
    String org = who.getOrDefault(Attribution.ORG, key.org());
    if (org == null) {
      throw new Unreadable(
          Attribution.ORG.field(),
          "is not said; one of %s has to be on the span or its resource, unless the key is one org's"
              .formatted(mapping.attribution().get(Attribution.ORG)));
    }
    if (!key.covers(org)) {
      throw new Unreadable(Attribution.ORG.field(), "there is no org named " + org);
    }
    who.put(Attribution.ORG, org);
    return who;
  }

  private static @Nullable String model(
      Convention convention, Map<String, AttributeValue> attributes, @Nullable Catalog catalog) {
    String first = null;
    for (String name : convention.model()) {
      String model = text(attributes.get(name));
      if (model != null && catalog != null && catalog.prices().names(model)) {
        return model;
      }
      first = first == null ? model : first;
    }
    if (first != null) {
      try {
        return Names.checked("model", first);
      } catch (Fault e) {
        throw new Unreadable("model", e.problem().detail());
      }
    }
    return null;
  }

  private static String source(Spans resource) {
    String service = text(resource.attributes().get(SpanMapping.SERVICE));
    if (service == null || service.length() > SOURCE_SERVICE_CHARS_MAX) {
      return SOURCE;
    }
    try {
      return SOURCE + "/" + Names.checked(SpanMapping.SERVICE, service);
    } catch (Fault e) {
      return SOURCE;
    }
  }

  private static String id(String field, String id, Pattern form) {
    if (!form.matcher(id).matches()) {
      throw new Unreadable(
          field,
          "is %s; an id of OpenTelemetry is accepted, other than 0"
              .formatted(new AttributeValue.Text(id).shown()));
    }
    return id;
  }

  private static Instant endedAt(Spans.Span span) {
    if (span.endNanos() == 0) {
      throw new Unreadable("end_time_unix_nano", "is missing, 0 or no number of 64 bits");
    }
    return end(span);
  }

  /** When it ended; 1970 if it does not say. */
  private static Instant end(Spans.Span span) {
    long nanos = span.endNanos();
    return Instant.ofEpochSecond(
            Long.divideUnsigned(nanos, NANOS_PER_SECOND),
            Long.remainderUnsigned(nanos, NANOS_PER_SECOND))
        .truncatedTo(ChronoUnit.MICROS);
  }

  private Map<String, String> metadata(Convention convention, Spans resource, Spans.Span span) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(MAPPING, mapping.version() + "/" + convention.name());
    mapping
        .metadata()
        .forEach(
            (name, attributes) -> {
              String value = find(attributes, span.attributes(), resource.attributes());
              String kept = value == null ? null : Texts.cut(value, Body.PAIR_VALUE_CHARS_MAX);
              if (kept != null) {
                metadata.put(name, kept);
              }
            });
    return metadata;
  }

  private static @Nullable String find(
      List<String> names,
      Map<String, AttributeValue> attributes,
      Map<String, AttributeValue> ofResource) {
    for (Map<String, AttributeValue> place : List.of(attributes, ofResource)) {
      for (String name : names) {
        String text = text(place.get(name));
        if (text != null) {
          return text;
        }
      }
    }
    return null;
  }

  /** What is said, if anything is; a user's id may be a number. */
  private static @Nullable String text(@Nullable AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text it when !it.text().isEmpty() -> it.text();
      case AttributeValue.Whole it -> Long.toString(it.number());
      case AttributeValue.Text it -> null;
      case AttributeValue.Real it -> null;
      case AttributeValue.Other it -> null;
      case null -> null;
    };
  }
}
