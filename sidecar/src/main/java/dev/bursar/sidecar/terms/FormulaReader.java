package dev.bursar.sidecar.terms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.catalog.Formula;
import java.math.BigDecimal;
import java.util.function.BinaryOperator;

/** Reads formulas that the server has taken apart. */
final class FormulaReader {

  private FormulaReader() {}

  static Formula formula(String text, JsonNode expression) {
    return new Formula(text, expression(expression));
  }

  private static Expression expression(JsonNode json) {
    if (json.has("constant")) {
      return new Expression.Constant(new BigDecimal(json.path("constant").asText()));
    }
    if (json.has("units")) {
      return new Expression.Units(json.path("units").asText());
    }
    if (json.has("when")) {
      return new Expression.Choice(
          condition(json.path("when")),
          expression(json.path("then")),
          expression(json.path("otherwise")));
    }
    if (json.has("quotient")) {
      return new Expression.Quotient(expression(json.path("quotient")), json.path("by").asLong());
    }
    if (json.has("remainder")) {
      return new Expression.Remainder(expression(json.path("remainder")), json.path("by").asLong());
    }
    if (json.has("sum")) {
      return two(json, "sum", Expression.Sum::new);
    }
    if (json.has("difference")) {
      return two(json, "difference", Expression.Difference::new);
    }
    if (json.has("product")) {
      return two(json, "product", Expression.Product::new);
    }
    if (json.has("least")) {
      return two(json, "least", Expression.Least::new);
    }
    if (json.has("greatest")) {
      return two(json, "greatest", Expression.Greatest::new);
    }
    throw new IllegalArgumentException("no known expression: " + json);
  }

  private static Expression two(JsonNode json, String what, BinaryOperator<Expression> of) {
    return of.apply(expression(json.path(what)), expression(json.path("and")));
  }

  private static Condition condition(JsonNode json) {
    if (json.has("always")) {
      return new Condition.Always(json.path("always").asBoolean());
    }
    if (json.has("order")) {
      return new Condition.Comparison(
          TermsReader.word(Condition.Order.class, json.path("order").asText()),
          expression(json.path("left")),
          expression(json.path("right")));
    }
    if (json.has("both")) {
      return new Condition.Both(condition(json.path("both")), condition(json.path("and")));
    }
    if (json.has("either")) {
      return new Condition.Either(condition(json.path("either")), condition(json.path("or")));
    }
    if (json.has("not")) {
      return new Condition.Not(condition(json.path("not")));
    }
    throw new IllegalArgumentException("no known condition: " + json);
  }
}
