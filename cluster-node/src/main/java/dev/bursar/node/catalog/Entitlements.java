package dev.bursar.node.catalog;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.node.yaml.YamlPart;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what plans and add-ons say of features. */
final class Entitlements {

  private final Declared declared;

  Entitlements(Declared declared) {
    this.declared = declared;
  }

  /** By feature; none if nothing is there. */
  Map<String, Entitlement> read(@Nullable YamlPart part) {
    Map<String, Entitlement> entitlements = new HashMap<>();
    if (part != null) {
      part.fields()
          .forEach(
              (name, each) -> {
                Feature feature = declared.features.get(name);
                if (feature == null) {
                  declared.undeclared(each, name, "features", declared.features.keySet());
                } else {
                  entitlements.put(name, entitlement(feature, each));
                }
              });
    }
    return Map.copyOf(entitlements);
  }

  private Entitlement entitlement(Feature feature, YamlPart part) {
    return switch (feature.kind()) {
      case BOOLEAN -> new Entitlement.Access(Scalars.yes(part));
      case NUMBER -> new Entitlement.Quantity(Scalars.decimal(part));
      case TEXT -> new Entitlement.Choice(part.text());
      case METERED ->
          part.isMapping() ? allowance(feature, part) : new Entitlement.Access(Scalars.yes(part));
    };
  }

  private Entitlement allowance(Feature feature, YamlPart part) {
    YamlPart.Fields fields = part.fields(Set.of("measure", "limit", "window", "fail_mode"));
    String measure = fields.text("measure");
    YamlPart measured = fields.find("measure");
    if (measured != null
        && !declared.isPartial()
        && !measure.isEmpty()
        && !feature.meters().contains(measure)
        && !declared.creditTypes.containsKey(measure)
        && !measure.equals(Quantities.REQUESTS)) {
      measured.fault(
          "%s is no meter of %s, no credit type, and not requests"
              .formatted(measure, feature.id()));
    }
    YamlPart fail = fields.find("fail_mode");
    return new Entitlement.Allowance(
        measure,
        declared.limit(fields, measure),
        fields
            .required("window")
            .map(word -> Scalars.word(word, WindowKind.values()))
            .orElse(WindowKind.LIFETIME),
        fail == null ? null : Scalars.word(fail, FailMode.values()));
  }
}
