package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.Formula;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.catalog.Tiers;
import dev.bursar.node.yaml.YamlPart;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the price list. */
final class RateReader {

  /** What a rate may have: as many as an amount of credits. */
  private static final int DECIMALS_MAX = 6;

  private static final BigDecimal RATE_MAX = BigDecimal.valueOf(1_000_000_000);
  private static final BigDecimal UNITS_MAX = BigDecimal.valueOf(1_000_000_000_000_000L);
  private static final int STEPS_MAX = 50;

  /** What no two lines may be for. */
  private record Line(Catalog.Work work, @Nullable Instant effectiveAt) {}

  private final Declared declared;
  private final Formulas formulas;
  private final Map<Line, YamlPart> places = new HashMap<>();
  private final List<Rate> rates = new ArrayList<>();

  /** The meters that a line has which names the feature: it counts for what it names. */
  private final Map<String, Set<String>> priced = new HashMap<>();

  /** By meter the lines of no feature that have it, which count where no other goes before. */
  private final Map<String, List<Rate>> general = new HashMap<>();

  /** From when on a line for this is in force, always the newest of them. */
  private final Map<Catalog.Work, Instant> since = new HashMap<>();

  RateReader(Declared declared) {
    this.declared = declared;
    this.formulas = new Formulas(declared.meters, declared.isPartial());
  }

  List<Rate> read(List<YamlPart> parts) {
    formulas.prepare(parts.stream().flatMap(part -> part.peek("formula").stream()).toList());
    for (YamlPart part : parts) {
      Rate rate = rate(part);
      YamlPart other = places.putIfAbsent(new Line(rate.work(), rate.effectiveAt()), part);
      if (other == null) {
        rates.add(rate);
      } else if (part.isMapping()) {
        part.fault(
            "is for the same feature and model as %s, from the same time on"
                .formatted(other.place()));
      }
    }
    return List.copyOf(rates);
  }

  /** Demands that what is used of a feature can be priced. */
  void demandRates(Feature feature, YamlPart meters) {
    for (YamlPart item : meters.items()) {
      String meter = item.text();
      if (declared.isPartial()
          || !declared.meters.contains(meter)
          || priced.getOrDefault(feature.id(), Set.of()).contains(meter)) {
        continue;
      }
      List<Rate> lines = general.getOrDefault(meter, List.of());
      if (lines.isEmpty()) {
        item.fault(
            "%s has no rate: no line of rates for %s, or for any feature, has it"
                .formatted(meter, feature.id()));
      } else if (lines.stream().noneMatch(line -> everCounts(line, feature.id()))) {
        item.faultSince(
            "%s has no rate: wherever a line of rates for any feature has it, one for %s goes before that"
                .formatted(meter, feature.id()));
      }
    }
  }

  /** Whether a line of no feature is ever the one that prices what is used of this one. */
  private boolean everCounts(Rate line, String feature) {
    Instant hidden = since.get(new Catalog.Work(feature, line.model()));
    return hidden == null || beginning(line).isBefore(hidden);
  }

  private static Instant beginning(Rate line) {
    return line.effectiveAt() == null ? Instant.MIN : line.effectiveAt();
  }

  private Rate rate(YamlPart part) {
    YamlPart.Fields rate =
        part.fields(
            Set.of("feature", "model", "credit_type", "effective_at", "per", "meters", "formula"));
    String creditType = declared.creditType(rate);
    YamlPart feature = rate.find("feature");
    YamlPart model = rate.find("model");
    String ofFeature = feature == null ? null : declared.feature(feature);
    Price price = price(part, rate, creditType);
    Rate line =
        new Rate(
            ofFeature,
            model == null ? null : Scalars.name(model),
            Scalars.time(rate.find("effective_at")),
            price);
    since.merge(line.work(), beginning(line), (one, other) -> one.isBefore(other) ? one : other);
    for (String meter : meters(price)) {
      if (ofFeature == null) {
        general.computeIfAbsent(meter, any -> new ArrayList<>()).add(line);
      } else {
        priced.computeIfAbsent(ofFeature, any -> new HashSet<>()).add(meter);
      }
    }
    return line;
  }

  /** What has a price by a line. */
  private Set<String> meters(Price price) {
    Set<String> meters = new HashSet<>(price.rates().keySet());
    meters.addAll(price.tiers().keySet());
    Formula formula = price.formula();
    if (formula != null) {
      declared.meters.stream().filter(meter -> formulas.names(formula, meter)).forEach(meters::add);
    }
    return meters;
  }

  private Price price(YamlPart part, YamlPart.Fields rate, String creditType) {
    YamlPart formula = rate.find("formula");
    if (formula == null) {
      return table(rate, creditType);
    }
    if (rate.find("meters") != null || rate.find("per") != null) {
      part.fault("has a formula, which says it all: neither meters nor per goes with it");
    }
    return new Price(creditType, Map.of(), Map.of(), formulas.compile(formula));
  }

  private Price table(YamlPart.Fields rate, String creditType) {
    int shift = zeros(rate.find("per"));
    Map<String, BigDecimal> rates = new LinkedHashMap<>();
    Map<String, Tiers> tiers = new LinkedHashMap<>();
    rate.required("meters")
        .map(YamlPart::fields)
        .orElse(Map.of())
        .forEach(
            (meter, each) -> {
              if (!declared.meters.contains(meter)) {
                declared.undeclared(each, meter, "meters", declared.meters);
              }
              if (each.isMapping()) {
                tiers.put(meter, tiers(each, shift));
              } else {
                rates.put(meter, perUnit(each, shift));
              }
            });
    YamlPart meters = rate.find("meters");
    if (meters != null && meters.isMapping() && rates.isEmpty() && tiers.isEmpty()) {
      meters.faultSince("is empty; the rate of at least one meter is expected");
    }
    return new Price(creditType, Map.copyOf(rates), Map.copyOf(tiers), null);
  }

  private static Tiers tiers(YamlPart part, int shift) {
    YamlPart.Fields fields = part.fields(Set.of("tiers", "volume_steps"));
    YamlPart graduated = fields.find("tiers");
    YamlPart volume = fields.find("volume_steps");
    if ((graduated == null) == (volume == null)) {
      part.fault("either tiers or volume_steps is expected");
    }
    List<Tiers.Step> steps = new ArrayList<>();
    YamlPart list = graduated == null ? volume : graduated;
    if (list != null) {
      steps(list, shift, steps);
    }
    return new Tiers(
        graduated == null ? Tiers.Kind.VOLUME : Tiers.Kind.GRADUATED, List.copyOf(steps));
  }

  private static void steps(YamlPart list, int shift, List<Tiers.Step> steps) {
    List<YamlPart> items = list.items();
    long below = 0;
    for (YamlPart item : items) {
      YamlPart.Fields step = item.fields(Set.of("up_to", "rate"));
      YamlPart upTo = step.find("up_to");
      boolean isLast = steps.size() == items.size() - 1;
      if (upTo == null && !isLast) {
        item.fault("up_to is required; only the last step has none");
      } else if (upTo != null && isLast) {
        upTo.fault("the last step has no end, so that there is a rate for any number of units");
      }
      Long end = upTo == null ? null : (Long) end(upTo, below);
      below = end == null ? below : end;
      steps.add(
          new Tiers.Step(
              end, step.required("rate").map(r -> perUnit(r, shift)).orElse(BigDecimal.ZERO)));
    }
    if (items.isEmpty()) {
      list.fault("is empty; at least one step is expected");
    } else if (items.size() > STEPS_MAX) {
      list.fault("has %d steps; at most %d are accepted".formatted(items.size(), STEPS_MAX));
    }
  }

  /** The last unit of a step that begins above another. */
  private static long end(YamlPart part, long below) {
    long end = Scalars.decimal(part, UNITS_MAX, 0, "").longValueExact();
    if (end <= below) {
      part.fault("%s is not above %d, where the step begins".formatted(part.text(), below));
    }
    return Math.max(end, below);
  }

  /** Credits for one unit. */
  private static BigDecimal perUnit(YamlPart part, int shift) {
    return Scalars.decimal(part, RATE_MAX, DECIMALS_MAX, "; say it for more units, with per")
        .scaleByPowerOfTen(-shift)
        .stripTrailingZeros();
  }

  /** How many zeros {@code per} has: it is a power of ten, so that a rate per unit is exact. */
  private static int zeros(@Nullable YamlPart part) {
    if (part == null) {
      return 0;
    }
    BigDecimal written = Scalars.decimalIfAny(part);
    if (written == null) {
      return 0;
    }
    BigDecimal per = written.stripTrailingZeros();
    if (!per.unscaledValue().equals(BigInteger.ONE)
        || per.compareTo(BigDecimal.ONE) < 0
        || per.compareTo(RATE_MAX) > 0) {
      part.fault("%s is no power of ten from 1 to %s".formatted(part.text(), RATE_MAX));
      return 0;
    }
    return -per.scale();
  }
}
