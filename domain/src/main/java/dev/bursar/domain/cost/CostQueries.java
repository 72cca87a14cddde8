package dev.bursar.domain.cost;

import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
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
   * @param reservations how many reservations were charged by them; one whose charge is in several
   *     sums, as of grants in two currencies, is counted in the first
   */
  record Charge(
      EntryType type,
      @Nullable String grant,
      @Nullable String currency,
      boolean correctsEarlierMonth,
      BigDecimal credits,
      BigDecimal value,
      long reservations) {}

  /**
   * The charges for the same work.
   *
   * @param units what was used for them, by meter: of consumption, also late and on debt
   */
  record Costs(Work work, List<Charge> charges, Map<String, BigDecimal> units) {}

  /**
   * A day of an org.
   *
   * @param costs in no particular order that changes from one call to the next
   * @param currency what the org last paid in by the end of the day's month; null if it never did
   */
  record Day(LocalDate day, List<Costs> costs, @Nullable String currency, Freshness freshness) {}

  /**
   * What was posted on a day, in UTC.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<Day> day(String org, LocalDate day, boolean fresh);
}
