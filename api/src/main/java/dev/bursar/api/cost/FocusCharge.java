package dev.bursar.api.cost;

import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One row of a FOCUS export.
 *
 * @param day the day that it is of, in UTC
 * @param category why it is there
 * @param type the type of the entries behind it
 * @param work what it is for
 * @param grant the grant that was bought; null for all else
 * @param correction whether it corrects what was charged in an earlier month
 * @param currency the ISO 4217 code that it is billed in
 * @param billed what was to be paid for it then
 * @param effective what it has cost, out of what had been paid before
 * @param credits how many credits it comes to; those of a purchase, and those that repay a debt,
 *     were or will be counted where they are used
 * @param use what was used for it; null for what is no use
 */
record FocusCharge(
    LocalDate day,
    Category category,
    EntryType type,
    Work work,
    @Nullable String grant,
    boolean correction,
    String currency,
    BigDecimal billed,
    BigDecimal effective,
    BigDecimal credits,
    @Nullable Use use) {

  /**
   * So much of something.
   *
   * @param meter the meter; {@code requests} where only those were counted
   */
  record Use(String meter, BigDecimal quantity) {}

  /** FOCUS's charge categories that occur here. */
  enum Category {
    USAGE("Usage", "Usage-Based"),
    PURCHASE("Purchase", "One-Time"),
    CREDIT("Credit", "One-Time"),
    ADJUSTMENT("Adjustment", "One-Time");

    private final String word;
    private final String frequency;

    Category(String word, String frequency) {
      this.word = word;
      this.frequency = frequency;
    }

    /** The name in FOCUS. */
    String word() {
      return word;
    }

    /** How often such charges come, in the words of FOCUS. */
    String frequency() {
      return frequency;
    }

    /** Whether something was sold at a price: FOCUS then asks for quantity and price. */
    boolean priced() {
      return this == USAGE || this == PURCHASE;
    }
  }

  /** What is bought, used or given back: a meter of a feature and a model, or else credits. */
  String meter() {
    return use == null ? "credits" : use.meter();
  }

  /** What its price goes by, whatever it is counted in. */
  String sku() {
    if (use == null || (work.feature() == null && work.model() == null)) {
      return work.creditType();
    }
    return work.feature() == null
        ? "model/" + work.model()
        : work.model() == null
            ? "feature/" + work.feature()
            : "feature/" + work.feature() + "/model/" + work.model();
  }
}
