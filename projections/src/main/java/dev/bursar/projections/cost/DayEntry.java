package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a ledger, as far as costs go.
 *
 * @param work what it is for; of a correction, what was corrected by it was for
 * @param grant the grant that came, of a grant; else null
 * @param currency what it is worth something in; null where it is not
 * @param request tells the requests apart whose entries follow on each other
 * @param credits its amount, signed
 * @param value its value in the currency's main unit, signed; 0 without a currency
 * @param units what its request has used by meter, which all entries of the request have; empty if
 *     that is not known
 */
record DayEntry(
    Work work,
    EntryType type,
    @Nullable String grant,
    @Nullable String currency,
    boolean correctsEarlierMonth,
    String request,
    BigDecimal credits,
    BigDecimal value,
    Map<String, Long> units) {

  /** Whether it charges what was used, and not something else. */
  boolean isUse() {
    return switch (type) {
      case CONSUME, LATE_USAGE -> true;
      case DEBT -> !isLessDebt();
      case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> false;
    };
  }

  /** Whether it takes from a debt. */
  boolean isLessDebt() {
    return type == EntryType.DEBT && credits.signum() < 0;
  }
}
