package dev.bursar.benchmarks.catalog;

import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A made-up catalog of any size, the same each time. Half of its rates take the place of the other
 * half at the beginning of 2026.
 *
 * @param plans how many plans; each but every tenth extends one that has ten entitlements
 * @param features how many features, 10 or more
 * @param rates how many lines the price list has, at least twice as many as features
 */
record LargeCatalog(int plans, int features, int rates) {

  /** As large as a catalog has to be read in seconds. */
  static final LargeCatalog LARGE = new LargeCatalog(5_000, 2_000, 20_000);

  /** The kind of a line: seven of ten have a rate for each meter. */
  static PriceKind kind(int work) {
    return switch (work % 10) {
      case 7 -> PriceKind.TIERS;
      case 8 -> PriceKind.VOLUME_STEPS;
      case 9 -> PriceKind.FORMULA;
      default -> PriceKind.FLAT;
    };
  }

  /** For how many pairs of a feature and a model there are rates. */
  int works() {
    return rates / 2;
  }

  String feature(int work) {
    return "feature-" + work % features;
  }

  String model(int work) {
    return "model-" + work / features;
  }

  /** As YAML. */
  String yaml() {
    return """
    credit_types:
      - { id: platform, name: Platform credits }
      - { id: image, name: Image credits, scale: 0 }
    meters: [input_tokens, output_tokens, steps]
    """
        + list("features", features, this::featureLine)
        + list("rates", rates, this::rateLine)
        + list("plans", plans, this::planLines);
  }

  private static String list(String name, int size, IntFunction<String> item) {
    return IntStream.range(0, size)
        .mapToObj(item)
        .collect(Collectors.joining("\n", name + ":\n", "\n"));
  }

  private String featureLine(int i) {
    return "  - { id: feature-%d, name: Feature %d, type: metered, meters: [input_tokens, output_tokens] }"
        .formatted(i, i);
  }

  private String rateLine(int i) {
    int work = i % works();
    Random random = new Random(i);
    return "  - { feature: %s, model: %s%s, credit_type: platform, %s }"
        .formatted(
            feature(work),
            model(work),
            i < works() ? "" : ", effective_at: 2026-01-01",
            said(kind(work), 1 + random.nextInt(500), 1 + random.nextInt(2_000)));
  }

  private static String said(PriceKind kind, int input, int output) {
    return switch (kind) {
      case FLAT ->
          "per: 1000000, meters: { input_tokens: %d, output_tokens: %d.5, steps: 1 }"
              .formatted(input, output);
      case TIERS ->
          "per: 1000000, meters: { input_tokens: { tiers: [{ up_to: 1000, rate: %d }, { up_to: 100000, rate: 90 }, { rate: 50 }] }, output_tokens: %d }"
              .formatted(input, output);
      case VOLUME_STEPS ->
          "per: 1000000, meters: { input_tokens: { volume_steps: [{ up_to: 1000, rate: %d }, { up_to: 100000, rate: 90 }, { rate: 50 }] }, output_tokens: %d }"
              .formatted(input, output);
      case FORMULA ->
          "formula: 'input_tokens > 200000 ? (input_tokens * %d + output_tokens * %d) / 1000000.0 : (input_tokens * %d + output_tokens * %d) / 2000000.0'"
              .formatted(input, output, input, output);
    };
  }

  private String planLines(int i) {
    boolean isBase = i % 10 == 0;
    String entitlements =
        IntStream.range(0, isBase ? 10 : 2)
            .mapToObj(
                k ->
                    "feature-%d: { measure: requests, limit: %d, window: month }"
                        .formatted((i * 7 + k) % features, 100 + i))
            .collect(Collectors.joining(", "));
    return """
      - id: plan-%d
        name: Plan %d%s
        entitlements: { %s }
        grants:
          - { id: monthly, credit_type: platform, amount: %d.25, recurrence: { interval: month }, rollover: { max: 10 } }
          - { id: welcome, credit_type: image, amount: 20, applies_to: { features: [feature-%d] } }
        budgets:
          - { id: month, scope: { type: org }, measure: platform, window: month, limit: %d }
          - { id: day, scope: { type: each_user }, measure: input_tokens, window: day, limit: 1000000, mode: soft }\
    """
        .formatted(
            i,
            i,
            isBase ? "" : "\n    extends: plan-" + i / 10 * 10,
            entitlements,
            1_000 + i,
            i % features,
            10_000 + i);
  }
}
