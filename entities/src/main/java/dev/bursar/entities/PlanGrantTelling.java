package dev.bursar.entities;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an org's wallet what its plan and add-ons grant: the changes that the org has on record,
 * one after the other, each until the wallet has it and the org has that on record, too. What is
 * refused holds up only what else becomes of the same grant.
 */
final class PlanGrantTelling {

  private static final Logger LOG = LoggerFactory.getLogger(PlanGrantTelling.class);

  /** No reservation is called like that. */
  private static final String NAME = "plan_grants:";

  private static final int TICKS_TO_WAIT = 2;

  private final OrgEntity org;
  private final Deque<PlanGrantChange> untold = new ArrayDeque<>();

  /** Grants that the wallet has refused: what else becomes of them waits until it has them. */
  private final Set<String> refused = new HashSet<>();

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
              }
              if (lookAgain) {
                lookAgain = false;
                look();
              }
            }));
  }

  private void found(List<PlanGrantChange> changes) {
    boolean telling = !untold.isEmpty();
    long last = telling ? untold.getLast().number() : 0;
    if (!telling) {
      refused.clear();
    }
    changes.stream()
        .filter(each -> each.number() > last && !refused.contains(each.grant().id()))
        .forEach(untold::addLast);
    if (!telling) {
      tell();
    }
  }

  /** The wallet has been opened: it is told at once. */
  void opened() {
    opened = true;
    tell();
    look();
  }

  private void tell() {
    PlanGrantChange next = untold.peekFirst();
    if (next != null) {
      ticksAgo = 0;
      org.tell(
          EntityId.wallet(org.id.org(), ReserveRequest.MAIN_WALLET),
          new EntityMessage.AskFor<>(
              NAME + next.number(),
              new Request<WalletCommand>(next.toWallet(), null),
              org.host.self()));
    }
  }

  /** Whether this names what the wallet is asked at present. */
  boolean isAsked(String name) {
    PlanGrantChange next = untold.peekFirst();
    return next != null && name.equals(NAME + next.number());
  }

  /** The wallet has answered what it is asked at present. */
  void answered(Answer<WalletReply> answer) {
    if (answer instanceof Answer.Refused<WalletReply> no) {
      if (no.refusal().code() == Refusal.Code.WALLET_NOT_FOUND) {
        // The org has noted it, and it is about to be opened, if whoever wanted that is there.
        if (!opened) {
          untold.clear();
        }
        return;
      }
      String grant = untold.getFirst().grant().id();
      LOG.atWarn()
          .setMessage("a wallet does not take a grant of the org's plan, and is asked again later")
          .addKeyValue("org", org.id.org())
          .addKeyValue("grant", grant)
          .addKeyValue("refusal", no.refusal().detail())
          .log();
      refused.add(grant);
      untold.removeIf(each -> each.grant().id().equals(grant));
      tell();
    } else if (answer instanceof Answer.Done<WalletReply> done) {
      boolean over = done.value() instanceof WalletReply.PlanGrantChanged it && it.over();
      settle(untold.getFirst().number(), over);
    }
  }

  private void settle(long number, boolean over) {
    org.inbox.add(
        new Request<>(new OrgCommand.SettlePlanGrant(number, over), null),
        new Replying<>(
            org.inbox,
            answer -> {
              PlanGrantChange first = untold.peekFirst();
              if (Reopened.isFinal(answer) && first != null && first.number() == number) {
                untold.removeFirst();
                tell();
              }
            }));
  }

  void onTick() {
    if (unread) {
      look();
    }
    if (++ticksAgo >= TICKS_TO_WAIT) {
      tell();
    }
  }

  boolean isBusy() {
    return unread || !untold.isEmpty();
  }
}
