package dev.bursar.domain.cost;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads what the entries of an org's ledgers come to, day by day, from the read model. */
public interface CostQueries {

  /**
   * What entries are for; null where they say nothing. Those that correct something are for what
   * they correct.
   */
  record Work(
      String wallet,
      @Nullable String team,
      @Nullable String product,
      @Nullable String costCenter,
      @Nullable String agent,
      @Nullable String feature,
      @Nullable String model,
      String creditType) {}

  /**
   * What entries of one type, for the same work, come to. Those that add to a debt and those that
   * take from it are apart.
   *
   * @param grant the grant that came, of {@link EntryType#GRANT} entries; else null
   * @param currency what they are worth something in; null where they are not
   * @param correctsEarlierMonth whether they correct what was posted in an earlier month
   * @param credits the sum of their amounts, signed as the entries are
   * @param value the sum of their values in the currency's main unit, signed as the entries are; 0
   *     without a currency
   * @param uses what was used for them; empty of what is no use
   */
  record Charge(
      EntryType type,
      @Nullable String grant,
      @Nullable String currency,
      boolean correctsEarlierMonth,
      BigDecimal credits,
      BigDecimal value,
      List<Use> uses) {}

  /**
   * What a charge has of one meter: request by request, what its units come to by their price, of
   * what the request was charged. Not rounded: the last digits may be missing.
   *
   * @param meter the meter; {@link #REQUESTS} of requests without units that have a rate
   * @param quantity so many units; of a request that is in several charges, each has its part
   * @param credits so many of the charge's credits, 0 or more
   * @param value so much of what these had cost, 0 or more
   */
  record Use(String meter, BigDecimal quantity, BigDecimal credits, BigDecimal value) {}

  /** What counts requests, each as one. */
  String REQUESTS = "requests";

  /** What units come to, for work of a feature and a model. */
  interface Prices {

    /** The price; null if there is none, so that units come to nothing. */
    @Nullable Price of(@Nullable String feature, @Nullable String model);
  }

  /** The charges for the same work. */
  record Costs(Work work, List<Charge> charges) {}

  /**
   * A day of an org, or a part of it: of a day of very many entries, or of very many kinds of work,
   * there are several, each complete in itself.
   *
   * @param costs in no particular order that changes from one call to the next
   * @param currency what the org last paid in by the end of the day's month; null if it never did
   */
  record Day(LocalDate day, List<Costs> costs, @Nullable String currency) {}

  /**
   * What was posted in a month, in UTC: each day that has anything, in order. Fails with {@link
   * dev.bursar.domain.export.TooManyExports}.
   *
   * @param prices by which a request's charge is shared out among what it used
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<Export<Day>> month(String org, YearMonth month, Prices prices, boolean fresh);
}
