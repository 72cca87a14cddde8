package dev.bursar.journal;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Tiers;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.List;
import java.util.function.Function;

/**
 * The stored words of an enumeration. A word that was ever stored is never changed and never given
 * to anything else; a constant without a word does not compile.
 *
 * @param type the enumeration
 * @param word the word of each constant
 */
record Words<E extends Enum<E>>(Class<E> type, Function<E, String> word) {

  /** Every enumeration that is stored. */
  static final List<Words<?>> ALL =
      List.of(
          new Words<>(EntryType.class, Words::of),
          new Words<>(Grant.Category.class, Words::of),
          new Words<>(Recurrence.Interval.class, Words::of),
          new Words<>(WalletEvent.Cause.class, Words::of),
          new Words<>(OveragePolicy.class, Words::of),
          new Words<>(Closure.Kind.class, Words::of),
          new Words<>(DenialCode.class, Words::of),
          new Words<>(Scope.Type.class, Words::of),
          new Words<>(WindowKind.class, Words::of),
          new Words<>(Budget.Mode.class, Words::of),
          new Words<>(Unit.Kind.class, Words::of),
          new Words<>(PlanGrantChange.Kind.class, Words::of),
          new Words<>(Tiers.Kind.class, Words::of),
          new Words<>(Condition.Order.class, Words::of));

  private static String of(EntryType type) {
    return switch (type) {
      case GRANT -> "grant";
      case CONSUME -> "consume";
      case EXPIRE -> "expire";
      case VOID -> "void";
      case REFUND -> "refund";
      case ADJUST -> "adjust";
      case TRANSFER_IN -> "transfer_in";
      case TRANSFER_OUT -> "transfer_out";
      case DEBT -> "debt";
      case DEBT_REPAID -> "debt_repaid";
      case LATE_USAGE -> "late_usage";
    };
  }

  private static String of(Grant.Category category) {
    return switch (category) {
      case PROMOTIONAL -> "promotional";
      case PLAN -> "plan";
      case PAID -> "paid";
    };
  }

  private static String of(Recurrence.Interval interval) {
    return switch (interval) {
      case DAY -> "day";
      case WEEK -> "week";
      case MONTH -> "month";
      case QUARTER -> "quarter";
      case YEAR -> "year";
    };
  }

  private static String of(WalletEvent.Cause cause) {
    return switch (cause) {
      case RELEASED -> "released";
      case EXPIRED -> "expired";
      case CANCELLED -> "cancelled";
    };
  }

  private static String of(OveragePolicy policy) {
    return switch (policy) {
      case RECORD -> "record";
      case CAP -> "cap";
      case REJECT -> "reject";
    };
  }

  private static String of(Closure.Kind kind) {
    return switch (kind) {
      case ENDED -> "ended";
      case COMMITTED -> "committed";
      case EXPIRED -> "expired";
      case LATE -> "late";
      case ADDED -> "added";
      case SHRUNK -> "shrunk";
    };
  }

  private static String of(DenialCode code) {
    return switch (code) {
      case INSUFFICIENT_CREDITS -> "insufficient_credits";
      case BUDGET_EXCEEDED -> "budget_exceeded";
      case RATE_LIMITED -> "rate_limited";
      case CONCURRENCY_EXCEEDED -> "concurrency_exceeded";
      case NOT_ENTITLED -> "not_entitled";
      case FROZEN -> "frozen";
      case WALLET_IN_DEBT -> "wallet_in_debt";
      case UNKNOWN_ORG -> "unknown_org";
      case UNKNOWN_WALLET -> "unknown_wallet";
      case NO_RATE -> "no_rate";
    };
  }

  private static String of(Scope.Type type) {
    return switch (type) {
      case USER -> "user";
      case EACH_USER -> "each_user";
      case EACH_MEMBER -> "each_member";
      case TEAM -> "team";
      case DEPARTMENT -> "department";
      case AGENT -> "agent";
      case PRODUCT -> "product";
      case COST_CENTER -> "cost_center";
      case ORG -> "org";
    };
  }

  private static String of(WindowKind kind) {
    return switch (kind) {
      case MINUTE -> "minute";
      case HOUR -> "hour";
      case DAY -> "day";
      case WEEK -> "week";
      case MONTH -> "month";
      case QUARTER -> "quarter";
      case YEAR -> "year";
      case LIFETIME -> "lifetime";
    };
  }

  private static String of(Budget.Mode mode) {
    return switch (mode) {
      case HARD -> "hard";
      case SOFT -> "soft";
      case SHADOW -> "shadow";
    };
  }

  private static String of(Tiers.Kind kind) {
    return switch (kind) {
      case GRADUATED -> "graduated";
      case VOLUME -> "volume";
    };
  }

  private static String of(Condition.Order order) {
    return switch (order) {
      case LESS -> "less";
      case AT_MOST -> "at_most";
      case MORE -> "more";
      case AT_LEAST -> "at_least";
      case EQUAL -> "equal";
      case UNEQUAL -> "unequal";
    };
  }

  private static String of(PlanGrantChange.Kind kind) {
    return switch (kind) {
      case GIVE -> "give";
      case MOVE_END -> "move_end";
      case LEAVE -> "leave";
      case END -> "end";
    };
  }

  private static String of(Unit.Kind kind) {
    return switch (kind) {
      case DEPARTMENT -> "department";
      case TEAM -> "team";
      case PRODUCT -> "product";
      case COST_CENTER -> "cost_center";
      case AGENT -> "agent";
    };
  }
}
