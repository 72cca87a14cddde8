package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaiveWallet.Fate;

/** What a holder of a lease is told when it settles or closes it. */
final class LeaseChecks {

  private final World world;

  LeaseChecks(World world) {
    this.world = world;
  }

  /**
   * @param operation under which it was asked
   * @param since when it was asked first
   * @param epoch the one that was named
   * @param known the one that the holder knows to be the lease's
   */
  void settled(
      Answer<WalletReply> answer,
      WalletCommand asked,
      EntityId wallet,
      Operation operation,
      Since since,
      long epoch,
      long known) {
    switch (answer) {
      case Answer.Done<WalletReply>(WalletReply reply, boolean again) -> {
        world.watch.expect(
            epoch == known, "I9", "%s is done in epoch %d, which was over", asked, epoch);
        switch (reply) {
          case WalletReply.LeaseSettled it ->
              world.watch.expect(
                  it.terms().epoch() == epoch + 1, "I9", "%s leads to %s", asked, it.terms());
          case WalletReply.Ended it -> {
            world.watch.saw(Rarity.LEASE_CLOSED);
            world.watch.expect(
                it.status().equals("released"), "I9", "%s leads to %s", asked, it.status());
          }
          case WalletReply other -> world.watch.violated("I9", "%s is answered %s", asked, other);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) ->
          world.watch.expect(
              mayBeRefused(refusal, asked, wallet, operation, since, epoch, known),
              "I9",
              "%s is refused: %s",
              asked,
              refusal);
      case Answer<WalletReply> other -> {}
    }
  }

  private boolean mayBeRefused(
      Refusal refusal,
      WalletCommand asked,
      EntityId wallet,
      Operation operation,
      Since since,
      long epoch,
      long known) {
    String lease =
        switch (asked) {
          case WalletCommand.SettleLease it -> it.lease();
          case WalletCommand.CloseLease it -> it.lease();
          case WalletCommand other -> throw new IllegalArgumentException(other.toString());
        };
    Fate fate = world.watch.wallet(wallet).fates.get(lease);
    boolean stale = refusal.code() == Refusal.Code.LEASE_EPOCH_STALE;
    if (stale) {
      world.watch.saw(Rarity.LEASE_OF_AN_OLDER_EPOCH);
    }
    return switch (refusal.code()) {
      // What nobody has answered may have been done all the same.
      case LEASE_EPOCH_STALE ->
          epoch < known || world.watch.wallet(wallet).isInLaterEpoch(lease, epoch);
      case LEASE_ENDED -> mayHaveEnded(asked, wallet, since);
      case RESERVATION_FINALIZED -> fate == Fate.RELEASED;
      case RESERVATION_EXPIRED -> fate == Fate.EXPIRED;
      case RESERVATION_NOT_FOUND ->
          fate != Fate.OPEN && world.watch.memories.hasForgottenEnding(wallet, lease);
      case IDEMPOTENCY_KEY_EXPIRED -> world.watch.isForgotten(refusal, wallet, operation, since);
      default -> false;
    };
  }

  /** It has expired, by some clock, or what was to be added is not there any more. */
  private boolean mayHaveEnded(WalletCommand asked, EntityId wallet, Since since) {
    if (!(asked instanceof WalletCommand.SettleLease it) || it.added() == null) {
      return false;
    }
    NaiveWallet naive = world.watch.wallet(wallet);
    Hold hold = naive.open(it.lease());
    if (hold == null
        || hold.lease() == null
        || naive.fates.get(it.added()) != Fate.OPEN
        || world.wasBehind(since, wallet)
        || world.cluster.mayHaveCome(hold.lease().expiresAt(), wallet, since)) {
      return true;
    }
    if (naive.isRevokedBy(it.lease(), since.moment())) {
      // Whoever decided knew that, and nothing else can have stood in the way.
      world.watch.saw(Rarity.REVOKED_LEASE_NOT_ADDED_TO);
    }
    return hold.lease().revoked();
  }
}
