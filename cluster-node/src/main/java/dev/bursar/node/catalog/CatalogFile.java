package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a catalog from YAML. A file with faults is refused whole; the message lists every fault
 * with its path.
 */
public final class CatalogFile {

  private static final int ALIASES_MAX = 20;
  private static final int CODE_POINTS_MAX = 10_000_000;

  private final List<String> faults = new ArrayList<>();

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
          "the catalog " + file + " can't be read: " + e.getMessage(), e);
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
    LoadSettings settings =
        LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(ALIASES_MAX)
            .setCodePointLimit(CODE_POINTS_MAX)
            .build();
    Object root;
    try {
      root = new Load(settings).loadFromString(yaml);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("the catalog is not valid YAML: " + e.getMessage(), e);
    }
    CatalogFile file = new CatalogFile();
    Catalog catalog = file.catalog(file.map("", root));
    if (!file.faults.isEmpty()) {
      throw new IllegalArgumentException(
          "the catalog has faults:\n  " + String.join("\n  ", file.faults));
    }
    return catalog;
  }

  private Catalog catalog(Map<String, Object> root) {
    only("", root, Set.of("credit_types", "meters", "rates"));
    Map<String, String> creditTypes = new LinkedHashMap<>();
    each("credit_types", root.get("credit_types"))
        .forEach(
            (path, item) -> {
              Map<String, Object> type = map(path, item);
              only(path, type, Set.of("id", "name"));
              String id = text(path + ".id", type.get("id"));
              if (creditTypes.put(id, text(path + ".name", type.get("name"))) != null) {
                faults.add(path + ".id: " + id + " is declared twice");
              }
            });
    Set<String> meters = new LinkedHashSet<>();
    each("meters", root.get("meters")).forEach((path, item) -> meters.add(text(path, item)));
    List<Catalog.Rate> rates = new ArrayList<>();
    each("rates", root.get("rates"))
        .forEach((path, item) -> rates.add(rate(path, map(path, item), creditTypes, meters)));
    return new Catalog(Map.copyOf(creditTypes), Set.copyOf(meters), List.copyOf(rates));
  }

  private Catalog.Rate rate(
      String path, Map<String, Object> rate, Map<String, String> creditTypes, Set<String> meters) {
    only(path, rate, Set.of("feature", "model", "credit_type", "per", "meters"));
    String creditType = text(path + ".credit_type", rate.get("credit_type"));
    if (!creditTypes.containsKey(creditType)) {
      faults.add(path + ".credit_type: " + creditType + " is not declared in credit_types");
    }
    BigDecimal per = decimal(path + ".per", rate.getOrDefault("per", 1));
    // A power of ten, so that a rate per unit is an exact decimal.
    if (per.signum() <= 0 || per.stripTrailingZeros().unscaledValue().intValue() != 1) {
      faults.add(path + ".per: " + per + " is not a power of ten");
      per = BigDecimal.ONE;
    }
    Map<String, BigDecimal> perUnit = new LinkedHashMap<>();
    for (Map.Entry<String, Object> each : map(path + ".meters", rate.get("meters")).entrySet()) {
      String at = path + ".meters." + each.getKey();
      if (!meters.contains(each.getKey())) {
        faults.add(at + ": the meter is not declared in meters");
      }
      BigDecimal amount = decimal(at, each.getValue());
      if (amount.signum() < 0) {
        faults.add(at + ": " + amount + " is negative");
      }
      perUnit.put(each.getKey(), amount.scaleByPowerOfTen(-log10(per)).stripTrailingZeros());
    }
    return new Catalog.Rate(
        optional(path + ".feature", rate.get("feature")),
        optional(path + ".model", rate.get("model")),
        creditType,
        Map.copyOf(perUnit));
  }

  private static int log10(BigDecimal powerOfTen) {
    return -powerOfTen.stripTrailingZeros().scale();
  }

  private Map<String, Object> each(String path, @Nullable Object value) {
    Map<String, Object> items = new LinkedHashMap<>();
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        items.put(path + "[" + i + "]", list.get(i));
      }
    } else {
      faults.add(path + ": a list is expected");
    }
    return items;
  }

  private Map<String, Object> map(String path, @Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> raw) {
      raw.forEach((key, each) -> map.put(String.valueOf(key), each));
    } else {
      faults.add((path.isEmpty() ? "(root)" : path) + ": a mapping is expected");
    }
    return map;
  }

  private void only(String path, Map<String, Object> map, Set<String> known) {
    for (String key : map.keySet()) {
      if (!known.contains(key)) {
        faults.add(
            (path.isEmpty() ? key : path + "." + key)
                + ": unknown; known are "
                + known.stream().sorted().toList());
      }
    }
  }

  private String text(String path, @Nullable Object value) {
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    faults.add(path + ": a text is expected");
    return "";
  }

  private @Nullable String optional(String path, @Nullable Object value) {
    return value == null ? null : text(path, value);
  }

  private BigDecimal decimal(String path, @Nullable Object value) {
    try {
      return new BigDecimal(String.valueOf(value));
    } catch (NumberFormatException e) {
      faults.add(path + ": " + value + " is not a decimal");
      return BigDecimal.ZERO;
    }
  }
}
