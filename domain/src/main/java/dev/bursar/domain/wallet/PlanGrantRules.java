package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Unchanged;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Grants that come with the org's plan and add-ons. The org tells of each change until the wallet
 * has it; whoever repeats one changes nothing. What is given is known by its name, which it keeps
 * for ever, what is changed by the number of the change.
 */
final class PlanGrantRules {

  private final Wallet wallet;
  private final GrantRules grants;

  PlanGrantRules(Wallet wallet, GrantRules grants) {
    this.wallet = wallet;
    this.grants = grants;
  }

  private Attribution attribution() {
    return Attribution.byItself("plan", wallet.org(), Map.of(), null);
  }

  private static Decision<WalletEvent, WalletReply> done() {
    return new Unchanged<>(new WalletReply.PlanGrantChanged(false));
  }

  /**
   * What would be over by now is not given any more. All else is, however many grants there are: an
   * org is not to go without what it pays for.
   */
  Decision<WalletEvent, WalletReply> give(WalletCommand.GivePlanGrant give, Instant now) {
    Grant asked = give.grant();
    if (grants.isKnown(asked.id())) {
      Grant known =
          wallet.grants().containsKey(asked.id())
              ? wallet.grant(asked.id()).grant
              : wallet.scheduledGrant(asked.id()).grant();
      return known.category() == Grant.Category.PLAN && known.source().equals(asked.source())
          ? done()
          : new Refused<>(GrantRules.exists(asked.id()));
    }
    if (asked.isOverAt(now)) {
      return done();
    }
    Grant grant = GrantRules.completed(asked, give.recurrence(), now);
    Recurrence recurrence = grant.recurrence();
    if (recurrence == null || now.isBefore(recurrence.nextAfter(asked.effectiveAt()))) {
      grant = with(grant, give.first(), recurrence, grant.expiresAt());
    }
    wallet.requireRoom(grant.creditType(), grant.amount());
    return new Accepted<>(
        grant.effectiveAt().isAfter(now)
            ? new WalletEvent.GrantScheduled(now, grant, attribution())
            : grants.started(grant, attribution(), now));
  }

  private static Grant with(
      Grant g, Credits amount, @Nullable Recurrence recurrence, @Nullable Instant expiresAt) {
    return GrantRules.like(
        g, g.id(), amount, g.costBasis(), recurrence, g.effectiveAt(), expiresAt, g.createdAt());
  }

  Decision<WalletEvent, WalletReply> moveEnd(WalletCommand.MovePlanGrantEnd move, Instant now) {
    Wallet.Scheduled later = wallet.scheduled().get(move.grant());
    GrantState state = later == null ? wallet.lastOf(move.grant()) : later.asState();
    if (wallet.plans().hasChanged(move.grant(), move.number())) {
      return done();
    }
    if (state == null || (state.isEnded() && !state.isVoided())) {
      // One that is not known was over before it could be given.
      return new Unchanged<>(new WalletReply.PlanGrantChanged(true));
    }
    Grant grant = state.grant;
    if (state.isVoided() && grant.isOverAt(now)) {
      return done();
    }
    Instant begun = grant.effectiveAt().isAfter(now) ? grant.effectiveAt() : now;
    if (later != null && move.until() != null && !move.until().isAfter(begun)) {
      return end(new WalletCommand.EndPlanGrant(move.number(), grant.id(), now), now);
    }
    // An end that has passed by now has fallen due: that it expired is then known of it.
    Recurrence recurrence =
        grant.recurrence() == null ? null : grant.recurrence().until(move.until());
    return changed(
        move.number(),
        with(
            grant,
            grant.amount(),
            recurrence,
            recurrence == null ? move.until() : recurrence.endOfIntervalAt(begun)),
        null,
        Credits.ZERO,
        now);
  }

  Decision<WalletEvent, WalletReply> leave(WalletCommand.LeavePlanGrant leave, Instant now) {
    GrantState state = wallet.lastOf(leave.grant());
    Recurrence recurrence = state == null ? null : state.grant.recurrence();
    if (wallet.plans().hasChanged(leave.grant(), leave.number())) {
      return done();
    }
    // An interval that should not have begun ends.
    if (state == null
        || recurrence == null
        || state.isEnded()
        || leave.from().isBefore(recurrence.beginOfIntervalAt(now))) {
      return end(new WalletCommand.EndPlanGrant(leave.number(), leave.grant(), leave.from()), now);
    }
    Credits rest = recurrence.restOf(now, leave.from());
    Instant last = state.grant.expiresAt();
    return changed(
        leave.number(),
        with(state.grant, state.grant.amount(), recurrence.until(last), last),
        rest,
        rest.min(state.available()),
        now);
  }

  private Decision<WalletEvent, WalletReply> changed(
      long number, Grant grant, @Nullable Credits rest, Credits taken, Instant now) {
    Purse purse = wallet.purse(grant.creditType());
    Entries entries = new Entries(wallet, purse, now, null, attribution());
    entries.on(grant, EntryType.VOID, taken.negated());
    return new Accepted<>(
        new WalletEvent.GrantTermsChanged(
            now, number, grant, rest, entries.done(), entries.figures(purse.held)));
  }

  Decision<WalletEvent, WalletReply> end(WalletCommand.EndPlanGrant it, Instant now) {
    if (wallet.plans().hasChanged(it.grant(), it.number())) {
      return done();
    }
    GrantState state = wallet.lastOf(it.grant());
    if (state == null) {
      return wallet.scheduled().containsKey(it.grant())
          ? voided(it.grant(), it.number(), null, now)
          : done();
    }
    if (state.isVoided() && !state.grant.isOverAt(now)) {
      // Somebody has voided it: should that be taken back, what comes back is over.
      return changed(it.number(), state.grant.overAt(now), null, Credits.ZERO, now);
    }
    Recurrence recurrence = state.grant.recurrence();
    return state.isEnded()
        ? done()
        : voided(
            state.grant.id(),
            it.number(),
            recurrence == null ? null : recurrence.restOf(now, it.from()),
            now);
  }

  private Decision<WalletEvent, WalletReply> voided(
      String grant, long number, @Nullable Credits rest, Instant now) {
    return grants.voided(new WalletCommand.VoidGrant(grant, attribution()), number, rest, now);
  }
}
