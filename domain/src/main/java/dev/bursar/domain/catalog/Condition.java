package dev.bursar.domain.catalog;

import java.util.Map;

/** Yes or no, by the units that were used. */
public sealed interface Condition {

  /** Always the same. */
  record Always(boolean value) implements Condition {}

  /** How one number compares with another, whatever decimals they are written with. */
  record Comparison(Order order, Expression left, Expression right) implements Condition {}

  /** The one and the other. */
  record Both(Condition left, Condition right) implements Condition {}

  /** The one or the other, or both. */
  record Either(Condition left, Condition right) implements Condition {}

  /** The contrary. */
  record Not(Condition of) implements Condition {}

  /** How the left of two numbers stands to the right. */
  enum Order {
    LESS,
    AT_MOST,
    MORE,
    AT_LEAST,
    EQUAL,
    UNEQUAL;

    private boolean holds(int comparison) {
      return switch (this) {
        case LESS -> comparison < 0;
        case AT_MOST -> comparison <= 0;
        case MORE -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
        case EQUAL -> comparison == 0;
        case UNEQUAL -> comparison != 0;
      };
    }
  }

  /** Whether it holds for this usage: units by meter; those that are not there are 0. */
  default boolean holds(Map<String, Long> usage) {
    return switch (this) {
      case Always it -> it.value;
      case Comparison it -> it.order.holds(it.left.of(usage).compareTo(it.right.of(usage)));
      case Both it -> it.left.holds(usage) && it.right.holds(usage);
      case Either it -> it.left.holds(usage) || it.right.holds(usage);
      case Not it -> !it.of.holds(usage);
    };
  }

  /** Whether a meter's units count in it. */
  default boolean names(String meter) {
    return switch (this) {
      case Always it -> false;
      case Comparison it -> it.left.names(meter) || it.right.names(meter);
      case Both it -> it.left.names(meter) || it.right.names(meter);
      case Either it -> it.left.names(meter) || it.right.names(meter);
      case Not it -> it.of.names(meter);
    };
  }
}
