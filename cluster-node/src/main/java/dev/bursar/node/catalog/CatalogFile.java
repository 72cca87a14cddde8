package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.node.yaml.YamlFaults;
import dev.bursar.node.yaml.YamlPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a catalog from YAML. A file with faults is refused whole; the message lists every fault
 * with its path and line.
 */
public final class CatalogFile {

  private static final String WHAT = "the catalog";

  private CatalogFile() {}

  /**
   * The catalog in this file.
   *
   * @throws IllegalArgumentException with every fault, a line each
   */
  public static Catalog read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          WHAT + " " + file + " can't be read: " + e.getMessage(), e);
    }
  }

  /** The catalog that comes with the configuration. */
  public static Catalog configured() {
    try (InputStream in = CatalogFile.class.getResourceAsStream("/catalog.yaml")) {
      return parse(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The catalog in this text.
   *
   * @throws IllegalArgumentException with every fault, a line each
   */
  public static Catalog parse(String yaml) {
    YamlFaults faults = new YamlFaults();
    Catalog catalog = catalog(YamlPart.root(WHAT, yaml, faults));
    faults.demandNone(WHAT);
    return catalog;
  }

  private static Catalog catalog(YamlPart root) {
    YamlPart.Fields fields = root.fields(Set.of("credit_types", "meters", "rates"));
    Map<String, String> creditTypes = new LinkedHashMap<>();
    for (YamlPart part : fields.items("credit_types")) {
      YamlPart.Fields type = part.fields(Set.of("id", "name"));
      String id = type.text("id");
      if (creditTypes.put(id, type.text("name")) != null) {
        part.fault(id + " is declared twice");
      }
    }
    Set<String> meters =
        Set.copyOf(fields.required("meters").map(YamlPart::texts).orElse(List.of()));
    List<Catalog.Rate> rates =
        fields.items("rates").stream().map(part -> rate(part, creditTypes, meters)).toList();
    return new Catalog(Map.copyOf(creditTypes), meters, rates);
  }

  private static Catalog.Rate rate(
      YamlPart part, Map<String, String> creditTypes, Set<String> meters) {
    YamlPart.Fields rate = part.fields(Set.of("feature", "model", "credit_type", "per", "meters"));
    String creditType = rate.text("credit_type");
    YamlPart typed = rate.find("credit_type");
    if (typed != null && !creditTypes.containsKey(creditType)) {
      typed.fault(creditType + " is not declared in credit_types");
    }
    BigDecimal per = per(rate.find("per"));
    Map<String, BigDecimal> perUnit = new LinkedHashMap<>();
    rate.required("meters")
        .map(YamlPart::fields)
        .orElse(Map.of())
        .forEach(
            (meter, each) -> {
              if (!meters.contains(meter)) {
                each.fault("the meter is not declared in meters");
              }
              BigDecimal amount = decimal(each);
              if (amount.signum() < 0) {
                each.fault(amount + " is negative");
              }
              perUnit.put(meter, amount.scaleByPowerOfTen(-log10(per)).stripTrailingZeros());
            });
    return new Catalog.Rate(
        optional(rate.find("feature")),
        optional(rate.find("model")),
        creditType,
        Map.copyOf(perUnit));
  }

  /** A power of ten, so that a rate per unit is an exact decimal. */
  private static BigDecimal per(@Nullable YamlPart part) {
    if (part == null) {
      return BigDecimal.ONE;
    }
    BigDecimal per = decimal(part);
    if (per.signum() <= 0 || !per.stripTrailingZeros().unscaledValue().equals(BigInteger.ONE)) {
      part.fault(per + " is not a power of ten");
      return BigDecimal.ONE;
    }
    return per;
  }

  private static int log10(BigDecimal powerOfTen) {
    return -powerOfTen.stripTrailingZeros().scale();
  }

  private static @Nullable String optional(@Nullable YamlPart part) {
    return part == null ? null : part.text();
  }

  private static BigDecimal decimal(YamlPart part) {
    String text = part.text();
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      part.fault(text + " is not a decimal");
      return BigDecimal.ZERO;
    }
  }
}
