package dev.bursar.benchmarks.history;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that a client asks for. Amounts are in credits of the one type that there is. */
sealed interface Call {

  /** The org that it is about. */
  String org();

  Kind kind();

  /** How credits are asked for. */
  enum Manner {
    HOLD,
    AT_ONCE,
    DRY_RUN
  }

  /**
   * @param ttl seconds
   * @param policy the overage policy
   */
  record Reserve(
      String org,
      String wallet,
      @Nullable String team,
      @Nullable String user,
      BigDecimal amount,
      int ttl,
      String policy,
      Manner manner)
      implements Call {
    @Override
    public Kind kind() {
      return switch (manner) {
        case HOLD -> Kind.RESERVE;
        case AT_ONCE -> Kind.CHARGE_AT_ONCE;
        case DRY_RUN -> Kind.DRY_RUN;
      };
    }
  }

  /** Credits that were set aside, or charged at once. */
  record Reserved(String id, Reserve as) {}

  record Commit(Reserved of, BigDecimal amount) implements Call {
    @Override
    public String org() {
      return of.as().org();
    }

    @Override
    public Kind kind() {
      return Kind.COMMIT;
    }
  }

  record Release(Reserved of) implements Call {
    @Override
    public String org() {
      return of.as().org();
    }

    @Override
    public Kind kind() {
      return Kind.RELEASE;
    }
  }

  record Extend(Reserved of, int seconds) implements Call {
    @Override
    public String org() {
      return of.as().org();
    }

    @Override
    public Kind kind() {
      return Kind.EXTEND;
    }
  }

  /**
   * @param expiresAt null for never
   */
  record Grant(
      String org,
      String wallet,
      String id,
      BigDecimal amount,
      String category,
      int priority,
      @Nullable Instant expiresAt)
      implements Call {
    @Override
    public Kind kind() {
      return Kind.GRANT;
    }
  }

  record VoidGrant(String org, String wallet, String grant) implements Call {
    @Override
    public Kind kind() {
      return Kind.VOID;
    }
  }

  /**
   * @param amount signed
   */
  record Adjust(String org, String wallet, BigDecimal amount) implements Call {
    @Override
    public Kind kind() {
      return Kind.ADJUST;
    }
  }

  /**
   * @param amount null for all that is left
   */
  record Refund(String org, String wallet, String transaction, @Nullable BigDecimal amount)
      implements Call {
    @Override
    public Kind kind() {
      return Kind.REFUND;
    }
  }

  record Transfer(String org, String from, String to, BigDecimal amount) implements Call {
    @Override
    public Kind kind() {
      return Kind.TRANSFER;
    }
  }

  record ChangeBudget(String org, Terms budget, BigDecimal limit) implements Call {
    @Override
    public Kind kind() {
      return Kind.BUDGET_CHANGE;
    }
  }

  /**
   * @param scope team or user
   * @param of which
   */
  record Freeze(String org, String scope, String of, Instant until) implements Call {
    @Override
    public Kind kind() {
      return Kind.FREEZE;
    }

    boolean covers(Reserve reserve) {
      return org.equals(reserve.org())
          && of.equals(scope.equals("team") ? reserve.team() : reserve.user());
    }
  }
}
