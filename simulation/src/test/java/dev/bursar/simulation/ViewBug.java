package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.GrantPlace;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** Bugs in what is only told. */
enum ViewBug implements PlantedBug {
  THE_NEXT_EXPIRY_IS_A_SECOND_LATE("model: is asked for View[] and tells") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Viewed it ? viewed(it, it.balances(), 1) : reply;
    }
  },

  A_WALLET_TELLS_OF_NOTHING_HELD("model: is asked for View[] and tells") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Viewed it
          ? viewed(
              it,
              it.balances().stream()
                  .map(
                      each ->
                          new Balance(each.creditType(), each.balance(), Credits.ZERO, each.debt()))
                  .toList(),
              0)
          : reply;
    }
  },

  A_CREDIT_TYPE_IS_MISSING("model: is asked for View[] and tells") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Viewed it && it.balances().size() > 1
          ? viewed(it, it.balances().subList(1, it.balances().size()), 0)
          : reply;
    }
  },

  A_LEDGER_IS_TOLD_WITHOUT_ITS_LAST_ENTRY("model: is asked for View[] and tells") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Viewed it
          ? new WalletReply.Viewed(
              it.owner(), it.balances(), it.nextExpiry(), it.sequence() - 1, it.hash())
          : reply;
    }
  },

  A_GRANT_IS_MISSING_ON_A_PAGE("model: is asked for ListGrants") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Grants it && it.grants().size() > 1
          ? new WalletReply.Grants(it.grants().subList(1, it.grants().size()), it.hasMore())
          : reply;
    }
  },

  THE_LAST_PAGE_OF_GRANTS_IS_NEVER_SHOWN("model: is asked for ListGrants") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Grants it
          ? new WalletReply.Grants(it.grants(), false)
          : reply;
    }
  },

  A_PAGE_GOES_ON_WHERE_THE_GRANT_WOULD_BE_IN_FORCE("model: is asked for ListGrants") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.ListGrants it && it.after() != null
          ? Instead.of(
              request,
              new WalletCommand.ListGrants(
                  new GrantPlace("active", it.after().grant()), it.limit()))
          : request;
    }
  },

  WHAT_WAS_VOIDED_IS_TOLD_TO_HAVE_EXPIRED("model: is asked for ListGrants") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Grants it
          ? new WalletReply.Grants(
              it.grants().stream()
                  .map(
                      each ->
                          each.state().equals("voided")
                              ? new WalletReply.GrantView(
                                  each.grant(), each.remaining(), each.held(), "expired", null)
                              : each)
                  .toList(),
              it.hasMore())
          : reply;
    }
  },

  WHAT_HAS_EXPIRED_IS_TOLD_TO_BE_RELEASED("model: is asked for Find") {
    @Override
    Object told(Object reply) {
      return reply instanceof WalletReply.Ended it && it.status().equals("expired")
          ? new WalletReply.Ended(
              it.reservation(),
              "released",
              it.amount(),
              it.released(),
              it.debt(),
              it.uncharged(),
              it.late(),
              it.usage(),
              it.transaction(),
              it.balance())
          : reply;
    }
  },

  A_DENIAL_IS_FOUND_WITHOUT_ITS_LAST_REASON("model: is asked for FindReservation") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.Denied it
          ? new OrgReply.Denied(it.plan(), it.denials().subList(1, it.denials().size()))
          : reply;
    }
  },

  A_UNIT_IS_TOLD_TO_LIE_NOWHERE("model: is asked for ListUnits") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.Units it
          ? new OrgReply.Units(
              it.units().stream()
                  .map(each -> new Unit(each.id(), each.kind(), each.name(), null))
                  .toList())
          : reply;
    }
  },

  A_WALLET_IS_NOT_LISTED("model: is asked for ListWallets") {
    @Override
    Object told(Object reply) {
      if (reply instanceof OrgReply.Wallets it && !it.wallets().isEmpty()) {
        var fewer = new TreeMap<>(it.wallets());
        fewer.pollFirstEntry();
        return new OrgReply.Wallets(fewer);
      }
      return reply;
    }
  },

  A_PLAN_IS_NOT_TOLD("model: is asked for ViewOrg") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.Settings it
          ? new OrgReply.Settings(
              new OrgSettings(it.settings().name(), it.settings().zone(), null, List.of()))
          : reply;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.VIEWERS) && scenario.has(Beside.PLANS);
    }
  },

  A_FREEZE_IS_NOT_LISTED("model: is asked for ListOverrides") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.OverrideList it
          ? new OrgReply.OverrideList(it.overrides(), List.of())
          : reply;
    }
  },

  WHAT_IS_OVER_IS_LISTED_FOR_EVER("model: is asked for ListOverrides") {
    @Override
    public Tampering forOneRun() {
      return new ListedForEver();
    }
  },

  A_PAGE_OF_BUDGETS_BEGINS_WITH_THE_LAST("model: is asked for ListBudgets") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.BudgetPage it
          ? new OrgReply.BudgetPage(it.budgets().reversed(), it.hasMore())
          : reply;
    }
  },

  A_BUDGET_IS_VIEWED_WITHOUT_ITS_OVERRIDE("model: is asked for ViewBudget") {
    @Override
    Object told(Object reply) {
      if (reply instanceof OrgReply.OneBudget it) {
        Budget budget = it.budget().budget();
        Budgets.Applicable applicable = it.budget().applicable();
        return new OrgReply.OneBudget(
            new OrgReply.BudgetView(
                budget,
                new Budgets.Applicable(budget, applicable.counted()),
                Instead.as(budget, it.budget().state())));
      }
      return reply;
    }
  },

  A_BUDGET_IS_VIEWED_IN_THE_LAST_WINDOW(
      "model: is asked for ViewBudget", "model: is asked for ViewLimits") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new ToldOfTheLastMinute<>(real);
    }
  },

  A_BUDGET_IS_VIEWED_WITH_NOTHING_HELD("model: is asked for ViewBudget") {
    @Override
    Object told(Object reply) {
      return reply instanceof OrgReply.OneBudget it
          ? new OrgReply.OneBudget(
              new OrgReply.BudgetView(
                  it.budget().budget(),
                  it.budget().applicable(),
                  Instead.withNothingHeld(it.budget().state())))
          : reply;
    }
  },

  A_TEAM_TELLS_OF_NOTHING_HELD("model: is asked for ViewLimits") {
    @Override
    Object told(Object reply) {
      return reply instanceof TeamReply.Limits it
          ? new TeamReply.Limits(it.limits().stream().map(Instead::withNothingHeld).toList())
          : reply;
    }
  };

  private final List<String> signs;

  ViewBug(String... signs) {
    this.signs = List.of(signs);
  }

  Object told(Object reply) {
    return reply;
  }

  private static WalletReply.Viewed viewed(
      WalletReply.Viewed of, List<Balance> balances, int secondsLater) {
    Instant expiry = of.nextExpiry();
    return new WalletReply.Viewed(
        of.owner(),
        balances,
        expiry == null ? null : expiry.plusSeconds(secondsLater),
        of.sequence(),
        of.hash());
  }

  @Override
  public List<String> signs() {
    return signs;
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.VIEWERS);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> Answer<T> heard(Answer<T> answer) {
    return answer instanceof Answer.Done<T>(T value, boolean again)
        ? new Answer.Done<>((T) told(value), again)
        : answer;
  }
}
