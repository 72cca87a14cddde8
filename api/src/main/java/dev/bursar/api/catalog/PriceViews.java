package dev.bursar.api.catalog;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.catalog.Formula;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.catalog.Tiers;
import java.math.BigDecimal;

/** What things cost, as answers show it. */
public final class PriceViews {

  private PriceViews() {}

  /** Rates and tiers by meter, or the formula as somebody wrote it. */
  public static void price(JsonWriter json, Price price) {
    Formula formula = price.formula();
    if (formula != null) {
      json.field("formula", formula.text());
      return;
    }
    json.object("rates", in -> price.rates().forEach((meter, rate) -> in.field(meter, text(rate))));
    if (!price.tiers().isEmpty()) {
      json.object(
          "tiers",
          in -> price.tiers().forEach((meter, tiers) -> in.object(meter, of -> tiers(of, tiers))));
    }
  }

  private static void tiers(JsonWriter json, Tiers tiers) {
    json.field("kind", Words.word(tiers.kind()))
        .objects(
            "steps",
            tiers.steps(),
            (in, step) -> {
              Long upTo = step.upTo();
              if (upTo != null) {
                in.field("up_to", upTo);
              }
              in.field("rate", text(step.rate()));
            });
  }

  /** A line of the price list. A formula is also shown taken apart, for whoever is to count. */
  static void rate(JsonWriter json, Rate rate) {
    json.field("feature", rate.feature())
        .field("model", rate.model())
        .field("effective_at", rate.effectiveAt())
        .field("credit_type", rate.price().creditType());
    price(json, rate.price());
    Formula formula = rate.price().formula();
    if (formula != null) {
      json.object("expression", in -> expression(in, formula.expression()));
    }
  }

  private static void expression(JsonWriter json, Expression of) {
    switch (of) {
      case Expression.Constant it -> json.field("constant", text(it.value()));
      case Expression.Units it -> json.field("units", it.meter());
      case Expression.Sum it -> two(json, "sum", it.left(), it.right());
      case Expression.Difference it -> two(json, "difference", it.left(), it.right());
      case Expression.Product it -> two(json, "product", it.left(), it.right());
      case Expression.Quotient it ->
          json.object("quotient", in -> expression(in, it.of())).field("by", it.by());
      case Expression.Remainder it ->
          json.object("remainder", in -> expression(in, it.of())).field("by", it.by());
      case Expression.Least it -> two(json, "least", it.left(), it.right());
      case Expression.Greatest it -> two(json, "greatest", it.left(), it.right());
      case Expression.Choice it ->
          json.object("when", in -> condition(in, it.when()))
              .object("then", in -> expression(in, it.then()))
              .object("otherwise", in -> expression(in, it.otherwise()));
    }
  }

  private static void two(JsonWriter json, String what, Expression left, Expression right) {
    json.object(what, in -> expression(in, left)).object("and", in -> expression(in, right));
  }

  private static void condition(JsonWriter json, Condition of) {
    switch (of) {
      case Condition.Always it -> json.field("always", it.value());
      case Condition.Comparison it ->
          json.field("order", Words.word(it.order()))
              .object("left", in -> expression(in, it.left()))
              .object("right", in -> expression(in, it.right()));
      case Condition.Both it ->
          json.object("both", in -> condition(in, it.left()))
              .object("and", in -> condition(in, it.right()));
      case Condition.Either it ->
          json.object("either", in -> condition(in, it.left()))
              .object("or", in -> condition(in, it.right()));
      case Condition.Not it -> json.object("not", in -> condition(in, it.of()));
    }
  }

  private static String text(BigDecimal rate) {
    return rate.toPlainString();
  }
}
