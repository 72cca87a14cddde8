package dev.bursar.journal;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeInfo.Id;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.Map;

/**
 * What events and the parts of formulas are called in the journal. A name that was ever stored is
 * never changed and never given to anything else. The fields of records are called as in the
 * domain, in snake_case.
 */
final class StoredNames {

  /** The field that carries the name. */
  static final String TYPE = "t";

  private StoredNames() {}

  @JsonTypeInfo(use = Id.NAME, property = TYPE)
  @JsonSubTypes({
    @Type(name = "opened", value = WalletEvent.Opened.class),
    @Type(name = "grant_scheduled", value = WalletEvent.GrantScheduled.class),
    @Type(name = "granted", value = WalletEvent.Granted.class),
    @Type(name = "grant_expired", value = WalletEvent.GrantExpired.class),
    @Type(name = "grant_renewed", value = WalletEvent.GrantRenewed.class),
    @Type(name = "grant_voided", value = WalletEvent.GrantVoided.class),
    @Type(name = "grant_terms_changed", value = WalletEvent.GrantTermsChanged.class),
    @Type(name = "refunded", value = WalletEvent.Refunded.class),
    @Type(name = "adjusted", value = WalletEvent.Adjusted.class),
    @Type(name = "transferred_out", value = WalletEvent.TransferredOut.class),
    @Type(name = "transferred_in", value = WalletEvent.TransferredIn.class),
    @Type(name = "transfer_barred", value = WalletEvent.TransferBarred.class),
    @Type(name = "transfer_settled", value = WalletEvent.TransferSettled.class),
    @Type(name = "transfer_returned", value = WalletEvent.TransferReturned.class),
    @Type(name = "held", value = WalletEvent.CreditsHeld.class),
    @Type(name = "hold_extended", value = WalletEvent.HoldExtended.class),
    @Type(name = "committed", value = WalletEvent.Committed.class),
    @Type(name = "charged", value = WalletEvent.Charged.class),
    @Type(name = "usage_charged", value = WalletEvent.UsageCharged.class),
    @Type(name = "lease_settled", value = WalletEvent.LeaseSettled.class),
    @Type(name = "lease_revoked", value = WalletEvent.LeaseRevoked.class),
    @Type(name = "released", value = WalletEvent.Released.class),
    @Type(name = "hold_barred", value = WalletEvent.HoldBarred.class),
  })
  interface WalletNames {}

  @JsonTypeInfo(use = Id.NAME, property = TYPE)
  @JsonSubTypes({
    @Type(name = "held", value = TeamEvent.BudgetHeld.class),
    @Type(name = "settled", value = TeamEvent.BudgetSettled.class),
    @Type(name = "hold_barred", value = TeamEvent.BudgetBarred.class),
    @Type(name = "counting_started", value = TeamEvent.CountingStarted.class),
    @Type(name = "counted_before", value = TeamEvent.CountedBefore.class),
    @Type(name = "budget_forgotten", value = TeamEvent.BudgetForgotten.class),
  })
  interface TeamNames {}

  @JsonTypeInfo(use = Id.NAME, property = TYPE)
  @JsonSubTypes({
    @Type(name = "org_put", value = OrgEvent.OrgPut.class),
    @Type(name = "unit_put", value = OrgEvent.UnitPut.class),
    @Type(name = "unit_removed", value = OrgEvent.UnitRemoved.class),
    @Type(name = "user_put", value = OrgEvent.UserPut.class),
    @Type(name = "budget_drafted", value = OrgEvent.BudgetDrafted.class),
    @Type(name = "override_put", value = OrgEvent.OverridePut.class),
    @Type(name = "override_removed", value = OrgEvent.OverrideRemoved.class),
    @Type(name = "frozen", value = OrgEvent.Frozen.class),
    @Type(name = "unfrozen", value = OrgEvent.Unfrozen.class),
    @Type(name = "budget_put", value = OrgEvent.BudgetPut.class),
    @Type(name = "budget_removed", value = OrgEvent.BudgetRemoved.class),
    @Type(name = "wallet_put", value = OrgEvent.WalletPut.class),
    @Type(name = "plan_grants_settled", value = OrgEvent.PlanGrantsSettled.class),
    @Type(name = "plan_grant_told", value = OrgEvent.PlanGrantTold.class),
    @Type(name = "begun", value = OrgEvent.ReservationBegun.class),
    @Type(name = "taken_over", value = OrgEvent.ReservationTakenOver.class),
    @Type(name = "barred", value = OrgEvent.ReservationBarred.class),
    @Type(name = "denied", value = OrgEvent.ReservationDenied.class),
    @Type(name = "settled", value = OrgEvent.ReservationSettled.class),
  })
  interface OrgNames {}

  @JsonTypeInfo(use = Id.NAME, property = TYPE)
  @JsonSubTypes({
    @Type(name = "constant", value = Expression.Constant.class),
    @Type(name = "units", value = Expression.Units.class),
    @Type(name = "sum", value = Expression.Sum.class),
    @Type(name = "difference", value = Expression.Difference.class),
    @Type(name = "product", value = Expression.Product.class),
    @Type(name = "quotient", value = Expression.Quotient.class),
    @Type(name = "remainder", value = Expression.Remainder.class),
    @Type(name = "least", value = Expression.Least.class),
    @Type(name = "greatest", value = Expression.Greatest.class),
    @Type(name = "choice", value = Expression.Choice.class),
  })
  interface ExpressionNames {}

  @JsonTypeInfo(use = Id.NAME, property = TYPE)
  @JsonSubTypes({
    @Type(name = "always", value = Condition.Always.class),
    @Type(name = "comparison", value = Condition.Comparison.class),
    @Type(name = "both", value = Condition.Both.class),
    @Type(name = "either", value = Condition.Either.class),
    @Type(name = "not", value = Condition.Not.class),
  })
  interface ConditionNames {}

  /** The one map whose order is part of the state: the oldest is forgotten first. */
  interface TalliesOrder {
    @JsonFormat(without = JsonFormat.Feature.WRITE_SORTED_MAP_ENTRIES)
    Map<String, Tallies.Lapsed> lapsed();
  }
}
