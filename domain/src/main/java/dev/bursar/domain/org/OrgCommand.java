package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply.PlanGrantDone;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of an org. */
public sealed interface OrgCommand {

  /** Set the org's settings; creates the org if there is none. */
  record PutOrg(OrgSettings settings, String actor) implements OrgCommand {}

  /** Add a unit or change it. */
  record PutUnit(Unit unit, String actor) implements OrgCommand {}

  /** Remove a unit that nothing refers to. */
  record RemoveUnit(String unit, String actor) implements OrgCommand {}

  /** Add a user or change it. */
  record PutUser(User user, String actor) implements OrgCommand {}

  /**
   * Count for a budget that is about to be set; a budget that is there is left as it is.
   *
   * @param attempt names the attempt, unlike any other
   * @param put the identity under which it is to be set; of one that is on record nothing is
   *     counted
   */
  record DraftBudget(Budget budget, String attempt, String actor, Operation put)
      implements OrgCommand {}

  /** Say whether the budget could be set; changes nothing. */
  record CheckBudget(Budget budget) implements OrgCommand {}

  /** Tell where in the journal an attempt drafted a budget, if no later one has. */
  record ViewDraft(String budget, String attempt) implements OrgCommand {}

  /**
   * Add a budget or change it.
   *
   * @param counts what had been used before it was added, where the org itself counts it
   * @param draft where it was drafted, or {@link #THERE}; null where nothing was used before
   */
  record PutBudget(Budget budget, List<OpeningCount> counts, @Nullable Place draft, String actor)
      implements OrgCommand {

    /** Stands for a draft where the budget has to be there already. */
    public static final Place THERE = new Place(0, 0);

    /** A budget that is there already, or before which nothing was used. */
    public PutBudget(Budget budget, String actor) {
      this(budget, List.of(), null, actor);
    }
  }

  /**
   * Let other limits count for some time.
   *
   * @param byOperator whether who asks may change what the org's plan allows
   */
  record PutOverride(LimitOverride override, boolean byOperator, String actor)
      implements OrgCommand {}

  /**
   * Let the budgets' own limits count again.
   *
   * @param byOperator as when one is put
   */
  record RemoveOverride(String override, boolean byOperator, String actor) implements OrgCommand {}

  /** Deny everything for a scope. */
  record FreezeScope(Freeze freeze, String actor) implements OrgCommand {}

  /** Lift a freeze. */
  record UnfreezeScope(Scope scope, String actor) implements OrgCommand {}

  /** Tell the overrides and freezes. */
  record ListOverrides() implements OrgCommand {}

  /** Remove a budget. */
  record RemoveBudget(String budget, String actor) implements OrgCommand {}

  /** Take note of a wallet and its owner. */
  record PutWallet(String wallet, WalletOwner owner, String actor) implements OrgCommand {}

  /** Notice what has changed; nothing else. */
  record Wake() implements OrgCommand {}

  /** Tell which changes of what its plan and add-ons grant its wallet has yet to be told. */
  record ListPlanGrants() implements OrgCommand {}

  /** The wallet has these changes; of those of which that is known nothing happens. */
  record SettlePlanGrants(List<PlanGrantDone> changes) implements OrgCommand {}

  /**
   * Decide the org's part of a reservation.
   *
   * @param key names the reservation: the idempotency key, or a random one where none was sent
   * @param idempotencyKey the client's key, or null
   * @param salt 16 random bytes
   * @param lookedUpThrough of a report, the row of the org's journal up to which it is known not to
   *     be on record; what came after, the org has to remember itself. 0 for no row
   * @param walletToldThrough the number of the last change of what plan and add-ons grant that the
   *     wallet is known to have answered to; 0 if nothing is known
   */
  record Reserve(
      ReserveRequest request,
      String key,
      String actor,
      @Nullable String idempotencyKey,
      byte[] salt,
      long lookedUpThrough,
      long walletToldThrough)
      implements OrgCommand {

    /** What somebody asks for, with bytes that make each attempt's reservation another. */
    public static Reserve by(Caller caller, ReserveRequest request, byte[] salt) {
      return new Reserve(
          request,
          caller.key(),
          caller.actor(),
          caller.idempotencyKey(),
          salt,
          caller.lookedUpThrough());
    }

    /** Of which nothing is known of the wallet. */
    public Reserve(
        ReserveRequest request,
        String key,
        String actor,
        @Nullable String idempotencyKey,
        byte[] salt,
        long lookedUpThrough) {
      this(request, key, actor, idempotencyKey, salt, lookedUpThrough, 0);
    }

    /** Of what was looked up nowhere. */
    public Reserve(
        ReserveRequest request,
        String key,
        String actor,
        @Nullable String idempotencyKey,
        byte[] salt) {
      this(request, key, actor, idempotencyKey, salt, 0);
    }

    /** The same, once the wallet has answered to all changes up to this one. */
    public Reserve walletToldThrough(long number) {
      return new Reserve(request, key, actor, idempotencyKey, salt, lookedUpThrough, number);
    }

    /**
     * The same, with an overage policy if the request names none. What has run already can't be
     * refused: it is recorded, unless whoever reports it has asked for something else.
     */
    Reserve withDefault(OveragePolicy policy) {
      boolean tooLate = request.hasRun() && policy == OveragePolicy.REJECT;
      ReserveRequest complete = request.withDefault(tooLate ? OveragePolicy.RECORD : policy);
      return complete == request
          ? this
          : new Reserve(
              complete, key, actor, idempotencyKey, salt, lookedUpThrough, walletToldThrough);
    }
  }

  /**
   * Put a denial on record, with all that stood in the way.
   *
   * @param begunAndTakenOver of one that was begun, how often it had been taken over when whoever
   *     asks took it over: if it has ended, or was taken over since, it is not denied. Below 0 for
   *     one that was not begun
   */
  record Deny(Plan plan, List<Denial> denials, @Nullable Operation operation, int begunAndTakenOver)
      implements OrgCommand {

    /** Stands for one that was not begun. */
    public static final int NOT_BEGUN = -1;
  }

  /** Make sure that this reservation is open, or tell what else is known of it. */
  record TakeOver(String reservation) implements OrgCommand {}

  /** Bar this reservation, if nothing is known of it; else tell what is. */
  record Bar(String reservation) implements OrgCommand {}

  /** The reservation has ended; nothing happens if it is not open. */
  record Settle(Closure closure) implements OrgCommand {}

  /** Tell the settings. */
  record ViewOrg() implements OrgCommand {}

  /**
   * Tell what it may use.
   *
   * @param features these; empty means all that its plan and the catalog have
   */
  record ViewEntitlements(List<String> features) implements OrgCommand {}

  /** Tell the units. */
  record ListUnits() implements OrgCommand {}

  /** Tell the users: up to {@code limit} after the user {@code after}, by name. */
  record ListUsers(@Nullable String after, int limit) implements OrgCommand {}

  /** Tell one user. */
  record ViewUser(String user) implements OrgCommand {}

  /** Tell the budgets: up to {@code limit} after the budget {@code after}, by name. */
  record ListBudgets(@Nullable String after, int limit) implements OrgCommand {}

  /**
   * Tell one budget, with the figures that the org itself counts.
   *
   * @param user whose figures are meant, where the budget is a default; null for nobody's
   */
  record ViewBudget(String budget, @Nullable String user) implements OrgCommand {}

  /** Tell the wallets. */
  record ListWallets() implements OrgCommand {}

  /** Tell what was decided of a reservation that never came to its wallet. */
  record FindReservation(String reservation) implements OrgCommand {}

  /** Tell what was decided at a place in the journal. */
  record ViewDecision(Place place) implements OrgCommand {}

  /** Tell which reservations are open, once the journal is seen to have nothing newer. */
  record ListOpen() implements OrgCommand {}

  /**
   * Tell which leases are out: those from which somebody may still decide; once the journal is seen
   * to have nothing newer.
   */
  record ListLeases() implements OrgCommand {}
}
