package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.math.BigInteger;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told of anything but reservations: what was done is in the journal, once, under
 * the key that it was asked for with, and is what was asked; and what was refused could not be done
 * at some time meanwhile.
 */
final class OperationChecks {

  /** What was asked of whom, and when. */
  record Asked(EntityId entity, Operation operation, Since since) {}

  private final World world;

  OperationChecks(World world) {
    this.world = world;
  }

  private <E> @Nullable E effect(EntityId id, Operation operation, Class<E> type) {
    Object event = world.watch.effect(id, operation);
    world.watch.expect(
        type.isInstance(event),
        "I4",
        "%s: %s is done, and the journal has %s",
        id,
        operation.key().replace('\n', ' '),
        event);
    return type.isInstance(event) ? type.cast(event) : null;
  }

  /**
   * Refused for something that was so at some time meanwhile; or by one that is behind, and does
   * not know yet of what there is.
   */
  private void refused(Asked asked, Refusal refusal, boolean rightly) {
    boolean unknown =
        !rightly
            && world.wasBehind(asked.since, asked.entity)
            && (refusal.code() == Code.RESERVATION_NOT_FOUND
                || refusal.code() == Code.GRANT_NOT_FOUND);
    if (unknown) {
      world.watch.saw(Rarity.REFUSED_BY_ONE_THAT_WAS_BEHIND);
    }
    world.watch.expect(
        rightly || unknown,
        "model",
        "%s: %s is refused: %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        refusal);
  }

  private void told(boolean same, Asked asked, Object reply, Object event) {
    world.watch.expect(
        same,
        "model",
        "%s: %s is told %s, the journal has %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        reply,
        event);
  }

  private boolean at(Asked asked, Predicate<NaiveWallet.Figures> figures) {
    long from = world.wasBehind(asked.since, asked.entity) ? 0 : asked.since.moment();
    return world.watch.wallet(asked.entity).since(from).stream().anyMatch(figures);
  }

  private static BigInteger micros(Credits credits) {
    return NaiveWallet.micros(credits.micros());
  }

  private static BigInteger sum(Transaction transaction) {
    return transaction.postings().stream()
        .map(Posting::amount)
        .map(OperationChecks::micros)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** A key that was used for something else is good for nothing but that. */
  <T> void keyReused(Answer<T> answer, Asked asked, Rarity rarity) {
    boolean refused =
        answer instanceof Answer.Refused<T>(Refusal refusal)
            && refusal.code() == Code.IDEMPOTENCY_KEY_REUSED;
    boolean byOneBehind =
        answer instanceof Answer.Refused<T> && world.wasBehind(asked.since, asked.entity);
    if (refused) {
      world.watch.saw(rarity);
    }
    world.watch.expect(
        refused || byOneBehind,
        "I4",
        "%s: with a key that was used for something else, %s: %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        answer);
  }

  // ---- wallets

  void granted(
      Answer<WalletReply> answer,
      Asked asked,
      String grant,
      Credits amount,
      @Nullable Instant expiresAt) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        Object event = effect(asked.entity, asked.operation, Object.class);
        boolean same =
            switch (event) {
              case WalletEvent.Granted it ->
                  it.grant().id().equals(grant) && it.grant().amount().equals(amount);
              case WalletEvent.GrantScheduled it ->
                  it.grant().id().equals(grant) && it.grant().amount().equals(amount);
              case null, default -> false;
            };
        told(same, asked, reply, String.valueOf(event));
      }
      // It would have ended by the time it came.
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              refusal.code() == Code.INVALID && expiresAt != null && world.mayHaveCome(expiresAt));
      case Answer<WalletReply> other -> {}
    }
  }

  void voided(Answer<WalletReply> answer, Asked asked, String grant) {
    NaiveWallet naive = world.watch.wallet(asked.entity);
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.GrantVoided event =
            effect(asked.entity, asked.operation, WalletEvent.GrantVoided.class);
        if (event != null) {
          told(
              event.grant().equals(grant)
                  && reply instanceof WalletReply.GrantVoided it
                  && micros(it.amount()).equals(sum(event.transaction()).negate()),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              (refusal.code() == Code.GRANT_VOIDED || refusal.code() == Code.GRANT_EXPIRED)
                  && naive.isOver(grant));
      case Answer<WalletReply> other -> {}
    }
  }

  void adjusted(Answer<WalletReply> answer, Asked asked, Credits amount) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.Adjusted event =
            effect(asked.entity, asked.operation, WalletEvent.Adjusted.class);
        if (event != null) {
          BigInteger entered =
              event.transaction().postings().stream()
                  .filter(each -> each.type() == EntryType.ADJUST)
                  .map(each -> micros(each.amount()))
                  .reduce(BigInteger.ZERO, BigInteger::add);
          told(
              entered.equals(micros(amount)) && isOf(reply, event.transaction()),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              refusal.code() == Code.EXCEEDS_AVAILABLE
                  && at(asked, each -> each.available().compareTo(micros(amount).negate()) < 0));
      case Answer<WalletReply> other -> {}
    }
  }

  private static boolean isOf(WalletReply reply, Transaction transaction) {
    return reply instanceof WalletReply.Corrected corrected
        && corrected.transaction().id().equals(transaction.id());
  }

  void refunded(Answer<WalletReply> answer, Asked asked, String charge, @Nullable Credits amount) {
    NaiveWallet naive = world.watch.wallet(asked.entity);
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.Refunded event =
            effect(asked.entity, asked.operation, WalletEvent.Refunded.class);
        if (event != null) {
          told(
              event.corrects().equals(charge)
                  && (amount == null
                      ? naive.notRefunded(charge).signum() == 0
                      : event.amount().equals(amount))
                  && isOf(reply, event.transaction()),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        BigInteger left = naive.notRefunded(charge);
        refused(
            asked,
            refusal,
            (refusal.code() == Code.NOT_REFUNDABLE && naive.chargedNothing(charge))
                || (refusal.code() == Code.REFUND_EXCEEDS_CHARGE
                    && (left.signum() == 0
                        || (amount != null && micros(amount).compareTo(left) > 0))));
      }
      case Answer<WalletReply> other -> {}
    }
  }

  void transferred(Answer<WalletReply> answer, Asked asked, String to, Credits amount) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.TransferredOut event =
            effect(asked.entity, asked.operation, WalletEvent.TransferredOut.class);
        if (event != null) {
          told(
              event.transfer().to().equals(to)
                  && event.transfer().amount().equals(amount)
                  && reply instanceof WalletReply.Transferred it
                  && it.transfer().id().equals(event.transfer().id()),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              switch (refusal.code()) {
                case EXCEEDS_AVAILABLE ->
                    at(asked, each -> each.available().compareTo(micros(amount)) < 0);
                case WALLET_IN_DEBT -> at(asked, each -> each.debt().signum() > 0);
                default -> false;
              });
      case Answer<WalletReply> other -> {}
    }
  }

  void extended(Answer<WalletReply> answer, Asked asked, String reservation, long seconds) {
    Fate fate = world.watch.wallet(asked.entity).fates.get(reservation);
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.HoldExtended event =
            effect(asked.entity, asked.operation, WalletEvent.HoldExtended.class);
        if (event != null) {
          told(
              event.reservation().equals(reservation)
                  && !event.expiresAt().isBefore(event.at().plusSeconds(seconds))
                  && reply instanceof WalletReply.Extended it
                  && it.expiresAt().equals(event.expiresAt()),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              switch (refusal.code()) {
                case RESERVATION_EXPIRED -> fate == Fate.EXPIRED || fate == Fate.LATE;
                case RESERVATION_FINALIZED ->
                    fate == Fate.COMMITTED || fate == Fate.LATE || fate == Fate.RELEASED;
                default -> false;
              });
      case Answer<WalletReply> other -> {}
    }
  }

  // ---- governance

  /** What was set was in force at some time since. */
  void governed(Answer<OrgReply> answer, EntityId org, OrgCommand command, Since since) {
    NaiveBudgets budgets = world.watch.org(org).budgets;
    long now = world.watch.moment();
    switch (answer) {
      case Answer.Done<OrgReply> done -> {
        boolean inForce =
            switch (command) {
              case OrgCommand.PutBudget put ->
                  budgets.hadLimit(
                      put.budget().id(), micros(put.budget().limit()), since.moment(), now);
              case OrgCommand.FreezeScope it -> budgets.had(it.freeze(), since.moment(), now);
              case OrgCommand other -> false;
            };
        world.watch.expect(inForce, "I4", "%s: %s is done, and was never in force", org, command);
      }
      // By the time that it came it would have been over.
      case Answer.Refused<OrgReply>(Refusal refusal) ->
          world.watch.expect(
              command instanceof OrgCommand.FreezeScope it
                  && refusal.code() == Code.INVALID
                  && it.freeze().until() != null
                  && world.mayHaveCome(it.freeze().until()),
              "model",
              "%s: %s is refused: %s",
              org,
              command,
              refusal);
      case Answer<OrgReply> other -> {}
    }
  }
}
