package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.StoredBatch;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes every row that comes into the journal to the naive models, which say what can't be. */
final class Rows implements SimulatedJournal.Listener {

  private final World world;
  private final Watch watch;
  private final Map<EntityId, Invariants> ledgers = new HashMap<>();

  Rows(World world, Watch watch) {
    this.world = world;
    this.watch = watch;
  }

  @Override
  public void appended(EntityId id, long sequence, StoredBatch row, String writer) {
    switch (id.kind()) {
      case ORG -> org(id, sequence, row, writer);
      case TEAM -> team(id, sequence, row, writer);
      case WALLET -> wallet(id, sequence, row, writer);
    }
  }

  private void org(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadows.Shadow<OrgCommand, OrgEvent, OrgReply, ?> shadow =
        watch.shadows.of(id, world.models.orgs());
    for (Recorded<OrgEvent> each : shadow.take(sequence, row, writer)) {
      watch.oneMore();
      shadow.has(sequence, each);
      if (each.event() instanceof OrgEvent.ReservationDenied it) {
        watch.denies(id, it.plan().reservation());
      }
      watch.org(id).sees(each.event());
      watch.org(id).budgets.take(each.event(), sequence, watch.moment());
      watch.org(id).entitlements.take(each.event(), watch.moment());
      watch.org(id).listing.take(each.event(), watch.moment());
      watch.plans.org(id, each.event());
      Operation operation =
          each.event() instanceof OrgEvent.ReservationDenied it ? it.operation() : each.operation();
      boolean remembers = operation != null && watch.memories.remembers(id, operation);
      watch.memories.org(id, each, reportEnded(each.event()));
      shadow.mayComeAgain(org(id, each.event(), sequence, remembers));
    }
    countsLike(id);
  }

  /** The report that an event of an org is the end of; null if it is of none. */
  private @Nullable Operation reportEnded(OrgEvent event) {
    Plan plan =
        switch (event) {
          case OrgEvent.ReservationDenied it -> it.plan();
          case OrgEvent.ReservationSettled it -> watch.begun(it.closure().reservation());
          case OrgEvent other -> null;
        };
    Reported reported = plan == null ? null : plan.request().reported();
    return reported == null ? null : Operation.ofReport(reported);
  }

  /**
   * @param remembers whether the org knew that it had done something under the same key
   * @return the report that may come again, since it came to nothing; null for all else
   */
  private @Nullable Operation org(EntityId id, OrgEvent event, long sequence, boolean remembers) {
    NaiveLimits counted = watch.limits(id);
    return switch (event) {
      case OrgEvent.ReservationBegun it -> {
        Plan plan = it.plan();
        watch.begins(plan);
        Reported reported = plan.request().reported();
        if (reported == null) {
          watch.org(id).begin(plan, it.at());
        } else {
          watch.org(id).count(plan, it.at());
          watch.reports.begins(id.org(), reported, plan.reservation());
        }
        watch.isAsked(plan);
        yield null;
      }
      case OrgEvent.ReservationSettled it -> {
        endedLike(id, it.closure());
        counted.settle(it.closure(), it.at(), it.alerts());
        watch.org(id).settled(it.closure());
        if (it.closure().kind().hasRun()) {
          watch.reports.onRecord(id.org(), it.closure().reservation(), sequence);
          yield null;
        }
        yield watch.reports.endsUncharged(id.org(), it.closure().reservation());
      }
      case OrgEvent.ReservationDenied it -> {
        String reservation = it.plan().reservation();
        watch.isAsked(it.plan());
        watch.promises.deniedByOrg(reservation, id, it.plan().request().lease() != null, remembers);
        counted.giveBack(reservation);
        yield watch.reports.endsUncharged(id.org(), reservation);
      }
      case OrgEvent.BudgetPut it -> {
        started(id, id, it.budget().id(), it.budget().since());
        yield null;
      }
      case OrgEvent.BudgetRemoved it -> {
        counted.forget(it.budget(), null);
        yield null;
      }
      case OrgEvent.ReservationTakenOver it -> {
        watch.saw(Rarity.RESERVATION_TAKEN_OVER);
        yield null;
      }
      case OrgEvent.ReservationBarred it -> {
        watch.withdraws(it.reservation());
        watch.promises.barredByOrg(it.reservation(), id);
        yield null;
      }
      case OrgEvent other -> null;
    };
  }

  /** A budget has been counted for since it was drafted: by the org, or a team of it. */
  private void started(EntityId org, EntityId by, String budget, @Nullable Long since) {
    NaiveBudgets.Drafted draft = watch.org(org).budgets.drafted(budget, since);
    NaiveLimits counted = watch.limits(by);
    Budget now = watch.org(org).budgets.budget(budget, watch.moment());
    // What was overtaken or removed meanwhile is never set: what is counted for it denies nothing.
    if (draft != null
        && now != null
        && Objects.equals(now.since(), since)
        && draft.budget().scope().countedByTeam() != org.equals(by)
        && !counted.starts.isStarted(budget, since)) {
      counted.starts.start(draft, watch.org(org).facts(draft.budget()), watch.limits(org).starts);
    }
  }

  /** The counters that an org or a team keeps itself stand where its events leave them. */
  private void countsLike(EntityId id) {
    Tallies own = watch.shadows.tallies(id);
    if (own != null) {
      watch.limits(id).expectLike(own);
    }
  }

  /** What org and team settle has ended so in its wallet, and has charged as much there. */
  private void endedLike(EntityId by, Closure closure) {
    ReservationId id = ReservationId.parse(closure.reservation());
    NaiveWallet wallet = id == null ? null : watch.wallet(EntityId.wallet(id.org(), id.wallet()));
    Fate fate = wallet == null ? null : wallet.fates.get(closure.reservation());
    boolean same =
        switch (closure.kind()) {
          case COMMITTED -> fate == Fate.COMMITTED;
          // What was reported late was never held, and so has not expired either.
          case LATE ->
              fate == (watch.reports.hasRun(closure.reservation()) ? Fate.COMMITTED : Fate.LATE);
          case EXPIRED -> fate == Fate.EXPIRED || fate == Fate.LATE;
          case ADDED -> fate == Fate.RELEASED;
          // It may have ended since.
          case SHRUNK -> fate != null && fate != Fate.BARRED;
          case ENDED -> fate == Fate.RELEASED || fate == Fate.CANCELLED || fate == Fate.BARRED;
        };
    watch.expect(same, "I11", "%s settles %s, which is %s in its wallet", by, closure, fate);
    watch.expect(
        wallet == null || wallet.isOfLeaseAsTold(closure),
        "I3",
        "%s settles %s, and its wallet has another lease, or drew another part of it",
        by,
        closure);
    watch.expect(
        wallet == null
            || !closure.kind().hasRun()
            || NaiveWallet.micros(closure.charged().micros())
                .equals(wallet.charged.get(closure.reservation())),
        "I11",
        "%s settles %s, and its wallet has charged %s",
        by,
        closure,
        wallet == null ? null : wallet.charged.get(closure.reservation()));
  }

  private void team(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadows.Shadow<TeamCommand, TeamEvent, TeamReply, ?> shadow =
        watch.shadows.of(id, world.models.teams());
    NaiveLimits counted = watch.limits(id);
    NaiveOrg org = watch.org(EntityId.org(id.org()));
    for (Recorded<TeamEvent> each : shadow.take(sequence, row, writer)) {
      watch.oneMore();
      shadow.has(sequence, each);
      boolean remembers =
          each.event() instanceof TeamEvent.BudgetBarred it
              && watch.memories.remembersHold(id, it.reservation());
      watch.memories.team(id, each);
      switch (each.event()) {
        case TeamEvent.BudgetHeld it when watch.reports.hasRun(it.reservation()) ->
            org.countedByTeam(it, counted);
        case TeamEvent.BudgetHeld it -> org.heldByTeam(it, counted);
        case TeamEvent.BudgetSettled it -> {
          endedLike(id, it.closure());
          counted.settle(it.closure(), it.at(), it.alerts());
        }
        case TeamEvent.BudgetBarred it -> barredByTeam(id, it, counted, remembers);
        case TeamEvent.CountingStarted it ->
            it.open()
                .forEach(
                    part ->
                        counted.adopt(
                            part.reservation(),
                            new NaiveQuantities(
                                NaiveWallet.micros(part.amount()),
                                part.usage().containsKey(Quantities.OPEN_RESERVATIONS)
                                    ? part.usage()
                                    : null)));
        case TeamEvent.CountedBefore it ->
            started(EntityId.org(id.org()), id, it.budget(), it.since());
        case TeamEvent.BudgetForgotten it -> counted.forget(it.budget(), it.through());
        case TeamEvent other -> {}
      }
    }
    countsLike(id);
  }

  /**
   * What has ended there, and is not remembered any more, may be barred: that changes nothing.
   *
   * @param remembers whether the team knew what it had done of it
   */
  private void barredByTeam(
      EntityId id, TeamEvent.BudgetBarred event, NaiveLimits counted, boolean remembers) {
    String reservation = event.reservation();
    boolean open = counted.isOpen(reservation);
    if (!open && counted.hasHeld(reservation) && !remembers) {
      watch.saw(Rarity.TEAM_BARRED_WHAT_IT_HAD_FORGOTTEN);
      watch.forgotByTeam(reservation);
      return;
    }
    watch.bars(id, reservation);
    watch.promises.takenBack(reservation, id, "barred");
    watch.saw(open ? Rarity.TEAM_HOLD_TAKEN_BACK : Rarity.TEAM_HOLD_BARRED_BEFORE_IT_CAME);
    counted.giveBack(reservation);
  }

  /**
   * Whether another node owns it by now: who wrote the row may tell nobody any more, and who is to
   * tell in its place need not know of it.
   */
  private boolean isReplaced(EntityId id, String writer) {
    return !writer.startsWith(world.cluster.owner(id.org()).name);
  }

  private void wallet(EntityId id, long sequence, StoredBatch row, String writer) {
    Shadows.Shadow<WalletCommand, WalletEvent, WalletReply, ?> shadow =
        watch.shadows.of(id, world.models.wallets());
    Invariants ledger = ledgers.computeIfAbsent(id, i -> new Invariants(i.org(), i.name()));
    for (Recorded<WalletEvent> each : shadow.take(sequence, row, writer)) {
      watch.oneMore();
      shadow.has(sequence, each);
      watch.memories.wallet(id, each);
      watch.plans.wallet(id, each.event());
      watch.wallet(id).take(each.event());
      switch (each.event()) {
        case WalletEvent.UsageCharged it ->
            watch.reports.charges(id.org(), it.reported(), it.reservation());
        case WalletEvent.Committed it when it.late() ->
            watch.limits.forEach(
                (counter, limits) -> {
                  if (EntityId.parse(counter).org().equals(id.org())) {
                    limits.starts.lateComes(it.reservation(), it.at(), isReplaced(id, writer));
                  }
                });
        case WalletEvent.Released it when it.cause() == WalletEvent.Cause.CANCELLED -> {
          watch.withdraws(it.reservation());
          watch.promises.takenBack(it.reservation(), id, "cancelled");
        }
        case WalletEvent.HoldBarred it -> {
          watch.withdraws(it.reservation());
          watch.promises.takenBack(it.reservation(), id, "barred");
        }
        case WalletEvent other -> {}
      }
      Transaction transaction = each.event().transaction();
      if (transaction != null) {
        LedgerEntry.of(id.org(), id.name(), transaction).forEach(ledger::read);
      }
    }
    watch.plans.rowWritten(id);
    watch.shadows.audit(id, ledger);
  }
}
