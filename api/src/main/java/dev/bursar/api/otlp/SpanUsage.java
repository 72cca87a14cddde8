package dev.bursar.api.otlp;

import dev.bursar.api.json.Body;
import dev.bursar.api.otlp.SpanMapping.Convention;
import dev.bursar.api.otlp.SpanMapping.Meter;
import dev.bursar.domain.catalog.Price;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The units that a span says were used. Nothing is counted twice. */
final class SpanUsage {

  private final Convention convention;
  private final Map<String, AttributeValue> attributes;

  /**
   * @param convention which attributes hold them
   * @param attributes the span's
   */
  SpanUsage(Convention convention, Map<String, AttributeValue> attributes) {
    this.convention = convention;
    this.attributes = attributes;
  }

  /** Ends the reading of a span. Expected, and therefore cheap: it has no stack trace. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Reading.Refused refused;

    Unreadable(String field, String detail) {
      super(detail, null, false, false);
      this.refused = new Reading.Refused(field, detail);
    }

    Reading.Refused refused() {
      return refused;
    }
  }

  /** How many of its meters the span has; of those that are parts, that they are parts of. */
  static int found(Convention convention, Map<String, AttributeValue> attributes) {
    Set<String> found = new HashSet<>();
    for (Meter meter : convention.meters()) {
      if (holder(meter, attributes) != null) {
        found.add(meter.partOf() == null ? meter.meter() : meter.partOf());
      }
    }
    return found.size();
  }

  private static @Nullable String holder(Meter meter, Map<String, AttributeValue> attributes) {
    for (String name : meter.attributes()) {
      if (attributes.containsKey(name)) {
        return name;
      }
    }
    return null;
  }

  /**
   * Units by meter, those of none left out; empty if nothing was used. Where the span says nothing
   * of a whole, it is what its parts come to.
   *
   * @param price what the units cost; null if nobody knows, and the parts stay in their wholes
   * @throws Unreadable if a number is none, or the parts of a meter are more than the whole
   */
  Map<String, Long> units(@Nullable Price price) {
    Map<String, Long> wholes = new LinkedHashMap<>();
    Map<String, Long> parts = new LinkedHashMap<>();
    Map<String, Long> partsOf = new HashMap<>();
    Set<String> said = new HashSet<>();
    for (Meter meter : convention.meters()) {
      String holder = holder(meter, attributes);
      if (holder == null) {
        continue;
      }
      long units = units(holder);
      String whole = meter.partOf();
      if (whole == null) {
        wholes.put(meter.meter(), units);
        said.add(meter.meter());
      } else if (units > 0) {
        long all = partsOf.merge(whole, units, Long::sum);
        if (said.contains(whole)) {
          demandWithin(meter, holder, units, all, wholes);
        } else {
          wholes.put(whole, all);
        }
        if (price != null && price.has(meter.meter())) {
          parts.put(meter.meter(), units);
        }
      }
    }
    for (Meter meter : convention.meters()) {
      Long units = parts.get(meter.meter());
      String whole = meter.partOf();
      if (units != null && whole != null) {
        wholes.merge(whole, -units, Long::sum);
      }
    }
    wholes.putAll(parts);
    wholes.values().removeIf(units -> units == 0);
    return wholes;
  }

  /** The mapping has every whole before its parts. */
  private static void demandWithin(
      Meter meter, String holder, long units, long partsOfWhole, Map<String, Long> wholes) {
    long whole = wholes.getOrDefault(String.valueOf(meter.partOf()), 0L);
    if (partsOfWhole > whole) {
      throw new Unreadable(
          holder,
          "is %d, which makes the parts of the %d %s %d; what is part of a meter has to be within it, or the mapping has to say that it is none"
              .formatted(units, whole, meter.partOf(), partsOfWhole));
    }
  }

  private long units(String name) {
    AttributeValue value = attributes.get(name);
    Long units =
        switch (value) {
          case AttributeValue.Whole it -> it.number();
          case AttributeValue.Real it -> whole(it.number());
          case AttributeValue.Text it -> whole(it.text());
          case AttributeValue.Other it -> null;
          case null -> null;
        };
    if (units == null || units < 0 || units > Body.UNITS_MAX) {
      throw new Unreadable(
          name,
          "is %s; a whole number from 0 to %d is accepted"
              .formatted(value == null ? "missing" : value.shown(), Body.UNITS_MAX));
    }
    return units;
  }

  /** Some instrumentations know no whole numbers. */
  private static @Nullable Long whole(double number) {
    return Math.rint(number) == number && Math.abs(number) <= Body.UNITS_MAX ? (long) number : null;
  }

  private static @Nullable Long whole(String text) {
    return text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
  }
}
