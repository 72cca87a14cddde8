package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Condition.Order;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.node.catalog.Formulas.Fault;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.SimpleType;
import java.math.BigDecimal;
import java.util.List;

/** Turns a checked tree of CEL into an expression of the domain, within bounds. */
final class FormulaTree {

  /** How many numbers of units may be multiplied: a square is two. */
  private static final int FACTORS_MAX = 3;

  private final CelAbstractSyntaxTree tree;
  private final List<String> numbers;
  private final int partsMax;
  private final int depthMax;
  private int parts;

  /**
   * @param numbers what the tree's numbers stand for, if it is that of a {@link FormulaShape}; none
   *     if they stand for themselves
   */
  FormulaTree(CelAbstractSyntaxTree tree, List<String> numbers, int partsMax, int depthMax) {
    this.tree = tree;
    this.numbers = numbers;
    this.partsMax = partsMax;
    this.depthMax = depthMax;
  }

  /** The whole of it. */
  Expression expression() {
    return number(tree.getExpr(), 1);
  }

  private Expression number(CelExpr of, int depth) {
    count(depth);
    return switch (of.getKind()) {
      case CONSTANT -> new Expression.Constant(constant(of.constant()));
      case IDENT -> new Expression.Units(of.ident().name());
      case CALL -> call(of, depth);
      default -> throw new Fault("has a part that is no number: " + of.getKind());
    };
  }

  private void count(int depth) {
    parts++;
    if (parts > partsMax) {
      throw new Fault("has more than %d parts".formatted(partsMax));
    }
    if (depth > depthMax) {
      throw new Fault("has parts that lie more than %d deep".formatted(depthMax));
    }
  }

  private BigDecimal constant(CelConstant constant) {
    return switch (constant.getKind()) {
      case INT64_VALUE -> {
        long value = constant.int64Value();
        yield BigDecimal.valueOf(
            numbers.isEmpty() ? value : Long.signum(value) * Long.parseLong(number(value)));
      }
      case DOUBLE_VALUE -> {
        double value = constant.doubleValue();
        yield decimal(
            numbers.isEmpty() ? value : Math.signum(value) * Double.parseDouble(number(value)));
      }
      default -> throw new Fault("has a constant that is no number: " + constant.getKind());
    };
  }

  /** What a number of the shape stands for, whatever its sign. */
  private String number(double ofShape) {
    return numbers.get((int) Math.abs(ofShape) - 1);
  }

  /** What was written: no other number of so few digits is nearest to it. */
  private static BigDecimal decimal(double written) {
    if (Double.isInfinite(written)) {
      throw new Fault("has a number beyond what CEL can read");
    }
    BigDecimal value = BigDecimal.valueOf(written).stripTrailingZeros();
    if (value.scale() > 18 || value.precision() - value.scale() > 18) {
      throw new Fault(
          "has the number %s; at most 18 digits before and after the point are accepted"
              .formatted(value));
    }
    return value;
  }

  private Expression call(CelExpr of, int depth) {
    List<CelExpr> args = of.call().args();
    String name = of.call().function();
    if (name.equals("_/_") || name.equals("_%_")) {
      return divided(of, args, depth);
    }
    if (name.equals("_?_:_")) {
      return new Expression.Choice(
          condition(args.get(0), depth + 1),
          number(args.get(1), depth + 1),
          number(args.get(2), depth + 1));
    }
    Expression first = number(args.getFirst(), depth + 1);
    if (name.equals("double")) {
      return first;
    }
    if (name.equals("-_")) {
      return new Expression.Difference(new Expression.Constant(BigDecimal.ZERO), first);
    }
    Expression second = number(args.get(1), depth + 1);
    return switch (name) {
      case "_+_" -> new Expression.Sum(first, second);
      case "_-_" -> new Expression.Difference(first, second);
      case "_*_" -> product(first, second);
      case Formulas.LEAST -> new Expression.Least(first, second);
      case Formulas.GREATEST -> new Expression.Greatest(first, second);
      default -> throw new Fault(name + " is unknown");
    };
  }

  /** Bounded, so that numbers are of no more than some hundred digits. */
  private static Expression product(Expression left, Expression right) {
    if (factors(left) + factors(right) > FACTORS_MAX) {
      throw new Fault("multiplies more than %d numbers of units".formatted(FACTORS_MAX));
    }
    return new Expression.Product(left, right);
  }

  /**
   * Of whole numbers, what CEL makes of them; of others, the exact decimal. The divisor is written
   * down, so that it is known not to be 0, and that the result ends.
   */
  private Expression divided(CelExpr of, List<CelExpr> args, int depth) {
    Expression left = number(args.get(0), depth + 1);
    if (!(number(args.get(1), depth + 1) instanceof Expression.Constant(BigDecimal by))) {
      throw new Fault("divides by something else than a number that is written down");
    }
    if (by.signum() == 0) {
      throw new Fault("divides by 0");
    }
    if (of.call().function().equals("_%_")) {
      return new Expression.Remainder(left, by.longValueExact());
    }
    if (tree.getTypeOrThrow(of.id()).equals(SimpleType.INT)) {
      return new Expression.Quotient(left, by.longValueExact());
    }
    try {
      return new Expression.Product(left, new Expression.Constant(BigDecimal.ONE.divide(by)));
    } catch (ArithmeticException e) {
      throw new Fault(
          "divides by %s, which leaves decimals without end; multiply by what is meant"
              .formatted(by.toPlainString()));
    }
  }

  private Condition condition(CelExpr of, int depth) {
    count(depth);
    return switch (of.getKind()) {
      case CONSTANT -> new Condition.Always(of.constant().booleanValue());
      case CALL -> comparison(of.call().function(), of.call().args(), depth);
      default -> throw new Fault("has a part that is no condition: " + of.getKind());
    };
  }

  private Condition comparison(String name, List<CelExpr> args, int depth) {
    return switch (name) {
      case "_&&_" ->
          new Condition.Both(condition(args.get(0), depth + 1), condition(args.get(1), depth + 1));
      case "_||_" ->
          new Condition.Either(
              condition(args.get(0), depth + 1), condition(args.get(1), depth + 1));
      case "!_" -> new Condition.Not(condition(args.getFirst(), depth + 1));
      case "_<_" -> compared(Order.LESS, args, depth);
      case "_<=_" -> compared(Order.AT_MOST, args, depth);
      case "_>_" -> compared(Order.MORE, args, depth);
      case "_>=_" -> compared(Order.AT_LEAST, args, depth);
      case "_==_" -> compared(Order.EQUAL, args, depth);
      case "_!=_" -> compared(Order.UNEQUAL, args, depth);
      default -> throw new Fault(name + " is unknown");
    };
  }

  private Condition compared(Order order, List<CelExpr> args, int depth) {
    return new Condition.Comparison(
        order, number(args.get(0), depth + 1), number(args.get(1), depth + 1));
  }

  /** How many numbers of units are multiplied at most. */
  private static int factors(Expression of) {
    return switch (of) {
      case Expression.Constant it -> 0;
      case Expression.Units it -> 1;
      case Expression.Sum it -> Math.max(factors(it.left()), factors(it.right()));
      case Expression.Difference it -> Math.max(factors(it.left()), factors(it.right()));
      case Expression.Product it -> factors(it.left()) + factors(it.right());
      case Expression.Quotient it -> factors(it.of());
      case Expression.Remainder it -> factors(it.of());
      case Expression.Least it -> Math.max(factors(it.left()), factors(it.right()));
      case Expression.Greatest it -> Math.max(factors(it.left()), factors(it.right()));
      case Expression.Choice it -> Math.max(factors(it.then()), factors(it.otherwise()));
    };
  }
}
