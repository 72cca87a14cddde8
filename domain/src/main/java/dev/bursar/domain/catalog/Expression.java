package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** An exact decimal, worked out of the units that were used. */
public sealed interface Expression {

  /** A number. */
  record Constant(BigDecimal value) implements Expression {}

  /** How many units of a meter were used. */
  record Units(String meter) implements Expression {}

  /** Both together. */
  record Sum(Expression left, Expression right) implements Expression {}

  /** The left less the right. */
  record Difference(Expression left, Expression right) implements Expression {}

  /** One times the other. */
  record Product(Expression left, Expression right) implements Expression {}

  /**
   * How often a number goes into a whole one, without what remains.
   *
   * @param of a whole number
   * @param by a whole number other than 0
   */
  record Quotient(Expression of, long by) implements Expression {}

  /**
   * What remains of a whole number when another goes into it; it has the sign of the whole.
   *
   * @param of a whole number
   * @param by a whole number other than 0
   */
  record Remainder(Expression of, long by) implements Expression {}

  /** The smaller of the two. */
  record Least(Expression left, Expression right) implements Expression {}

  /** The larger of the two. */
  record Greatest(Expression left, Expression right) implements Expression {}

  /** The one or the other. */
  record Choice(Condition when, Expression then, Expression otherwise) implements Expression {}

  /**
   * Its value.
   *
   * @param usage units by meter; those that are not there are 0
   */
  default BigDecimal of(Map<String, Long> usage) {
    return switch (this) {
      case Constant it -> it.value;
      case Units it -> {
        Long units = usage.get(it.meter);
        yield units == null ? BigDecimal.ZERO : BigDecimal.valueOf(units);
      }
      case Sum it -> it.left.of(usage).add(it.right.of(usage));
      case Difference it -> it.left.of(usage).subtract(it.right.of(usage));
      case Product it -> it.left.of(usage).multiply(it.right.of(usage));
      case Quotient it -> it.of.of(usage).divide(BigDecimal.valueOf(it.by), 0, RoundingMode.DOWN);
      case Remainder it -> it.of.of(usage).remainder(BigDecimal.valueOf(it.by));
      case Least it -> it.left.of(usage).min(it.right.of(usage));
      case Greatest it -> it.left.of(usage).max(it.right.of(usage));
      case Choice it -> (it.when.holds(usage) ? it.then : it.otherwise).of(usage);
    };
  }

  /** Whether a meter's units count in it. */
  default boolean names(String meter) {
    return switch (this) {
      case Constant it -> false;
      case Units it -> it.meter.equals(meter);
      case Sum it -> it.left.names(meter) || it.right.names(meter);
      case Difference it -> it.left.names(meter) || it.right.names(meter);
      case Product it -> it.left.names(meter) || it.right.names(meter);
      case Quotient it -> it.of.names(meter);
      case Remainder it -> it.of.names(meter);
      case Least it -> it.left.names(meter) || it.right.names(meter);
      case Greatest it -> it.left.names(meter) || it.right.names(meter);
      case Choice it -> it.when.names(meter) || it.then.names(meter) || it.otherwise.names(meter);
    };
  }
}
