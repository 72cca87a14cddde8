package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an org answers. */
public sealed interface OrgReply {

  /** It is as was asked. */
  record Done() implements OrgReply {}

  /** The org agrees and holds its part: the others are to be asked. */
  record Begun(Plan plan) implements OrgReply {}

  /** The org holds nothing: something stands in the way, or it was only a question. */
  record Considered(Plan plan, List<Denial> denials) implements OrgReply {}

  /**
   * The reservation is open, and whoever asked drives it.
   *
   * @param times how often it has been taken over by then
   */
  record TakenOver(int times) implements OrgReply {}

  /** Nothing is known of the reservation, and nothing will be. */
  record Barred() implements OrgReply {}

  /** It has ended, and that is on record. */
  record Settled() implements OrgReply {}

  /** It was denied, and that is on record. */
  record Denied(Plan plan, List<Denial> denials) implements OrgReply {}

  /** The settings. */
  record Settings(OrgSettings settings) implements OrgReply {}

  /**
   * What it may use.
   *
   * @param status where its subscription stands
   * @param failMode what is done with requests while nobody can be asked; null if no plan says it
   * @param frozen how all of the org is frozen, in words: it may use nothing then; null if it is
   *     not
   */
  record Entitled(
      OrgSettings settings,
      Subscription.Status status,
      @Nullable FailMode failMode,
      @Nullable String frozen,
      List<EntitlementView> features)
      implements OrgReply {

    /** Of an org that is not frozen. */
    public Entitled(
        OrgSettings settings,
        Subscription.Status status,
        @Nullable FailMode failMode,
        List<EntitlementView> features) {
      this(settings, status, failMode, null, features);
    }

    /** Why it may not use a feature now; null if it may. */
    public @Nullable String denied(EntitlementView feature) {
      return feature.denied() != null ? feature.denied() : frozen;
    }
  }

  /** The units. */
  record Units(List<Unit> units) implements OrgReply {}

  /**
   * The budget is counted for.
   *
   * @param at since when
   * @param open what is open, and counts against it, or would if it came late
   */
  record Drafted(Instant at, List<OpenPart> open) implements OrgReply {}

  /** Where in the journal a budget was drafted. */
  record DraftPlace(Place place) implements OrgReply {}

  /** The overrides and the freezes. */
  record OverrideList(List<LimitOverride> overrides, List<Freeze> freezes) implements OrgReply {}

  /** A page of users. */
  record Users(List<User> users, boolean hasMore) implements OrgReply {}

  /** One user. */
  record OneUser(User user) implements OrgReply {}

  /** A page of budgets. */
  record BudgetPage(List<Budget> budgets, boolean hasMore) implements OrgReply {}

  /** One budget. */
  record OneBudget(BudgetView budget) implements OrgReply {}

  /** What had fallen due is done; null if nothing is to come by itself. */
  record Woken(@Nullable Instant nextDue) implements OrgReply {}

  /**
   * The changes of what its plan and add-ons grant that its wallet has yet to be told, in order.
   */
  record PlanGrants(List<PlanGrantChange> changes) implements OrgReply {}

  /**
   * Nothing is decided yet: the wallet has to have what plan and add-ons grant before.
   *
   * @param changes those of which it has yet to be told, in order; none if the org has yet to look
   *     what has changed, as it does when it is asked next
   */
  record WalletBehind(List<PlanGrantChange> changes) implements OrgReply {}

  /** The wallets and their owners. */
  record Wallets(Map<String, WalletOwner> wallets) implements OrgReply {}

  /**
   * The open reservations.
   *
   * @param lapsed those that expired so lately that late usage may still come, and since when
   */
  record Open(List<Plan> plans, Map<String, Instant> lapsed) implements OrgReply {}

  /**
   * The leases that are out, also those that their wallets have yet to hold.
   *
   * @param asOf when, by the clock that their ends are told by
   */
  record Leased(List<OpenLease> leases, Instant asOf) implements OrgReply {}

  /**
   * A lease that is out.
   *
   * @param holder the id of the key that it was granted to
   * @param sidecar who decides from it, in its own words
   * @param until exclusive; from then on nothing may be decided from it
   */
  record OpenLease(String lease, String holder, String sidecar, Instant until) {}

  /**
   * A budget and its figures.
   *
   * @param budget the budget as it was set
   * @param applicable the same, as the overrides in force have it
   * @param state its figures now; those of a budget that a team counts are zero here, and to be
   *     asked of the team
   */
  record BudgetView(Budget budget, Budgets.Applicable applicable, LimitState state) {}
}
