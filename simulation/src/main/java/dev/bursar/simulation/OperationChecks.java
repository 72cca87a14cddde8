package dev.bursar.simulation;

import static dev.bursar.simulation.NaiveWallet.micros;

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
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** What a refusal tells of what there was, and of what is left of it. */
  private static final Pattern LEFT =
      Pattern.compile("the transaction (charged|took) ([0-9.]+), of which ([0-9.]+) can still be");

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

  /** Refused for something that was so at some time meanwhile. */
  private void refused(Asked asked, Refusal refusal, boolean rightly) {
    if (world.watch.isForgotten(refusal, asked.entity, asked.operation, asked.since)) {
      return;
    }
    world.watch.expect(
        rightly,
        "model",
        "%s: %s is refused: %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        refusal);
  }

  private void told(boolean same, Asked asked, Object reply, @Nullable Object event) {
    world.watch.expect(
        Promises.isBy(event, asked.operation),
        "model",
        "%s: %s is attributed to others: %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        event);
    world.watch.expect(
        same,
        "model",
        "%s: %s is told %s, the journal has %s",
        asked.entity,
        asked.operation.key().replace('\n', ' '),
        reply,
        event);
  }

  private boolean at(Asked asked, String creditType, Predicate<NaiveWallet.Figures> figures) {
    long from = world.from(asked.since, asked.entity);
    return world.watch.wallet(asked.entity).since(creditType, from).stream().anyMatch(figures);
  }

  private static BigInteger sum(Transaction transaction) {
    return transaction.postings().stream()
        .map(Posting::amount)
        .map(NaiveWallet::micros)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** A key that was used for something else is good for nothing but that. */
  <T> void keyReused(Answer<T> answer, Asked asked, Rarity rarity) {
    if (answer instanceof Answer.Refused<T>(Refusal why)
        && world.watch.isForgotten(why, asked.entity, asked.operation, asked.since)) {
      return;
    }
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

  /** A grant is there, or promised, on the terms that were asked for. */
  void granted(
      Answer<WalletReply> answer, Asked asked, Grant grant, Recurrence.@Nullable Terms recurrence) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        Object event = effect(asked.entity, asked.operation, Object.class);
        boolean same =
            switch (event) {
              case WalletEvent.Granted it ->
                  isLike(it.grant(), it.at(), grant, recurrence)
                      && isTold(reply, it.grant(), sum(it.transaction()));
              case WalletEvent.GrantScheduled it ->
                  isLike(it.grant(), it.at(), grant, recurrence)
                      && isTold(reply, it.grant(), micros(it.grant().amount()));
              case null, default -> false;
            };
        told(same, asked, reply, event);
      }
      // It would have ended by the time it came.
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              (refusal.code() == Code.INVALID
                      && grant.expiresAt() != null
                      && world.cluster.mayHaveCome(grant.expiresAt(), asked.entity, asked.since))
                  || hasNoRoom(refusal, asked, grant.creditType(), grant.amount()));
      case Answer<WalletReply> other -> {}
    }
  }

  /** The grant, with what is left of it once it has paid what it pays of a debt. */
  private static boolean isTold(WalletReply reply, Grant grant, BigInteger remaining) {
    return reply instanceof WalletReply.GrantAdded(WalletReply.GrantView told)
        && told.grant().equals(grant)
        && micros(told.remaining()).equals(remaining)
        && told.held().isZero();
  }

  private static boolean isLike(
      Grant there, Instant at, Grant asked, Recurrence.@Nullable Terms terms) {
    Instant begins = asked.effectiveAt();
    Instant anchor = terms == null || terms.anchor() == null ? begins : terms.anchor();
    Instant end =
        terms == null
            ? asked.expiresAt()
            : NaiveRecurrence.end(
                terms.interval(), anchor, asked.expiresAt(), begins.isAfter(at) ? begins : at);
    Recurrence recurrence = there.recurrence();
    return there.id().equals(asked.id())
        && there.amount().equals(asked.amount())
        && there.creditType().equals(asked.creditType())
        && there.category() == asked.category()
        && there.priority() == asked.priority()
        && there.effectiveAt().equals(begins)
        && Objects.equals(there.expiresAt(), end)
        && there.features().equals(asked.features())
        && there.models().equals(asked.models())
        && Objects.equals(there.costBasis(), asked.costBasis())
        && there.source().equals(asked.source())
        && (terms == null
            ? recurrence == null
            : recurrence != null
                && recurrence.terms().equals(terms)
                && recurrence.anchor().equals(anchor)
                && Objects.equals(recurrence.until(), asked.expiresAt()));
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
                  && naive.wasOver(grant));
      case Answer<WalletReply> other -> {}
    }
  }

  void adjusted(Answer<WalletReply> answer, Asked asked, String creditType, Credits amount) {
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
          told(entered.equals(micros(amount)) && answers(reply, event), asked, reply, event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          refused(
              asked,
              refusal,
              (refusal.code() == Code.EXCEEDS_AVAILABLE
                      && at(
                          asked,
                          creditType,
                          each ->
                              each.available().compareTo(micros(amount).negate()) < 0
                                  && tells(refusal, each, amount.negated(), creditType)))
                  || hasNoRoom(refusal, asked, creditType, amount));
      case Answer<WalletReply> other -> {}
    }
  }

  /** Whether it is told how much was available, and how much would be taken. */
  private static boolean tells(
      Refusal refusal, NaiveWallet.Figures were, Credits amount, String creditType) {
    Credits available = new Credits(were.available().longValueExact());
    return refusal
        .detail()
        .equals(
            "%s %s credits are available, %s would be taken"
                .formatted(available, creditType, amount));
  }

  /** There would be more than can be counted: where that may be, nobody else takes any of it. */
  private boolean hasNoRoom(Refusal refusal, Asked asked, String creditType, Credits amount) {
    return refusal.code() == Code.AMOUNT_OVERFLOW
        && (world.watch.wallet(asked.entity).hasNoRoomFor(creditType, amount)
            || world.wasBehind(asked.since, asked.entity));
  }

  /** The entries are told, and the figures that they have led to. */
  private static boolean answers(WalletReply reply, WalletEvent event) {
    return reply instanceof WalletReply.Corrected corrected
        && isTold(corrected.transaction(), corrected.balance(), event);
  }

  private static boolean isTold(Transaction transaction, Balance balance, WalletEvent event) {
    return event.transaction() != null
        && transaction.id().equals(event.transaction().id())
        && balance.equals(event.balance());
  }

  /**
   * @param left what was left of the charge when it was asked
   */
  void refunded(
      Answer<WalletReply> answer,
      Asked asked,
      String charge,
      @Nullable Credits amount,
      BigInteger left) {
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
                  && answers(reply, event),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        BigInteger rest = naive.notRefunded(charge);
        BigInteger all = naive.charged(charge);
        refused(
            asked,
            refusal,
            (refusal.code() == Code.NOT_REFUNDABLE && naive.chargedNothing(charge))
                || (refusal.code() == Code.REFUND_EXCEEDS_CHARGE
                    && (rest.signum() == 0
                        || (amount != null && micros(amount).compareTo(rest) > 0))
                    && tells(refusal, asked, "charged", all, rest, left)));
        if (refusal.code() == Code.REFUND_EXCEEDS_CHARGE) {
          world.watch.saw(Rarity.REFUND_REFUSED);
        }
      }
      case Answer<WalletReply> other -> {}
    }
  }

  /**
   * Whether whoever asks for too much is told how much there was, and how much of it is left: not
   * more than when it was asked, nor less than now.
   */
  private boolean tells(
      Refusal refusal,
      Asked asked,
      String what,
      BigInteger all,
      BigInteger now,
      BigInteger whenAsked) {
    Matcher told = LEFT.matcher(refusal.detail());
    if (!told.find()) {
      return false;
    }
    BigInteger left = micros(Credits.parse(told.group(3)));
    BigInteger most = world.wasBehind(asked.since, asked.entity) ? all : whenAsked;
    return told.group(1).equals(what)
        && micros(Credits.parse(told.group(2))).equals(all)
        && left.compareTo(now) >= 0
        && left.compareTo(most) <= 0;
  }

  /**
   * What a transaction took away is given back.
   *
   * @param left what was left of it when it was asked
   */
  void reversed(
      Answer<WalletReply> answer,
      Asked asked,
      Transaction taking,
      Credits amount,
      BigInteger left) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.Adjusted event =
            effect(asked.entity, asked.operation, WalletEvent.Adjusted.class);
        if (event != null) {
          told(
              taking.id().equals(event.transaction().corrects())
                  && NaiveBooks.sum(event.transaction(), EntryType.ADJUST).equals(micros(amount))
                  && answers(reply, event),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        BigInteger rest = world.watch.wallet(asked.entity).notReturned(taking);
        refused(
            asked,
            refusal,
            refusal.code() == Code.REFUND_EXCEEDS_CHARGE
                && micros(amount).compareTo(rest) > 0
                && tells(refusal, asked, "took", NaiveWallet.takenBy(taking), rest, left));
        if (refusal.code() == Code.REFUND_EXCEEDS_CHARGE) {
          world.watch.saw(Rarity.REVERSAL_REFUSED);
        }
      }
      case Answer<WalletReply> other -> {}
    }
  }

  void transferred(
      Answer<WalletReply> answer, Asked asked, String to, String creditType, Credits amount) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        WalletEvent.TransferredOut event =
            effect(asked.entity, asked.operation, WalletEvent.TransferredOut.class);
        if (event != null) {
          told(
              event.transfer().to().equals(to)
                  && event.transfer().creditType().equals(creditType)
                  && event.transfer().amount().equals(amount)
                  && reply instanceof WalletReply.Transferred it
                  && it.transfer().id().equals(event.transfer().id())
                  && isTold(it.transaction(), it.balance(), event),
              asked,
              reply,
              event);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        refused(
            asked,
            refusal,
            switch (refusal.code()) {
              case EXCEEDS_AVAILABLE ->
                  at(
                      asked,
                      creditType,
                      each ->
                          each.available().compareTo(micros(amount)) < 0
                              && tells(refusal, each, amount, creditType));
              case WALLET_IN_DEBT -> at(asked, creditType, each -> each.debt().signum() > 0);
              default -> false;
            });
        if (refusal.code() == Code.EXCEEDS_AVAILABLE) {
          world.watch.saw(Rarity.TRANSFER_REFUSED);
        }
      }
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
                  && isAsLong(event, seconds, asked.entity)
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
                case RESERVATION_LEASED -> world.watch.wallet(asked.entity).isLease(reservation);
                case RESERVATION_NOT_FOUND ->
                    world.watch.memories.hasForgottenEnding(asked.entity, reservation);
                default -> false;
              });
      case Answer<WalletReply> other -> {}
    }
  }

  /** From then on it lasts as long as was asked, unless it had longer already. */
  private boolean isAsLong(WalletEvent.HoldExtended event, long seconds, EntityId wallet) {
    Instant asked = event.at().plusSeconds(seconds);
    return event.expiresAt().equals(asked)
        || (event.expiresAt().isAfter(asked)
            && world.watch.wallet(wallet).wasToEndAt(event.reservation(), event.expiresAt()));
  }

  // ---- governance

  /** What was set was in force at some time since. */
  void governed(Answer<OrgReply> answer, Asked asked, OrgCommand command) {
    EntityId org = asked.entity;
    Since since = asked.since;
    if (answer instanceof Answer.Refused<OrgReply>(Refusal why)
        && world.watch.isForgotten(why, org, asked.operation, since)) {
      return;
    }
    NaiveBudgets budgets = world.watch.org(org).budgets;
    long now = world.watch.moment();
    switch (answer) {
      case Answer.Done<OrgReply> done -> {
        boolean inForce =
            switch (command) {
              case OrgCommand.PutBudget put -> budgets.had(put.budget(), since.moment(), now);
              case OrgCommand.PutUnit put -> budgets.had(put.unit(), since.moment(), now);
              case OrgCommand.FreezeScope it -> budgets.had(it.freeze(), since.moment(), now);
              case OrgCommand.UnfreezeScope it ->
                  budgets.freezes(it.scope(), since.moment(), now).stream()
                      .anyMatch(
                          each ->
                              each == null
                                  || (each.until() != null
                                      && world.cluster.mayHaveCome(each.until(), org, since)));
              case OrgCommand.PutOverride it ->
                  budgets.overrides.had(it.override(), since.moment(), now);
              case OrgCommand.RemoveOverride it ->
                  budgets.overrides.ends(it.override(), since.moment(), now).contains(null);
              case OrgCommand.RemoveUnit it -> budgets.lackedUnit(it.unit(), since.moment(), now);
              case OrgCommand.RemoveBudget it ->
                  budgets.lackedBudget(it.budget(), since.moment(), now);
              case OrgCommand other -> false;
            };
        world.watch.expect(inForce, "I4", "%s: %s is done, and was never in force", org, command);
      }
      case Answer.Refused<OrgReply>(Refusal refusal) ->
          world.watch.expect(
              switch (command) {
                case OrgCommand.PutBudget put ->
                    refusal.equals(Refusal.overtaken())
                        && budgets.lackedBudget(put.budget().id(), since.moment(), now);
                // By the time that it came it would have been over.
                case OrgCommand.FreezeScope it ->
                    refusal.code() == Code.INVALID
                        && it.freeze().until() != null
                        && world.cluster.mayHaveCome(it.freeze().until(), org, since);
                case OrgCommand.PutOverride it ->
                    refusal.code() == Code.INVALID
                        && "until".equals(refusal.field())
                        && world.cluster.mayHaveCome(it.override().until(), org, since);
                case OrgCommand.RemoveOverride it ->
                    refusal.code() == Code.NOT_FOUND
                        && budgets.overrides.ends(it.override(), since.moment(), now).stream()
                            .anyMatch(
                                end -> end == null || world.cluster.mayHaveCome(end, org, since));
                case OrgCommand.RemoveUnit it ->
                    refusal.code() == Code.NOT_FOUND
                        && budgets.lackedUnit(it.unit(), since.moment(), now);
                case OrgCommand.RemoveBudget it ->
                    refusal.code() == Code.BUDGET_NOT_FOUND
                        && budgets.lackedBudget(it.budget(), since.moment(), now);
                case OrgCommand other -> false;
              },
              "model",
              "%s: %s is refused: %s",
              org,
              command,
              refusal);
      case Answer<OrgReply> other -> {}
    }
  }
}
