package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.node.yaml.FaultyYaml;
import dev.bursar.node.yaml.YamlFaults;
import dev.bursar.node.yaml.YamlPart;
import dev.bursar.node.yaml.YamlText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a catalog from YAML or JSON; {@code catalog.schema.json} says what it looks like. A file
 * with faults is refused whole; the message lists every fault with its path and line.
 */
public final class CatalogFile {

  private static final String WHAT = "the catalog";

  /** Between two files that are read as one. */
  private static final String NEXT_DOCUMENT = "\n---\n";

  /** The same, where the second begins with directives; they have a beginning of their own. */
  private static final String NEXT_WITH_DIRECTIVES = "\n...\n";

  /** A line that says nothing, also in the words for that. */
  private static final Pattern NOTHING =
      Pattern.compile("\\s*(---|\\.\\.\\.|(---\\s+)?(~|null|Null|NULL))?(\\s+#.*)?\\s*|\\s*#.*");

  private static final Set<String> FIELDS =
      Set.of(
          "credit_types",
          "meters",
          "features",
          "rates",
          "plans",
          "add_ons",
          "top_up_packs",
          "campaigns");

  private static final List<String> REQUIRED = List.of("credit_types", "meters", "rates");

  private CatalogFile() {}

  /** What is written in one of several files. */
  private record Written(String file, String text) {

    private Stream<String> saying() {
      return text.lines().filter(line -> !NOTHING.matcher(line).matches());
    }

    boolean isNothing() {
      return saying().findAny().isEmpty();
    }

    String next() {
      boolean hasDirectives = saying().findFirst().orElse("").startsWith("%");
      return hasDirectives ? NEXT_WITH_DIRECTIVES : NEXT_DOCUMENT;
    }
  }

  /**
   * The catalog in these files, whose lists are put together.
   *
   * @param files at least one
   * @throws FaultyYaml with every fault, a line each
   */
  public static Catalog read(List<Path> files) {
    YamlFaults faults = new YamlFaults();
    return catalog(written(files, faults), faults);
  }

  /** What is written in each, up to where all have more than a version may have. */
  private static List<Written> written(List<Path> files, YamlFaults faults) {
    List<Written> written = new ArrayList<>(files.size());
    int left = CatalogVersions.DOCUMENT_BYTES_MAX;
    for (Path file : files) {
      Optional<String> text = YamlText.of(file, faults);
      if (text.isPresent()) {
        byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > left) {
          faults.unreadable(
              file.toString(),
              YamlText.line(bytes, left),
              YamlText.tooLarge(", those of the files before it with them"));
          break;
        }
        left -= bytes.length + NEXT_DOCUMENT.length();
        written.add(new Written(files.size() == 1 ? "" : file.toString(), text.get()));
      }
    }
    return written;
  }

  private static Catalog catalog(List<Written> written, YamlFaults faults) {
    List<YamlPart> roots = new ArrayList<>();
    written.forEach(each -> roots.addAll(YamlPart.documents(each.file, each.text, faults)));
    return read(roots, faults);
  }

  /**
   * The text of these files as one, which {@link #parse} reads as the catalog that {@link #read}
   * finds in them. Only whether each can be read, and has something in it, is looked at.
   *
   * @param files at least one
   * @throws FaultyYaml with every fault, if one can't be read or is empty, or all of them have more
   *     than 10 MB
   */
  public static String text(List<Path> files) {
    YamlFaults faults = new YamlFaults();
    List<Written> written = written(files, faults);
    if (faults.isPartial() || written.stream().anyMatch(Written::isNothing)) {
      // Which ends here, with the faults of the other files.
      catalog(written, faults);
    }
    StringBuilder text = new StringBuilder();
    for (Written each : written) {
      if (!text.isEmpty()) {
        text.append(each.next());
      }
      text.append(each.text);
    }
    return text.toString();
  }

  /**
   * The text in what somebody has sent.
   *
   * @throws FaultyYaml if it is not UTF-8, or has more than 10 MB
   */
  static String text(byte[] document) {
    YamlFaults faults = new YamlFaults();
    Optional<String> text = YamlText.of(document, "", faults);
    faults.demandNone(WHAT);
    return text.orElseThrow();
  }

  /** The catalog that comes with the configuration. */
  public static Catalog configured() {
    return parse(configuredText());
  }

  /** The text of the catalog that comes with the configuration. */
  public static String configuredText() {
    try (InputStream in = CatalogFile.class.getResourceAsStream("/catalog.yaml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The catalog in this text; of several documents the lists are put together.
   *
   * @throws FaultyYaml with every fault, a line each
   */
  public static Catalog parse(String yaml) {
    YamlFaults faults = new YamlFaults();
    return read(YamlPart.documents("", yaml, faults), faults);
  }

  /**
   * What this program makes of a text that is a version, perhaps since another program has taken
   * it.
   *
   * @param catalog the catalog in it; null if this program can't read it
   * @param faults why this program takes no such text any more; null if it does
   */
  record Stored(@Nullable Catalog catalog, @Nullable FaultyYaml faults) {}

  /** Reads what is a version already: what an earlier program has taken goes on as it was. */
  static Stored stored(String yaml) {
    try {
      YamlFaults faults = new YamlFaults(true);
      Catalog catalog = read(YamlPart.documents("", yaml, faults), faults);
      return new Stored(catalog, faults.isOutdated() ? taken(yaml).faults() : null);
    } catch (FaultyYaml e) {
      return new Stored(null, e);
    }
  }

  /** Reads what is to be a version. */
  static Stored taken(String yaml) {
    try {
      return new Stored(parse(yaml), null);
    } catch (FaultyYaml e) {
      return new Stored(null, e);
    }
  }

  private static Catalog read(List<YamlPart> roots, YamlFaults faults) {
    List<YamlPart.Fields> files = roots.stream().map(root -> root.fields(FIELDS)).toList();
    if (files.isEmpty()) {
      faults.demandNone(WHAT);
    }
    for (String field : REQUIRED) {
      if (!faults.isPartial() && files.stream().noneMatch(file -> file.find(field) != null)) {
        files.getFirst().required(field);
      }
    }
    Declared declared = new Declared(faults.isPartial());
    for (YamlPart part : items(files, "credit_types")) {
      CreditType type = creditType(part, declared);
      declared.creditTypes.putIfAbsent(type.id(), type);
    }
    for (YamlPart part : items(files, "meters")) {
      String meter = Declared.once(declared.meters, part);
      Declared.demandOneMeaning(part, meter, declared.creditTypes.keySet(), "credit type");
      declared.meters.add(meter);
    }
    Map<Feature, YamlPart> metered = new LinkedHashMap<>();
    for (YamlPart part : items(files, "features")) {
      feature(part, declared, metered);
    }
    RateReader rates = new RateReader(declared);
    PriceList prices = new PriceList(rates.read(items(files, "rates")));
    metered.forEach(rates::demandRates);
    PlanReader plans = new PlanReader(declared);
    OfferReader offers = new OfferReader(declared);
    Catalog catalog =
        new Catalog(
            declared.creditTypes,
            declared.meters,
            declared.features,
            prices,
            plans.plans(items(files, "plans")),
            plans.addOns(items(files, "add_ons")),
            offers.topUpPacks(items(files, "top_up_packs")),
            offers.campaigns(items(files, "campaigns")));
    declared.tellOften(
        (where, fault) ->
            files.stream()
                .map(file -> file.find(where))
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresentOrElse(
                    part -> part.faultFirst(fault), () -> faults.addFirst(where, fault)));
    faults.demandNone(WHAT);
    return catalog;
  }

  private static List<YamlPart> items(List<YamlPart.Fields> files, String field) {
    return files.stream()
        .map(file -> file.find(field))
        .filter(Objects::nonNull)
        .flatMap(part -> part.items().stream())
        .toList();
  }

  private static CreditType creditType(YamlPart part, Declared declared) {
    YamlPart.Fields type = part.fields(Set.of("id", "name", "scale"));
    String id = Declared.id(declared.creditTypes.keySet(), type);
    type.required("id").ifPresent(at -> Declared.demandOneMeaning(at, id, Set.of(), "meter"));
    return new CreditType(
        id,
        type.text("name"),
        Scalars.whole(type.find("scale"), 0, CreditType.SCALE_MAX, CreditType.SCALE_MAX));
  }

  private static void feature(YamlPart part, Declared declared, Map<Feature, YamlPart> metered) {
    YamlPart.Fields fields = part.fields(Set.of("id", "name", "type", "value", "meters"));
    String id = Declared.id(declared.features.keySet(), fields);
    Feature.Kind kind = kind(fields);
    YamlPart meters = fields.find("meters");
    Set<String> names = Set.of();
    if (kind == Feature.Kind.METERED) {
      names = Set.copyOf(fields.texts("meters"));
      if (meters != null) {
        meters.items().forEach(item -> declared.demandMeter(item, item.text()));
      }
    } else if (meters != null) {
      meters.fault("are of metered features only");
    }
    Feature feature = new Feature(id, fields.text("name"), kind, names);
    declared.features.putIfAbsent(id, feature);
    if (meters != null && kind == Feature.Kind.METERED) {
      metered.put(feature, meters);
    }
  }

  private static Feature.Kind kind(YamlPart.Fields feature) {
    FeatureType type =
        feature
            .required("type")
            .map(part -> Scalars.word(part, FeatureType.values()))
            .orElse(FeatureType.BOOLEAN);
    YamlPart value = feature.find("value");
    if (value != null && type != FeatureType.VALUE) {
      value.fault("is of features of the type value only");
    }
    return switch (type) {
      case BOOLEAN -> Feature.Kind.BOOLEAN;
      case METERED -> Feature.Kind.METERED;
      case VALUE ->
          Scalars.word(value, ValueType.values(), ValueType.TEXT) == ValueType.NUMBER
              ? Feature.Kind.NUMBER
              : Feature.Kind.TEXT;
    };
  }

  private enum FeatureType {
    BOOLEAN,
    VALUE,
    METERED
  }

  private enum ValueType {
    NUMBER,
    TEXT
  }
}
