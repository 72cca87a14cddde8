package dev.bursar.benchmarks.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How many customers the load is spread over. Each org has one department, one team in it, and one
 * wallet.
 */
public enum Shape {
  /** Everything meets at one org, department, team, product, cost center and wallet. */
  HOT(1, 50),
  /** A handful of busy customers. */
  FEW(20, 20),
  /** Hardly anything meets. */
  SPREAD(1_000, 10);

  static final String DEPARTMENT = "engineering";
  static final String TEAM = "platform";
  static final String PRODUCT = "copilot";
  static final String COST_CENTER = "cc-7";

  private final int orgs;
  private final int users;

  Shape(int orgs, int users) {
    this.orgs = orgs;
    this.users = users;
  }

  /** The shape of this name, in lower case, as on the command line and in the table. */
  public static Shape of(String label) {
    return Arrays.stream(values())
        .filter(shape -> shape.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "shapes: '" + label + "' is none of hot, few, spread"));
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  List<String> orgs() {
    return IntStream.rangeClosed(1, orgs)
        .mapToObj(number -> "%s-%04d".formatted(label(), number))
        .toList();
  }

  List<String> users() {
    return IntStream.rangeClosed(1, users).mapToObj("u-%02d"::formatted).toList();
  }
}
