package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Forgotten;
import dev.bursar.domain.operation.Decision.Found;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a wallet charges work that has run already, and for which it held nothing. Neither a debt nor
 * too few credits stand in its way, unless whoever reports it has asked for that.
 */
final class UsageRules {

  private final Wallet wallet;

  UsageRules(Wallet wallet) {
    this.wallet = wallet;
  }

  Decision<WalletEvent, WalletReply> charge(WalletCommand.ChargeUsage ask, Instant now) {
    Place ended = wallet.endingPlace(ask.reservation());
    if (ended != null) {
      return new Found<>(ended);
    }
    if (wallet.endings().mayHaveForgotten(ask.origin())) {
      return new Forgotten<>(wallet.endings().forgottenThrough());
    }
    Purse purse = wallet.purse(ask.creditType());
    Attribution who = ask.attribution();
    Hold lease = lease(ask);
    List<Draw> draws = new ArrayList<>(2);
    Credits covered = lease == null ? Credits.ZERO : ask.amount().min(lease.amount());
    if (lease != null) {
      Settlement.split(lease.draws(), covered, draws, new ArrayList<>(lease.draws().size()));
    }
    Credits excess = ask.amount().minus(covered);
    List<Draw> more = purse.draw(excess, who.feature(), who.model());
    Credits uncovered = excess.minus(Draw.sum(more));
    if (uncovered.isPositive() && ask.overagePolicy() == OveragePolicy.REJECT) {
      return rejected(
          ask,
          purse,
          "%s %s credits are available for this, %s were used, and the overage policy is reject"
              .formatted(ask.amount().minus(uncovered), purse.creditType, ask.amount()));
    }
    Credits debt = ask.overagePolicy() == OveragePolicy.RECORD ? uncovered : Credits.ZERO;
    try {
      return new Accepted<>(
          charged(
              ask,
              purse,
              Settlement.merged(draws, more),
              uncovered,
              debt,
              lease == null ? null : covered,
              now));
    } catch (ArithmeticException e) {
      return rejected(ask, purse, "the wallet would owe more than can be counted");
    }
  }

  private static Decision<WalletEvent, WalletReply> rejected(
      WalletCommand.ChargeUsage ask, Purse purse, String detail) {
    Attribution who = ask.attribution();
    return new Told<>(
        new WalletReply.NotHeld(
            List.of(
                new Denial(
                    DenialCode.INSUFFICIENT_CREDITS,
                    null,
                    null,
                    purse.available(who.feature(), who.model()),
                    ask.amount(),
                    detail))));
  }

  private WalletEvent charged(
      WalletCommand.ChargeUsage ask,
      Purse purse,
      List<Draw> draws,
      Credits uncovered,
      Credits debt,
      @Nullable Credits covered,
      Instant now) {
    boolean late = isLate(ask);
    Entries entries = new Entries(wallet, purse, now, ask.reservation(), ask.attribution());
    for (Draw draw : draws) {
      entries.onGrant(
          late ? EntryType.LATE_USAGE : EntryType.CONSUME, draw.grant(), draw.amount().negated());
    }
    entries.debt(debt);
    return new WalletEvent.UsageCharged(
        now,
        ask.reservation(),
        ask.amount().minus(uncovered).plus(debt),
        debt,
        uncovered.minus(debt),
        late,
        ask.reported(),
        ask.teamHolds(),
        entries.done(),
        entries.figures(covered == null ? purse.held : purse.held.minus(covered)),
        covered);
  }

  /**
   * The open lease that it was decided from, if it is of those that this covers. Whoever knows an
   * older epoch has it charged as if there were no lease: what is left of that is another's.
   */
  private @Nullable Hold lease(WalletCommand.ChargeUsage ask) {
    String name = ask.reported().lease();
    Hold hold = name == null ? null : wallet.holds().get(name);
    Lease terms = hold == null ? null : hold.lease();
    return hold != null
            && terms != null
            && Objects.equals(ask.reported().epoch(), terms.epoch())
            && hold.creditType().equals(ask.creditType())
            && hold.covers(ask.attribution())
        ? hold
        : null;
  }

  /** What was decided from a lease is late once that was settled; all else, long after it ran. */
  private boolean isLate(WalletCommand.ChargeUsage ask) {
    String lease = ask.reported().lease();
    return lease == null
        ? wallet.isLate(ask.reported().happenedAt(), ask.reportedAt())
        : !wallet.holds().containsKey(lease);
  }
}
