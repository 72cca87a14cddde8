package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.identity.Identifiers;
import dev.bursar.node.yaml.YamlFaults;
import dev.bursar.node.yaml.YamlPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a catalog from YAML. A file with faults is refused whole; the message lists every fault
 * with its path and line.
 */
public final class CatalogFile {

  private static final String WHAT = "the catalog";

  private static final List<String> FIELDS = List.of("credit_types", "meters", "rates");

  /** What a rate may have: as many as an amount of credits. */
  private static final int DECIMALS_MAX = 6;

  private static final Pattern DECIMAL = Pattern.compile("(?=.{1,30}$)-?[0-9]+(\\.[0-9]+)?");

  private static final BigDecimal RATE_MAX = BigDecimal.valueOf(1_000_000_000);

  private CatalogFile() {}

  /**
   * The catalog in these files, whose lists are put together.
   *
   * @param files at least one
   * @throws IllegalArgumentException with every fault, a line each
   */
  public static Catalog read(List<Path> files) {
    YamlFaults faults = new YamlFaults();
    List<YamlPart> roots = new ArrayList<>();
    for (Path file : files) {
      String name = files.size() == 1 ? "" : file.toString();
      String what = name.isEmpty() ? WHAT : WHAT + " " + name;
      roots.add(YamlPart.root(what, name, YamlPart.text(WHAT, file), faults));
    }
    return catalog(roots, faults);
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
    return catalog(List.of(YamlPart.root(WHAT, yaml, faults)), faults);
  }

  private static Catalog catalog(List<YamlPart> roots, YamlFaults faults) {
    List<YamlPart.Fields> files =
        roots.stream().map(root -> root.fields(Set.copyOf(FIELDS))).toList();
    for (String field : FIELDS) {
      if (files.stream().noneMatch(file -> file.find(field) != null)) {
        files.getFirst().required(field);
      }
    }
    Map<String, String> creditTypes = new LinkedHashMap<>();
    for (YamlPart part : items(files, "credit_types")) {
      YamlPart.Fields type = part.fields(Set.of("id", "name"));
      String id = type.required("id").map(each -> once(creditTypes.keySet(), each)).orElse("");
      creditTypes.put(id, type.text("name"));
    }
    Set<String> meters = new LinkedHashSet<>();
    for (YamlPart part : items(files, "meters")) {
      meters.add(once(meters, part));
    }
    Map<Catalog.Work, String> paths = new HashMap<>();
    List<Catalog.Rate> rates = new ArrayList<>();
    for (YamlPart part : items(files, "rates")) {
      Catalog.Rate rate = rate(part, creditTypes, meters);
      String other = paths.putIfAbsent(rate.work(), part.place());
      if (other == null) {
        rates.add(rate);
      } else {
        part.fault("is for the same feature and model as " + other);
      }
    }
    faults.demandNone(WHAT);
    return new Catalog(creditTypes, meters, rates);
  }

  private static List<YamlPart> items(List<YamlPart.Fields> files, String field) {
    return files.stream()
        .map(file -> file.find(field))
        .filter(Objects::nonNull)
        .flatMap(part -> part.items().stream())
        .toList();
  }

  /** A name that is not declared yet. */
  private static String once(Set<String> declared, YamlPart part) {
    String id = name(part);
    if (declared.contains(id)) {
      part.fault(id + " is declared twice");
    }
    return id;
  }

  /** A name as requests may carry it. */
  private static String name(YamlPart part) {
    String name = part.text();
    String fault = name.isEmpty() ? null : Identifiers.fault(name);
    if (fault != null) {
      part.fault(fault);
    }
    return name;
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
              BigDecimal amount = amount(each);
              perUnit.put(meter, amount.scaleByPowerOfTen(-log10(per)).stripTrailingZeros());
            });
    return new Catalog.Rate(
        optional(rate.find("feature")),
        optional(rate.find("model")),
        creditType,
        Map.copyOf(perUnit));
  }

  /** Credits for {@code per} units; 0, with a fault, if it is not within bounds. */
  private static BigDecimal amount(YamlPart part) {
    BigDecimal amount = decimal(part);
    if (amount.signum() < 0) {
      part.fault(part.text() + " is negative");
    } else if (amount.compareTo(RATE_MAX) > 0) {
      part.fault(part.text() + " is more than " + RATE_MAX);
    } else if (amount.stripTrailingZeros().scale() > DECIMALS_MAX) {
      part.fault(
          "%s has more than %d decimals; say it for more units, with per"
              .formatted(part.text(), DECIMALS_MAX));
    } else {
      return amount;
    }
    return BigDecimal.ZERO;
  }

  /** A power of ten, so that a rate per unit is an exact decimal. */
  private static BigDecimal per(@Nullable YamlPart part) {
    if (part == null) {
      return BigDecimal.ONE;
    }
    BigDecimal per = decimal(part).stripTrailingZeros();
    if (!per.unscaledValue().equals(BigInteger.ONE)
        || per.compareTo(BigDecimal.ONE) < 0
        || per.compareTo(RATE_MAX) > 0) {
      part.fault("%s is no power of ten from 1 to %s".formatted(part.text(), RATE_MAX));
      return BigDecimal.ONE;
    }
    return per;
  }

  private static int log10(BigDecimal powerOfTen) {
    return -powerOfTen.stripTrailingZeros().scale();
  }

  private static @Nullable String optional(@Nullable YamlPart part) {
    return part == null ? null : name(part);
  }

  private static BigDecimal decimal(YamlPart part) {
    String text = part.text();
    if (DECIMAL.matcher(text).matches()) {
      return new BigDecimal(text);
    }
    if (!text.isEmpty()) {
      part.fault(text + " is not a decimal of at most 30 characters");
    }
    return BigDecimal.ZERO;
  }
}
