package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.AndThen;
import dev.bursar.domain.operation.Decision.Found;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.wallet.WalletReply.PlanGrantDone;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An org and its rules together, as an entity needs them. */
public final class OrgAggregate implements Aggregate<OrgCommand, OrgEvent, OrgReply> {

  private static final OrgReply DONE = new OrgReply.Done();

  private static final Duration WALLET_TOLD_WITHIN = Duration.ofMinutes(1);

  private final Org org;
  private final Catalogs catalogs;
  private final HierarchyRules hierarchy;
  private final ReservationRules reservations;
  private final BudgetRules budgets;
  private final PlanRules plans;
  private final SettingsRules settingsRules;

  /** The last that was asked for: it is the same until settings or catalog change. */
  private @Nullable Subscription subscription;

  /** By what it was looked last whether plan and add-ons grant something else than was given. */
  private @Nullable OrgSettings reviewed;

  private @Nullable Catalog reviewedBy;

  /**
   * @param org the state
   * @param catalogs what things cost
   */
  public OrgAggregate(Org org, Catalogs catalogs) {
    this.org = org;
    this.catalogs = catalogs;
    this.hierarchy = new HierarchyRules(org);
    this.reservations = new ReservationRules(org);
    this.budgets = new BudgetRules(org, hierarchy, reservations);
    this.plans = new PlanRules(org);
    this.settingsRules = new SettingsRules(org);
  }

  public Org org() {
    return org;
  }

  @Override
  public Decision<OrgEvent, OrgReply> decide(OrgCommand command, Instant now) {
    return decide(command, now, now);
  }

  @Override
  public Decision<OrgEvent, OrgReply> decide(OrgCommand command, Instant now, Instant clock) {
    OrgSettings settings = org.settings();
    if (settings == null) {
      return switch (command) {
        case OrgCommand.PutOrg put -> settingsRules.put(put, now, byCatalogs(now));
        case OrgCommand.Reserve reserve -> reservations.unknownOrg(reserve);
        case OrgCommand.Settle settle -> new Told<>(DONE);
        case OrgCommand.ListOpen list -> new Unchanged<>(new OrgReply.Open(List.of(), Map.of()));
        case OrgCommand.ListPlanGrants list -> new Unchanged<>(new OrgReply.PlanGrants(List.of()));
        case OrgCommand.Wake wake -> new Unchanged<>(new OrgReply.Woken(null));
        case OrgCommand.RemoveUnit remove -> new Absent<>(unknownOrg());
        case OrgCommand.RemoveBudget remove -> new Absent<>(unknownOrg());
        case OrgCommand.RemoveOverride remove -> new Absent<>(unknownOrg());
        case OrgCommand.UnfreezeScope unfreeze -> new Absent<>(unknownOrg());
        case OrgCommand other -> new Refused<>(unknownOrg());
      };
    }
    return switch (command) {
      case OrgCommand.PutOrg put ->
          put.settings().equals(settings)
              ? new Unchanged<>(DONE)
              : settingsRules.put(put, now, byCatalogs(now));
      case OrgCommand.PutUnit put -> hierarchy.put(put, now);
      case OrgCommand.RemoveUnit remove -> hierarchy.remove(remove, now);
      case OrgCommand.PutUser put -> hierarchy.put(put, now);
      case OrgCommand.CheckBudget check ->
          byCatalog(now, catalog -> budgets.check(check.budget(), catalog));
      case OrgCommand.DraftBudget draft ->
          byCatalog(now, catalog -> budgets.draft(draft, catalog, now));
      case OrgCommand.ViewDraft view -> {
        Draft draft = org.draft(view.budget());
        yield draft == null || !draft.attempt().equals(view.attempt())
            ? new Refused<>(Refusal.overtaken())
            : new Told<>(new OrgReply.DraftPlace(draft.place()));
      }
      case OrgCommand.PutBudget put -> byCatalog(now, catalog -> budgets.put(put, catalog, now));
      case OrgCommand.PutOverride put ->
          byCatalog(now, catalog -> budgets.put(put, subscription(catalog).limits(), now));
      case OrgCommand.RemoveOverride remove -> budgets.remove(remove, now);
      case OrgCommand.FreezeScope freeze -> budgets.freeze(freeze, now);
      case OrgCommand.UnfreezeScope unfreeze -> budgets.unfreeze(unfreeze, now);
      case OrgCommand.ListOverrides list ->
          new Told<>(
              new OrgReply.OverrideList(
                  List.copyOf(org.overrides().all()), List.copyOf(org.overrides().freezes())));
      case OrgCommand.ViewDecision view -> new Found<>(view.place());
      case OrgCommand.RemoveBudget remove ->
          org.budgets().get(remove.budget()) == null && org.draft(remove.budget()) == null
              ? new Absent<>(unknownBudget(remove.budget()))
              : new Accepted<>(new OrgEvent.BudgetRemoved(now, remove.budget(), remove.actor()));
      case OrgCommand.PutWallet put -> putWallet(put, now);
      // Another incarnation may have gone on: what it has yet to tell the wallet is not to be lost.
      case OrgCommand.Wake wake ->
          new Unchanged<>(
              new OrgReply.Woken(
                  org.planGrants().untold().isEmpty() ? null : now.plus(WALLET_TOLD_WITHIN)));
      case OrgCommand.ListPlanGrants list ->
          new Unchanged<>(new OrgReply.PlanGrants(List.copyOf(org.planGrants().untold())));
      case OrgCommand.SettlePlanGrants it -> settle(it.changes().iterator(), now);
      case OrgCommand.Reserve reserve ->
          byCatalog(now, catalog -> reserve(reserve, catalog, settings, now, clock));
      case OrgCommand.TakeOver over ->
          org.open().containsKey(over.reservation())
              ? new Accepted<>(
                  new OrgEvent.ReservationTakenOver(
                      now, over.reservation(), org.timesTakenOver(over.reservation()) + 1))
              : find(over.reservation());
      case OrgCommand.Bar bar -> {
        Decision<OrgEvent, OrgReply> known = find(bar.reservation());
        yield known instanceof Refused<OrgEvent, OrgReply>
            ? new Accepted<>(new OrgEvent.ReservationBarred(now, bar.reservation()))
            : known;
      }
      case OrgCommand.Deny deny -> deny(deny, now);
      case OrgCommand.Settle settle ->
          org.tallies().concerns(settle.closure())
              ? new Accepted<>(
                  new OrgEvent.ReservationSettled(
                      now, settle.closure(), org.tallies().alerts(settle.closure())))
              : new Told<>(DONE);
      case OrgCommand.ViewOrg view -> new Told<>(new OrgReply.Settings(settings));
      case OrgCommand.ViewEntitlements view ->
          byCatalog(now, catalog -> new Told<>(entitled(view, catalog, now)));
      case OrgCommand.ListUnits list ->
          new Told<>(new OrgReply.Units(List.copyOf(org.units().values())));
      case OrgCommand.ListUsers list ->
          new Told<>(page(org.users(), list.after(), list.limit(), OrgReply.Users::new));
      case OrgCommand.ViewUser view -> {
        User user = org.users().get(view.user());
        yield user == null
            ? new Refused<>(
                new Refusal(Code.NOT_FOUND, "user", "the org has no user named " + view.user()))
            : new Told<>(new OrgReply.OneUser(user));
      }
      case OrgCommand.ListBudgets list -> new Told<>(budgets(list));
      case OrgCommand.ViewBudget view -> {
        var budget = org.budgets().get(view.budget());
        yield budget == null
            ? new Refused<>(unknownBudget(view.budget()))
            : new Told<>(new OrgReply.OneBudget(reservations.view(budget, view.user(), now)));
      }
      case OrgCommand.ListWallets list ->
          new Told<>(new OrgReply.Wallets(new TreeMap<>(org.wallets())));
      case OrgCommand.FindReservation find -> find(find.reservation());
      case OrgCommand.ListOpen list ->
          new Unchanged<>(
              new OrgReply.Open(List.copyOf(org.open().values()), org.tallies().lapsed()));
      case OrgCommand.ListLeases list ->
          new Unchanged<>(new OrgReply.Leased(new LeaseRules(org).out(now), now));
    };
  }

  /** Decides by the catalog that counts from before to after; by none while that is not known. */
  private Decision<OrgEvent, OrgReply> byCatalog(
      Instant now, Function<Catalog, Decision<OrgEvent, OrgReply>> rule) {
    OrgSettings settings = org.settings();
    return byCatalog(settings == null ? null : settings.catalogVersion(), now, rule);
  }

  private Decision<OrgEvent, OrgReply> byCatalog(
      @Nullable Integer pinned, Instant now, Function<Catalog, Decision<OrgEvent, OrgReply>> rule) {
    Catalog catalog = catalogs.of(org.id(), pinned, now);
    while (catalog != null) {
      Decision<OrgEvent, OrgReply> decision = rule.apply(catalog);
      Catalog since = catalogs.of(org.id(), pinned, now);
      if (since == catalog) {
        return decision;
      }
      catalog = since;
    }
    return new Refused<>(Refusal.catalogUnknown());
  }

  private SettingsRules.ByCatalog byCatalogs(Instant now) {
    return (pinned, rule) -> byCatalog(pinned, now, rule);
  }

  private Decision<OrgEvent, OrgReply> reserve(
      OrgCommand.Reserve ask, Catalog catalog, OrgSettings settings, Instant now, Instant clock) {
    if (isWalletBehind(ask, catalog, settings)) {
      return new Told<>(new OrgReply.WalletBehind(List.copyOf(org.planGrants().untold())));
    }
    Integer versionOfLease = reservations.versionOfLease(ask.request());
    Catalog ofLease = versionOfLease == null ? null : catalogs.of(org.id(), versionOfLease, now);
    if (versionOfLease != null && ofLease == null) {
      return new Refused<>(Refusal.catalogUnknown());
    }
    Subscription subscribed = subscription(catalog);
    return reservations.decide(
        ask.withDefault(subscribed.overagePolicy()),
        catalog,
        ofLease,
        ask.request().isLease() ? catalogs.version(org.id(), settings.catalogVersion(), now) : null,
        subscribed,
        now,
        clock);
  }

  /**
   * Whether it would be decided by settings and a catalog whose grants the wallet does not have: it
   * has not been looked what they change, or the wallet has not answered to that.
   */
  private boolean isWalletBehind(OrgCommand.Reserve ask, Catalog catalog, OrgSettings settings) {
    boolean told = org.planGrants().lastUntold() <= ask.walletToldThrough();
    boolean looked = (settings == reviewed && catalog == reviewedBy) || !mayGrant(settings);
    return !(told && looked) && org.payer(ask.request()).equals(ReserveRequest.MAIN_WALLET);
  }

  /** Whether plan and add-ons may have to give something, or to take something back. */
  private boolean mayGrant(OrgSettings settings) {
    return (settings.plan() != null || !org.planGrants().areNone())
        && org.wallets().containsKey(ReserveRequest.MAIN_WALLET);
  }

  private Decision<OrgEvent, OrgReply> settle(Iterator<PlanGrantDone> left, Instant now) {
    while (left.hasNext()) {
      PlanGrantDone done = left.next();
      if (org.planGrants().isUntold(done.number())) {
        return new AndThen<>(
            new OrgEvent.PlanGrantTold(now, done.number(), done.grant(), done.over()),
            () -> settle(left, now));
      }
    }
    return new Told<>(DONE);
  }

  private Subscription subscription(Catalog catalog) {
    Subscription last = subscription;
    OrgSettings settings = org.settings();
    if (settings == null) {
      throw new IllegalStateException("there is no such org");
    }
    if (last == null || !last.isOf(settings, catalog)) {
      last = new Subscription(settings, catalog);
      subscription = last;
    }
    return last;
  }

  private OrgReply entitled(OrgCommand.ViewEntitlements view, Catalog catalog, Instant now) {
    Subscription subscribed = subscription(catalog);
    Collection<String> features = view.features();
    if (features.isEmpty()) {
      features = new TreeSet<>(catalog.features().keySet());
    }
    return new OrgReply.Entitled(
        Objects.requireNonNull(org.settings()),
        subscribed.status(now),
        subscribed.failMode(),
        reservations.frozen(now),
        features.stream()
            .map(feature -> reservations.entitlement(feature, catalog, subscribed, now))
            .toList());
  }

  /** A denial is put on record once, however often that is asked. */
  private Decision<OrgEvent, OrgReply> deny(OrgCommand.Deny deny, Instant now) {
    Place recorded = org.placeOf(deny.plan().reservation());
    if (recorded == null && deny.operation() != null && deny.begunAndTakenOver() < 0) {
      // Another attempt of the same request may have come to an end meanwhile.
      recorded = org.placeOf(deny.operation());
    }
    String reservation = deny.plan().reservation();
    if (recorded != null) {
      return new Found<>(recorded);
    }
    // Whoever has not begun it may have come too late: its key may be forgotten, and it is open.
    boolean driven =
        deny.begunAndTakenOver() < 0
            ? !org.open().containsKey(reservation)
            : org.open().containsKey(reservation)
                && org.timesTakenOver(reservation) == deny.begunAndTakenOver();
    return driven
        ? new Accepted<>(
            new OrgEvent.ReservationDenied(now, deny.plan(), deny.denials(), deny.operation()))
        : new Refused<>(
            new Refusal(
                Code.RESERVATION_FINALIZED,
                "reservation",
                "the reservation has ended, or somebody else has taken it over"));
  }

  private Refusal unknownOrg() {
    return new Refusal(Code.ORG_NOT_FOUND, "org", "there is no org named " + org.id());
  }

  private static Refusal unknownBudget(String budget) {
    return new Refusal(Code.BUDGET_NOT_FOUND, "budget", "the org has no budget named " + budget);
  }

  private Decision<OrgEvent, OrgReply> putWallet(OrgCommand.PutWallet put, Instant now) {
    var before = org.wallets().get(put.wallet());
    if (put.owner().equals(before)) {
      return new Unchanged<>(DONE);
    }
    if (before != null) {
      return new Refused<>(
          new Refusal(Code.OWNER_FIXED, "owner", "a wallet's owner can't be changed"));
    }
    String team = put.owner().team();
    Refusal fault = team == null ? null : hierarchy.fault("owner.id", team, Unit.Kind.TEAM);
    if (fault == null && org.walletOfTeam(team) != null) {
      fault =
          new Refusal(
              Code.OWNER_FIXED,
              "owner",
              "the team already owns the wallet " + org.walletOfTeam(team));
    }
    return fault != null
        ? new Refused<>(fault)
        : new Accepted<>(new OrgEvent.WalletPut(now, put.wallet(), put.owner(), put.actor()));
  }

  private OrgReply budgets(OrgCommand.ListBudgets list) {
    TreeMap<String, Budget> byName = new TreeMap<>();
    org.budgets().all().forEach(budget -> byName.put(budget.id(), budget));
    return page(byName, list.after(), list.limit(), OrgReply.BudgetPage::new);
  }

  private interface Page<T> {
    OrgReply of(List<T> rows, boolean hasMore);
  }

  private static <T> OrgReply page(
      NavigableMap<String, T> all, @Nullable String after, int limit, Page<T> page) {
    NavigableMap<String, T> rest = after == null ? all : all.tailMap(after, false);
    List<T> rows = rest.values().stream().limit(limit).toList();
    return page.of(rows, rest.size() > rows.size());
  }

  private Decision<OrgEvent, OrgReply> find(String reservation) {
    var plan = org.open().get(reservation);
    if (plan != null) {
      return new Told<>(new OrgReply.Begun(plan));
    }
    Place place = org.placeOf(reservation);
    return place == null
        ? new Refused<>(
            new Refusal(
                Code.RESERVATION_NOT_FOUND,
                "reservation",
                "there is no reservation " + reservation))
        : new Found<>(place);
  }

  /**
   * Whenever it is asked for something, an org notices first that its plan, its add-ons or its
   * catalog have changed, and with them what they grant; as soon as it has the wallet for it.
   */
  @Override
  public @Nullable OrgEvent due(Instant now) {
    OrgSettings settings = org.settings();
    if (settings == null || !mayGrant(settings)) {
      return null;
    }
    Catalog catalog = catalogs.of(org.id(), settings.catalogVersion(), now);
    if (catalog == null || (settings == reviewed && catalog == reviewedBy)) {
      return null;
    }
    OrgEvent change = plans.review(settings, catalog, now);
    if (catalogs.of(org.id(), settings.catalogVersion(), now) != catalog) {
      return null;
    }
    if (change == null) {
      reviewed = settings;
      reviewedBy = catalog;
    }
    return change;
  }

  @Override
  public void evolve(OrgEvent event, Place place) {
    org.apply(event, place);
    // What was given since is not what it was reviewed with, though the same may count again.
    if (event instanceof OrgEvent.PlanGrantsSettled
        || (event instanceof OrgEvent.PlanGrantTold told && told.over())) {
      reviewed = null;
    }
  }

  @Override
  public OrgReply reply(OrgEvent event) {
    return switch (event) {
      case OrgEvent.ReservationBegun begun -> new OrgReply.Begun(begun.plan());
      case OrgEvent.ReservationDenied denied ->
          new OrgReply.Denied(denied.plan(), denied.denials());
      case OrgEvent.OrgPut e -> DONE;
      case OrgEvent.UnitPut e -> DONE;
      case OrgEvent.UnitRemoved e -> DONE;
      case OrgEvent.UserPut e -> DONE;
      case OrgEvent.BudgetDrafted e -> new OrgReply.Drafted(e.at(), e.open());
      case OrgEvent.BudgetPut e -> DONE;
      case OrgEvent.OverridePut e -> DONE;
      case OrgEvent.OverrideRemoved e -> DONE;
      case OrgEvent.Frozen e -> DONE;
      case OrgEvent.Unfrozen e -> DONE;
      case OrgEvent.BudgetRemoved e -> DONE;
      case OrgEvent.WalletPut e -> DONE;
      case OrgEvent.PlanGrantsSettled e -> DONE;
      case OrgEvent.PlanGrantTold e -> DONE;
      case OrgEvent.ReservationTakenOver e -> new OrgReply.TakenOver(e.times());
      case OrgEvent.ReservationBarred e -> new OrgReply.Barred();
      case OrgEvent.ReservationSettled e -> new OrgReply.Settled();
    };
  }

  @Override
  public Instant lastAt() {
    return org.lastAt();
  }

  /** What its wallet has not been told after a minute wants looking after: who tells may stop. */
  @Override
  public @Nullable Instant nextDue() {
    return org.planGrants().untold().isEmpty() ? null : org.lastAt().plus(WALLET_TOLD_WITHIN);
  }
}
