package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.AndThen;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.WalletReply.PlanGrantDone;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Grants that come with the org's plan and add-ons. The org tells of what has changed until the
 * wallet has it; whoever repeats that changes nothing. What is given is known by its name, which it
 * keeps for ever, what is changed by the number of the change.
 */
final class PlanGrantRules {

  /** What comes of one step. */
  private sealed interface Outcome {}

  /** This happens. */
  private record Happens(WalletEvent event) implements Outcome {}

  /** Nothing has to happen. */
  private record Nothing(boolean over) implements Outcome {}

  /** It can't. */
  private record No(Refusal refusal) implements Outcome {}

  /** As much of where a rule failed as it takes to find it. */
  private static final int FRAMES_TOLD = 12;

  private static final Outcome DONE = new Nothing(false);
  private static final Outcome OVER = new Nothing(true);

  private final Wallet wallet;
  private final GrantRules grants;

  PlanGrantRules(Wallet wallet, GrantRules grants) {
    this.wallet = wallet;
    this.grants = grants;
  }

  /** Each step is decided on the wallet as those before it leave it; all go into one row. */
  Decision<WalletEvent, WalletReply> change(WalletCommand.ChangePlanGrants change, Instant now) {
    return new Round(change.steps(), now).goOn();
  }

  /** One time that all is gone through. */
  private final class Round {
    private final Iterator<PlanGrantStep> left;
    private final Instant now;
    private final List<PlanGrantDone> done = new ArrayList<>();
    private final Map<String, Refusal> refused = new HashMap<>();

    Round(List<PlanGrantStep> steps, Instant now) {
      this.left = steps.iterator();
      this.now = now;
    }

    Decision<WalletEvent, WalletReply> goOn() {
      while (left.hasNext()) {
        PlanGrantStep step = left.next();
        String grant = step.grant();
        Refusal before = refused.get(grant);
        switch (before == null ? decide(step, now) : new No(before)) {
          case Happens it -> {
            done.add(new PlanGrantDone(step.number(), grant, false, null));
            return new AndThen<>(it.event, this::goOn);
          }
          case Nothing it -> done.add(new PlanGrantDone(step.number(), grant, it.over, null));
          case No no -> {
            refused.put(grant, no.refusal);
            done.add(new PlanGrantDone(step.number(), grant, false, no.refusal));
          }
        }
      }
      return new Unchanged<>(new WalletReply.PlanGrantsChanged(List.copyOf(done)));
    }
  }

  /** Changes nothing, and never fails: what can't be decided is refused like what can't be had. */
  private Outcome decide(PlanGrantStep step, Instant now) {
    try {
      return switch (step) {
        case PlanGrantStep.Give give -> give(give, now);
        case PlanGrantStep.MoveEnd move -> moveEnd(move, now);
        case PlanGrantStep.Leave leave -> leave(leave, now);
        case PlanGrantStep.End end -> end(end, now);
      };
    } catch (ArithmeticException overflow) {
      return new No(WalletDecider.OVERFLOW);
    } catch (RuntimeException fault) {
      // Nothing of this step has been taken in. What the wallet is asked for besides, the other
      // steps among it, is not to suffer by it.
      return new No(failed(fault));
    }
  }

  /** Whoever asked puts that into the log: here is none. */
  private static Refusal failed(RuntimeException fault) {
    return Refusal.of(
        Refusal.Code.INVALID,
        Stream.concat(Stream.of(fault), Arrays.stream(fault.getStackTrace()).limit(FRAMES_TOLD))
            .map(Object::toString)
            .collect(Collectors.joining(" at ", "a rule failed: ", "")));
  }

  private Attribution attribution() {
    return Attribution.byItself("plan", wallet.org(), Map.of(), null);
  }

  /**
   * What would be over by now is not given any more. All else is, however many grants there are: an
   * org is not to go without what it pays for.
   */
  private Outcome give(PlanGrantStep.Give give, Instant now) {
    Grant asked = give.terms();
    if (grants.isKnown(asked.id())) {
      Grant known =
          wallet.grants().containsKey(asked.id())
              ? wallet.grant(asked.id()).grant
              : wallet.scheduledGrant(asked.id()).grant();
      return known.category() == Grant.Category.PLAN && known.source().equals(asked.source())
          ? DONE
          : new No(GrantRules.exists(asked.id()));
    }
    if (asked.isOverAt(now)) {
      return DONE;
    }
    Grant grant = GrantRules.completed(asked, give.recurrence(), now);
    Recurrence recurrence = grant.recurrence();
    if (recurrence == null || now.isBefore(recurrence.nextAfter(asked.effectiveAt()))) {
      grant = with(grant, give.first(), recurrence, grant.expiresAt());
    }
    wallet.requireRoom(grant.creditType(), grant.amount());
    return new Happens(
        grant.effectiveAt().isAfter(now)
            ? new WalletEvent.GrantScheduled(now, grant, attribution())
            : grants.started(grant, attribution(), now));
  }

  private static Grant with(
      Grant g, Credits amount, @Nullable Recurrence recurrence, @Nullable Instant expiresAt) {
    return GrantRules.like(
        g, g.id(), amount, g.costBasis(), recurrence, g.effectiveAt(), expiresAt, g.createdAt());
  }

  private Outcome moveEnd(PlanGrantStep.MoveEnd move, Instant now) {
    Wallet.Scheduled later = wallet.scheduled().get(move.grant());
    GrantState state = later == null ? wallet.lastOf(move.grant()) : later.asState();
    if (wallet.plans().hasChanged(move.grant(), move.number())) {
      return DONE;
    }
    if (state == null || (state.isEnded() && !state.isVoided())) {
      // One that is not known was over before it could be given.
      return OVER;
    }
    Grant grant = state.grant;
    if (state.isVoided() && grant.isOverAt(now)) {
      return DONE;
    }
    Instant begun = grant.effectiveAt().isAfter(now) ? grant.effectiveAt() : now;
    if (later != null && move.until() != null && !move.until().isAfter(begun)) {
      return end(new PlanGrantStep.End(move.number(), grant.id(), now), now);
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

  private Outcome leave(PlanGrantStep.Leave leave, Instant now) {
    GrantState state = wallet.lastOf(leave.grant());
    Recurrence recurrence = state == null ? null : state.grant.recurrence();
    if (wallet.plans().hasChanged(leave.grant(), leave.number())) {
      return DONE;
    }
    // An interval that should not have begun ends.
    if (state == null
        || recurrence == null
        || state.isEnded()
        || leave.from().isBefore(recurrence.beginOfIntervalAt(now))) {
      return end(new PlanGrantStep.End(leave.number(), leave.grant(), leave.from()), now);
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

  private Outcome changed(
      long number, Grant grant, @Nullable Credits rest, Credits taken, Instant now) {
    Purse purse = wallet.purse(grant.creditType());
    Entries entries = new Entries(wallet, purse, now, null, attribution());
    entries.on(grant, EntryType.VOID, taken.negated());
    return new Happens(
        new WalletEvent.GrantTermsChanged(
            now, number, grant, rest, entries.done(), entries.figures(purse.held)));
  }

  private Outcome end(PlanGrantStep.End it, Instant now) {
    if (wallet.plans().hasChanged(it.grant(), it.number())) {
      return DONE;
    }
    GrantState state = wallet.lastOf(it.grant());
    if (state == null) {
      return wallet.scheduled().containsKey(it.grant())
          ? voided(it.grant(), it.number(), null, now)
          : DONE;
    }
    if (state.isVoided() && !state.grant.isOverAt(now)) {
      // Somebody has voided it: should that be taken back, what comes back is over.
      return changed(it.number(), state.grant.overAt(now), null, Credits.ZERO, now);
    }
    Recurrence recurrence = state.grant.recurrence();
    return state.isEnded()
        ? DONE
        : voided(
            state.grant.id(),
            it.number(),
            recurrence == null ? null : recurrence.restOf(now, it.from()),
            now);
  }

  private Outcome voided(String grant, long number, @Nullable Credits rest, Instant now) {
    return new Happens(grants.voided(grant, number, rest, attribution(), now));
  }
}
