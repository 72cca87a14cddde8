package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.credits.Credits;
import dev.bursar.node.yaml.YamlPart;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the rest of a catalog can name: whoever names anything else is told so. */
final class Declared {

  /** More than so many names help nobody. */
  private static final int TOLD_MAX = 12;

  /** Nor do more places of the same fault. */
  private static final int PLACES_MAX = 20;

  final Map<String, CreditType> creditTypes = new LinkedHashMap<>();
  final Set<String> meters = new LinkedHashSet<>();
  final Map<String, Feature> features = new LinkedHashMap<>();
  final Set<String> plans = new LinkedHashSet<>();

  private final boolean partial;
  private final Map<Undeclared, Integer> undeclared = new LinkedHashMap<>();

  /** A name that is used, and not declared where it should be. */
  private record Undeclared(String where, String name) {}

  /**
   * @param partial whether more may be declared in what could not be read: then nobody is told that
   *     something is not
   */
  Declared(boolean partial) {
    this.partial = partial;
  }

  /** A name that is not in use yet. */
  static String once(Set<String> inUse, YamlPart part) {
    String id = Scalars.name(part);
    if (inUse.contains(id)) {
      part.fault(id + " is declared twice");
    }
    return id;
  }

  /**
   * The name of a credit type or a meter, which limits count by: what it stands for has to be one
   * thing.
   *
   * @param others those of the other kind
   * @param what the other kind
   */
  static void demandOneMeaning(YamlPart part, String name, Set<String> others, String what) {
    if (Catalog.isMeasureOfItsOwn(name)) {
      part.faultSince(name + " is a measure of its own; another name is expected");
    } else if (!name.isEmpty() && others.contains(name)) {
      part.faultSince(
          "%s is the name of a %s, too; a limit on it could mean either".formatted(name, what));
    }
  }

  /** The id of a thing, which has to have one; empty, with a fault, if it has none. */
  static String id(Set<String> inUse, YamlPart.Fields fields) {
    return fields.required("id").map(part -> once(inUse, part)).orElse("");
  }

  /**
   * Puts down that a name is not declared where it should be, with all that it could be, if these
   * are few. Of a name that is used often only the first places are told.
   */
  void undeclared(YamlPart part, String name, String where, Set<String> declared) {
    if (partial || undeclared.merge(new Undeclared(where, name), 1, Integer::sum) > PLACES_MAX) {
      return;
    }
    part.fault("%s is not declared in %s%s".formatted(name, where, told(declared)));
  }

  /** Looked at only if they are few: there may be as many faults as there are names. */
  private static String told(Set<String> declared) {
    if (declared.size() > TOLD_MAX + 1) {
      return "";
    }
    Set<String> names = new TreeSet<>(declared);
    names.remove("");
    return names.isEmpty()
        ? ", which has nothing"
        : names.size() > TOLD_MAX ? "" : "; declared are " + names;
  }

  /**
   * Tells, of each name that is used more often than was told, how often.
   *
   * @param told is told where it should be declared, and what is wrong
   */
  void tellOften(BiConsumer<String, String> told) {
    undeclared.forEach(
        (each, places) -> {
          if (places > PLACES_MAX) {
            told.accept(
                each.where,
                "%s is not declared here, and is used in %d places; the first %d are told"
                    .formatted(each.name, places, PLACES_MAX));
          }
        });
  }

  /**
   * Things by their ids, in their order.
   *
   * @param read reads one of them, and is told the ids that are in use
   */
  static <T> Map<String, T> byId(
      List<YamlPart> parts, BiFunction<YamlPart, Set<String>, T> read, Function<T, String> id) {
    Map<String, T> things = new LinkedHashMap<>();
    for (YamlPart part : parts) {
      T thing = read.apply(part, things.keySet());
      things.put(id.apply(thing), thing);
    }
    return things;
  }

  /** A credit type, which has to be declared. */
  String creditType(YamlPart.Fields fields) {
    String name = fields.text("credit_type");
    YamlPart part = fields.find("credit_type");
    if (part != null && !name.isEmpty() && !creditTypes.containsKey(name)) {
      undeclared(part, name, "credit_types", creditTypes.keySet());
    }
    return name;
  }

  /** An amount that has to be there, above 0, as fine as its credit type allows. */
  Credits amount(YamlPart.Fields fields, String creditType) {
    return fields
        .required("amount")
        .map(
            part -> {
              Credits amount = credits(part, creditType);
              if (amount.isZero() && part.text().matches("0+(\\.0*)?")) {
                part.fault("is 0; an amount above 0 is expected");
              }
              return amount;
            })
        .orElse(Credits.ZERO);
  }

  /** Credits of a type, 0 or more. */
  Credits credits(YamlPart part, String creditType) {
    CreditType type = creditTypes.get(creditType);
    return type == null
        ? Scalars.credits(part, CreditType.SCALE_MAX, "")
        : Scalars.credits(part, type.scale(), ", the scale of " + creditType);
  }

  /** What may be limited, in its own unit: credits, or whole units of anything else. */
  Credits limit(YamlPart.Fields fields, String measure) {
    return fields
        .required("limit")
        .map(
            part ->
                creditTypes.containsKey(measure)
                    ? credits(part, measure)
                    : Scalars.credits(part, 0, ""))
        .orElse(Credits.ZERO);
  }

  /** Whether something may be missing because it could not be read. */
  boolean isPartial() {
    return partial;
  }

  /** Whether a budget may count this. */
  boolean isMeasure(String name) {
    return partial || Catalog.isMeasure(name, creditTypes.keySet(), meters);
  }

  /** A meter that has to be declared. */
  void demandMeter(YamlPart part, String meter) {
    if (!meter.isEmpty() && !meters.contains(meter)) {
      undeclared(part, meter, "meters", meters);
    }
  }

  /** A feature; it has to be declared if any is. */
  String feature(YamlPart part) {
    String feature = Scalars.name(part);
    if (!feature.isEmpty() && !features.isEmpty() && !features.containsKey(feature)) {
      undeclared(part, feature, "features", features.keySet());
    }
    return feature;
  }

  /** A plan, which has to be declared. */
  String plan(YamlPart part) {
    String plan = Scalars.name(part);
    if (!plan.isEmpty() && !plans.contains(plan)) {
      undeclared(part, plan, "plans", plans);
    }
    return plan;
  }

  /** The features and models that something is for; none means all. */
  Only only(@Nullable YamlPart part) {
    if (part == null) {
      return new Only(Set.of(), Set.of());
    }
    YamlPart.Fields fields = part.fields(Set.of("features", "models"));
    return new Only(
        Scalars.names(fields.find("features"), this::feature),
        Scalars.names(fields.find("models"), Scalars::name));
  }

  /** What something is for; none means all. */
  record Only(Set<String> features, Set<String> models) {}
}
