package dev.bursar.simulation;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.sidecar.decision.Ended;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bugs in what clients are told of what was done, or was not: all else is as it should be. */
enum AnswerBug implements PlantedBug {
  WHAT_AN_END_HAS_LEFT_IS_NOT_TOLD("I4: is told to have ended as") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Ended it ? leaving(Credits.ZERO, it) : reply;
    }
  },

  A_REPORT_INTO_DEBT_IS_TOLD_WITHOUT_IT("I4: is accepted, and is told to be charged as") {
    @Override
    Object told(Object reply) {
      return reply instanceof Decided.Allowed it && it.charged() != null && it.hold() == null
          ? new Decided.Allowed(
              it.plan(),
              it.limits(),
              null,
              it.balance(),
              leaving(it.charged().released(), it.charged()))
          : reply;
    }
  },

  A_HOLD_IS_TOLD_TO_LIVE_FOR_LONGER_THAN_IT_DOES("I12: is told to be held as") {
    @Override
    Object told(Object reply) {
      return reply instanceof Decided.Allowed it && it.hold() != null && it.hold().lease() == null
          ? new Decided.Allowed(
              it.plan(),
              it.limits(),
              NaiveWallet.until(it.hold().expiresAt().plusSeconds(60), it.hold()),
              it.balance(),
              it.charged())
          : reply;
    }
  },

  THE_BALANCE_AFTER_A_CORRECTION_IS_TOLD_AS_NOTHING("model: is told Corrected") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Corrected it
          ? new WalletReply.Corrected(it.grant(), it.transaction(), nothing(it.balance()))
          : reply;
    }
  },

  THE_BALANCE_AFTER_A_TRANSFER_IS_TOLD_AS_NOTHING("model: is told Transferred") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Transferred it
          ? new WalletReply.Transferred(it.transfer(), it.transaction(), nothing(it.balance()))
          : reply;
    }
  },

  A_GRANT_THAT_PAYS_A_DEBT_IS_TOLD_AS_WHOLE("model: is told GrantAdded") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.GrantAdded(WalletReply.GrantView it)
          ? new WalletReply.GrantAdded(
              new WalletReply.GrantView(
                  it.grant(), it.grant().amount(), it.held(), it.state(), it.voidedAt()))
          : reply;
    }
  },

  A_SIDECAR_TELLS_THAT_ALL_OF_IT_GOES_BACK("model: and had set aside") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.SIDECARS);
    }

    @Override
    public Ended ended(Ended told) {
      return told instanceof Ended.Done it && it.before() != null
          ? new Ended.Done(
              it.reservation(),
              it.status(),
              it.amount(),
              it.before().spending().amount(),
              it.creditType(),
              it.late(),
              it.use(),
              it.before())
          : told;
    }
  },

  A_RATE_IS_DENIED_AS_ANY_BUDGET("model: is denied for what was not asked") {
    @Override
    Denial told(Denial of) {
      DenialCode code = of.code();
      return with(
          of,
          code == DenialCode.RATE_LIMITED ? DenialCode.BUDGET_EXCEEDED : code,
          of.limit(),
          of.requested());
    }
  },

  CREDITS_ARE_SAID_TO_BE_ASKED_OF_EVERY_LIMIT("model: is denied for what was not asked") {
    @Override
    Object told(Object reply) {
      return reply instanceof Decided.Denied(var plan, var denials)
          ? new Decided.Denied(
              plan,
              denials.stream()
                  .map(each -> with(each, each.code(), each.limit(), plan.amount()))
                  .toList())
          : reply;
    }
  },

  A_LIMIT_OF_A_PLAN_IS_SAID_TO_BE_OF_A_BUDGET("model: which was never so meanwhile") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS) && scenario.has(Beside.PLAN_LIMITS);
    }

    @Override
    Denial told(Denial of) {
      LimitState limit = of.limit();
      return limit == null ? of : with(of, of.code(), ofBudget(limit), of.requested());
    }
  },

  WHAT_IS_TOLD_FIRST_IS_SAID_TO_BE_REPEATED("I4: is asked for once, and is told as") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return answer instanceof Answer.Done<T> done ? new Answer.Done<>(done.value(), true) : answer;
    }
  },

  A_REPORT_IS_REJECTED_WHERE_ANYTHING_IS_HELD("model: is rejected, and could be drawn") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new RejectedBesideHolds<>(real);
    }
  };

  private final List<String> signs;

  AnswerBug(String... signs) {
    this.signs = List.of(signs);
  }

  /** What is told in the place of a reply. */
  Object told(Object reply) {
    return reply instanceof Decided.Denied(var plan, var denials)
        ? new Decided.Denied(plan, denials.stream().map(this::told).toList())
        : reply;
  }

  /** What is told in the place of a denial. */
  Denial told(Denial of) {
    return of;
  }

  private static WalletReply.Ended leaving(Credits released, WalletReply.Ended of) {
    return new WalletReply.Ended(
        of.reservation(),
        of.status(),
        of.amount(),
        released,
        Credits.ZERO,
        Credits.ZERO,
        of.late(),
        of.usage(),
        of.transaction(),
        of.balance(),
        of.lease(),
        of.terms(),
        of.covered(),
        of.cost());
  }

  private static Balance nothing(Balance of) {
    return new Balance(of.creditType(), Credits.ZERO, Credits.ZERO, Credits.ZERO);
  }

  private static Denial with(
      Denial of, DenialCode code, @Nullable LimitState limit, @Nullable Credits requested) {
    return new Denial(code, limit, of.scope(), of.available(), requested, of.detail());
  }

  private static LimitState ofBudget(LimitState of) {
    return new LimitState(
        of.budget(),
        of.scope(),
        of.measure(),
        of.window(),
        of.mode(),
        of.limit(),
        of.used(),
        of.held(),
        of.windowStart(),
        of.resetsAt(),
        LimitState.SOURCE_BUDGET,
        of.override(),
        of.thresholds(),
        of.since());
  }

  @Override
  public List<String> signs() {
    return signs;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> Answer<T> heard(Answer<T> answer) {
    return answer instanceof Answer.Done<T>(T value, boolean again)
        ? new Answer.Done<>((T) told((Object) value), again)
        : answer;
  }
}
