package dev.bursar.entities;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletReply.PlanGrantDone;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an org's wallet what its plan and add-ons grant: all changes that the org has on record and
 * the wallet may not have, at once, until the wallet has them and the org has that on record, too.
 * What the wallet refuses it is asked again later. Whoever is to be decided on what the wallet has
 * then waits here until it has answered. Owned by one entity.
 */
final class PlanGrantTelling {

  private static final Logger LOG = LoggerFactory.getLogger(PlanGrantTelling.class);

  /** No reservation is called like that. */
  private static final String NAME = "plan_grants";

  private static final int TICKS_TO_WAIT = 2;

  /**
   * @param through waits for the answer to this change
   * @param untilMs until when at the latest, by the host's time
   * @param go is told up to which change the wallet has answered
   */
  private record Waiting(long through, long untilMs, LongConsumer go, Runnable giveUp) {}

  private final OrgEntity org;

  /** What the org has on record, and not that the wallet has it. */
  private final TreeMap<Long, PlanGrantChange> untold = new TreeMap<>();

  /** Whether that is all: else what becomes of a grant could be told without what became before. */
  private boolean complete;

  /** Those of them that the wallet did not take when it was asked last. */
  private final Set<Long> refused = new HashSet<>();

  private final List<Waiting> waiting = new ArrayList<>();

  /** The last change that the wallet was asked for, and that it has answered to; 0 before any. */
  private long askedThrough;

  private long answeredThrough;
  private boolean looking;
  private boolean lookAgain;
  private boolean unread;

  /** Whether the wallet is known to have been opened. */
  private boolean opened;

  private int ticksAgo;

  PlanGrantTelling(OrgEntity org) {
    this.org = org;
  }

  /** Has the org notice what has changed, and looks what of that the wallet has to be told. */
  void look() {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    org.inbox.add(
        new Request<>(new OrgCommand.ListPlanGrants(), null),
        new Replying<>(
            org.inbox,
            answer -> {
              looking = false;
              unread = !Reopened.isFinal(answer);
              if (answer instanceof Answer.Done<OrgReply> done
                  && done.value() instanceof OrgReply.PlanGrants list) {
                found(list.changes());
                if (!isAwaited()) {
                  tell();
                }
              }
              if (lookAgain) {
                lookAgain = false;
                look();
              }
            }));
  }

  /** These are all changes that the org has on record and of which the wallet is to be told. */
  private void found(List<PlanGrantChange> changes) {
    add(changes);
    complete = true;
  }

  private void add(List<PlanGrantChange> changes) {
    changes.forEach(change -> untold.put(change.number(), change));
  }

  /** The org has put more changes on record. */
  void settled(List<PlanGrantChange> changes) {
    add(changes);
    tellNews();
  }

  /** The wallet has been opened: it is told at once. */
  void opened() {
    opened = true;
    askedThrough = 0;
    answeredThrough = 0;
    tell();
    look();
  }

  /** Whether an answer is awaited that has not come. */
  private boolean isAwaited() {
    return askedThrough > answeredThrough;
  }

  private void tell() {
    if (complete && !untold.isEmpty()) {
      ticksAgo = 0;
      refused.clear();
      askedThrough = untold.lastKey();
      org.tell(
          EntityId.wallet(org.id.org(), ReserveRequest.MAIN_WALLET),
          new EntityMessage.AskFor<>(
              NAME,
              new Request<>(PlanGrantChange.toWallet(untold.values()), null),
              org.host.self()));
    }
  }

  /** What has come since the wallet was asked last goes when it has answered that. */
  private void tellNews() {
    if (!isAwaited() && !untold.isEmpty() && untold.lastKey() > askedThrough) {
      tell();
    }
  }

  /** Whether this names what the wallet is asked. */
  boolean isAsked(String name) {
    return name.equals(NAME);
  }

  /** The wallet has answered, perhaps once more, or late. */
  void answered(Answer<WalletReply> answer) {
    if (answer instanceof Answer.Refused<WalletReply> no) {
      if (no.refusal().code() == Refusal.Code.WALLET_NOT_FOUND && !opened) {
        notOpened();
      }
    } else if (answer instanceof Answer.Busy) {
      ticksAgo = TICKS_TO_WAIT;
    } else if (answer instanceof Answer.Done<WalletReply> done
        && done.value() instanceof WalletReply.PlanGrantsChanged it) {
      opened = true;
      List<PlanGrantDone> there = new ArrayList<>();
      for (PlanGrantDone step : it.steps()) {
        if (step.refusal() == null) {
          there.add(step);
        } else if (untold.containsKey(step.number())) {
          refused(step, step.refusal());
        }
      }
      if (!there.isEmpty()) {
        settle(there);
      }
      answeredThrough(it.steps().getLast().number());
    }
  }

  /**
   * It is about to be opened, if whoever wanted that is there, and is told then; or when the next
   * request is to be decided on it. Nobody waits for it.
   */
  private void notOpened() {
    askedThrough = answeredThrough;
    untold.clear();
    refused.clear();
    complete = false;
    // Also who waits for more than was asked: nothing of that is told before it is open.
    take(each -> true).forEach(each -> each.go.accept(each.through));
  }

  private void refused(PlanGrantDone step, Refusal refusal) {
    LOG.atWarn()
        .setMessage("a wallet does not take a grant of the org's plan, and is asked again later")
        .addKeyValue("org", org.id.org())
        .addKeyValue("grant", step.grant())
        .addKeyValue("refusal", refusal.detail())
        .log();
    refused.add(step.number());
  }

  private void settle(List<PlanGrantDone> there) {
    org.inbox.add(
        new Request<>(new OrgCommand.SettlePlanGrants(there), null),
        new Replying<>(
            org.inbox,
            answer -> {
              if (Reopened.isFinal(answer)) {
                there.forEach(step -> forget(step.number()));
              }
            }));
  }

  private void forget(long change) {
    untold.remove(change);
    refused.remove(change);
  }

  private void answeredThrough(long number) {
    answeredThrough = Math.max(answeredThrough, number);
    // Before those who have waited are: they may find out that there is more to be waited for.
    tellNews();
    letGo(answeredThrough);
  }

  private void letGo(long through) {
    take(each -> each.through <= through).forEach(each -> each.go.accept(through));
  }

  private List<Waiting> take(Predicate<Waiting> which) {
    List<Waiting> taken = new ArrayList<>();
    waiting.removeIf(each -> which.test(each) && taken.add(each));
    return taken;
  }

  /**
   * Waits until the wallet has answered to all that it has to be told, which it is.
   *
   * @param changes those
   * @param untilMs until when at the latest, by the host's time
   * @param go is told up to which change the wallet has answered
   */
  void await(List<PlanGrantChange> changes, long untilMs, LongConsumer go, Runnable giveUp) {
    long through = changes.isEmpty() ? 0 : changes.getLast().number();
    if (through <= answeredThrough) {
      go.accept(answeredThrough);
      return;
    }
    waiting.add(new Waiting(through, untilMs, go, giveUp));
    if (!complete || !untold.containsKey(through)) {
      found(changes);
    }
    tellNews();
  }

  /** Up to which change the wallet has answered, whether it took them or not; 0 before any. */
  long answeredThrough() {
    return answeredThrough;
  }

  int waiting() {
    return waiting.size();
  }

  void onTick(long nowMs) {
    if (unread) {
      look();
    }
    if (++ticksAgo >= TICKS_TO_WAIT && hasUnanswered()) {
      tell();
    }
    giveUp(nowMs);
  }

  /** Those who have waited until then wait no longer. */
  private void giveUp(long nowMs) {
    take(each -> each.untilMs <= nowMs).forEach(each -> each.giveUp.run());
  }

  /** Nobody waits any longer. */
  void giveUp() {
    giveUp(Long.MAX_VALUE);
  }

  /** Whether there is something to be told again. */
  private boolean hasUnanswered() {
    return complete && untold.size() > refused.size();
  }

  boolean isBusy() {
    return unread || hasUnanswered() || !waiting.isEmpty();
  }
}
