package dev.bursar.simulation;

import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaiveWallet.Fate;
import dev.bursar.simulation.history.Call;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** What a client is told of the end of a reservation. */
final class EndChecks {

  private final World world;

  EndChecks(World world) {
    this.world = world;
  }

  /**
   * A request to end a reservation.
   *
   * @param command what is asked
   * @param operation the key that it is asked with
   * @param keyMayBeUsed whether somebody may have ended it in another way with that key
   */
  record Asked(
      Call.Reserved reserved,
      WalletCommand command,
      Operation operation,
      boolean keyMayBeUsed,
      Since since) {}

  /** What a request to end a reservation was answered. */
  void ended(Answer<WalletReply> answer, Asked asked) {
    switch (answer) {
      case Answer.Done<WalletReply> done -> done((WalletReply.Ended) done.value(), asked);
      case Answer.Refused<WalletReply>(Refusal refusal) -> refused(refusal, asked);
      case Answer<WalletReply> other -> {}
    }
  }

  private void done(WalletReply.Ended ended, Asked asked) {
    Call.Reserved reserved = asked.reserved();
    WalletCommand command = asked.command();
    Object effect = world.watch.effect(reserved.wallet(), asked.operation());
    boolean asAsked =
        switch (command) {
          case WalletCommand.Commit commit ->
              effect instanceof WalletEvent.Committed it
                  && it.reservation().equals(reserved.id())
                  && it.amount().plus(it.uncharged()).equals(commit.amount());
          case WalletCommand.Release release ->
              effect instanceof WalletEvent.Released it
                  && it.reservation().equals(reserved.id())
                  && it.cause() == WalletEvent.Cause.RELEASED;
          case WalletCommand other -> false;
        };
    world.watch.expect(
        asAsked, "model", "%s is done, and the journal has %s under its key", command, effect);
    world.watch.expect(
        !asAsked || (effect instanceof WalletEvent event && NaiveWallet.isEnded(ended, event)),
        "I4",
        "%s is told to have ended as %s, and the journal has %s",
        reserved.id(),
        ended,
        effect);
    NaiveWallet naive = world.watch.wallet(reserved.wallet());
    world.watch.expect(
        !naive.isLease(reserved.id()),
        "I9",
        "%s is a lease, and is ended as a reservation: %s",
        reserved.id(),
        ended);
    Fate fate = naive.fates.get(ended.reservation());
    BigInteger charged = naive.charged.getOrDefault(ended.reservation(), BigInteger.ZERO);
    world.watch.expect(
        ended.reservation().equals(reserved.id())
            && charged.equals(NaiveWallet.micros(ended.amount().micros())),
        "I4",
        "%s is told that %s was charged %s, the journal has %s",
        reserved.id(),
        ended.reservation(),
        ended.amount(),
        charged);
    world.watch.expect(
        fate == Fate.COMMITTED || fate == Fate.LATE || fate == Fate.RELEASED,
        "I4",
        "%s is told to have ended, the journal has %s",
        ended.reservation(),
        fate);
    world.watch.expect(
        Promises.isBy(effect, asked.operation()),
        "model",
        "%s is attributed to others: %s",
        command,
        effect);
  }

  /**
   * What has ended, has ended for good. Never is it told that somebody took back what the client
   * was allowed, nor that there is none, by one that is behind.
   */
  private void refused(Refusal refusal, Asked asked) {
    Call.Reserved reserved = asked.reserved();
    WalletCommand command = asked.command();
    if (world.watch.isForgotten(refusal, reserved.wallet(), asked.operation(), asked.since())) {
      return;
    }
    NaiveWallet naive = world.watch.wallet(reserved.wallet());
    Fate fate = naive.fates.get(reserved.id());
    boolean right =
        switch (refusal.code()) {
          case RESERVATION_EXPIRED -> isOver(naive.lapsed(reserved.id()), fate, asked);
          case RESERVATION_FINALIZED ->
              fate == Fate.COMMITTED || fate == Fate.LATE || fate == Fate.RELEASED;
          case OVERAGE_REJECTED -> isOverage(naive.made(reserved.id()), command);
          case IDEMPOTENCY_KEY_REUSED -> asked.keyMayBeUsed();
          case RESERVATION_LEASED -> naive.isLease(reserved.id());
          case RESERVATION_NOT_FOUND ->
              world.watch.memories.hasForgottenEnding(reserved.wallet(), reserved.id());
          default -> false;
        };
    world.watch.expect(
        right, "model", "%s is refused with %s, the journal has %s", reserved.id(), refusal, fate);
    saw(
        refusal.code() == Refusal.Code.RESERVATION_EXPIRED
            && command instanceof WalletCommand.Commit,
        Rarity.COMMIT_LOST_TO_EXPIRY);
    saw(refusal.code() == Refusal.Code.IDEMPOTENCY_KEY_REUSED, Rarity.KEY_REUSED);
    saw(refusal.code() == Refusal.Code.RESERVATION_LEASED, Rarity.LEASE_NOT_ENDED_AS_A_RESERVATION);
  }

  /**
   * It has expired; and to be committed it is too late only when the time of grace is over, too, in
   * which somebody else may have committed it.
   */
  private boolean isOver(@Nullable Hold lapsed, @Nullable Fate fate, Asked asked) {
    return lapsed != null
        && (fate == Fate.EXPIRED || fate == Fate.LATE)
        && (!(asked.command() instanceof WalletCommand.Commit)
            || world.cluster.mayHaveCome(
                lapsed.expiresAt().plus(World.GRACE), asked.reserved().wallet(), asked.since()));
  }

  private static boolean isOverage(@Nullable Hold hold, WalletCommand command) {
    return hold != null
        && hold.overagePolicy() == OveragePolicy.REJECT
        && command instanceof WalletCommand.Commit commit
        && commit.amount() != null
        && commit.amount().compareTo(hold.amount()) > 0;
  }

  private void saw(boolean really, Rarity rarity) {
    if (really) {
      world.watch.saw(rarity);
    }
  }
}
