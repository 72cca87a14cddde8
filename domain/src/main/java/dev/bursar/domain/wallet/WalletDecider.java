package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Forgotten;
import dev.bursar.domain.operation.Decision.Found;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a wallet. Reads the wallet, changes nothing: what is to change comes back as an
 * event. Validity is looked at before state, and state before funds; that an operation was done
 * before has been looked at by then.
 */
public final class WalletDecider {

  private static final Refusal NOT_OPEN =
      new Refusal(Code.WALLET_NOT_FOUND, "wallet", "there is no such wallet");

  static final Refusal OVERFLOW =
      new Refusal(
          Code.AMOUNT_OVERFLOW, "amount", "the wallet's figures would pass what can be counted");

  private final Wallet wallet;
  private final GrantRules grants;
  private final PlanGrantRules planGrants;
  private final Corrections corrections;
  private final Transfers transfers;
  private final UsageRules usage;
  private final LeaseRules leases;

  public WalletDecider(Wallet wallet) {
    this.wallet = wallet;
    this.grants = new GrantRules(wallet);
    this.planGrants = new PlanGrantRules(wallet, grants);
    this.corrections = new Corrections(wallet, grants);
    this.transfers = new Transfers(wallet, grants);
    this.usage = new UsageRules(wallet);
    this.leases = new LeaseRules(wallet);
  }

  /** What is to be made of a command at this time. */
  public Decision<WalletEvent, WalletReply> decide(WalletCommand command, Instant now) {
    WalletOwner owner = wallet.owner();
    if (owner == null) {
      return unopened(command, now);
    }
    try {
      return opened(command, owner, now);
    } catch (ArithmeticException e) {
      return new Refused<>(OVERFLOW);
    }
  }

  private Decision<WalletEvent, WalletReply> opened(
      WalletCommand command, WalletOwner owner, Instant now) {
    return switch (command) {
      case WalletCommand.Open open -> open(open, owner);
      case WalletCommand.AddGrant add -> grants.add(add, now);
      case WalletCommand.VoidGrant it -> grants.voided(it, now);
      case WalletCommand.ChangePlanGrants change -> planGrants.change(change, now);
      case WalletCommand.Refund refund -> corrections.refund(refund, now);
      case WalletCommand.Adjust adjust -> corrections.adjust(adjust, now);
      case WalletCommand.Reverse reverse -> corrections.reverse(reverse, now);
      case WalletCommand.TransferOut out -> transfers.out(out, now);
      case WalletCommand.TransferIn in -> transfers.in(in, now);
      case WalletCommand.BarTransfer bar -> transfers.bar(bar, now);
      case WalletCommand.SettleTransfer settle -> transfers.settle(settle, now);
      case WalletCommand.ReturnTransfer comeBack -> transfers.comeBack(comeBack, now);
      case WalletCommand.ListTransfers list -> new Told<>(transfers.list());
      case WalletCommand.HoldCredits hold -> hold(hold, now);
      case WalletCommand.ChargeUsage charge -> usage.charge(charge, now);
      case WalletCommand.CheckCredits check -> check(check);
      case WalletCommand.SettleLease settle ->
          leases.isOpen(settle.lease()) ? leases.settle(settle, now) : notOpen(settle.lease());
      case WalletCommand.CloseLease close ->
          leases.isOpen(close.lease()) ? leases.close(close, now) : notOpen(close.lease());
      case WalletCommand.RevokeLease revoke ->
          leases.isOpen(revoke.lease()) ? leases.revoke(revoke, now) : notOpen(revoke.lease());
      case WalletCommand.Commit commit -> commit(commit, now);
      case WalletCommand.Release release -> release(release, now);
      case WalletCommand.Cancel cancel -> cancel(cancel, now);
      case WalletCommand.Bar bar -> bar(bar.reservation(), bar.origin(), now);
      case WalletCommand.Extend extend -> extend(extend, now);
      case WalletCommand.Wake wake -> new Unchanged<>(new WalletReply.Woken(wallet.nextDue()));
      case WalletCommand.View view -> new Told<>(view(owner));
      case WalletCommand.ListGrants list ->
          new Told<>(wallet.grantsAfter(list.after(), list.limit()));
      case WalletCommand.ListOpen list ->
          new Unchanged<>(new WalletReply.OpenList(List.copyOf(wallet.holds().keySet())));
      case WalletCommand.Find find -> find(find.reservation(), find.origin());
    };
  }

  private Decision<WalletEvent, WalletReply> unopened(WalletCommand command, Instant now) {
    return switch (command) {
      case WalletCommand.Open open ->
          new Accepted<>(new WalletEvent.Opened(now, wallet.org(), wallet.name(), open.owner()));
      case WalletCommand.HoldCredits hold -> new Told<>(unknownWallet(hold.amount()));
      case WalletCommand.ChargeUsage charge -> new Told<>(unknownWallet(charge.amount()));
      case WalletCommand.CheckCredits check -> new Told<>(unknownWallet(check.amount()));
      case WalletCommand.Wake wake -> new Unchanged<>(new WalletReply.Woken(null));
      case WalletCommand.ListOpen list -> new Unchanged<>(new WalletReply.OpenList(List.of()));
      case WalletCommand.Cancel cancel -> new Told<>(new WalletReply.Barred(cancel.reservation()));
      case WalletCommand.Bar bar ->
          new Accepted<>(new WalletEvent.HoldBarred(now, bar.reservation()));
      case WalletCommand.AddGrant c -> new Refused<>(NOT_OPEN);
      case WalletCommand.VoidGrant c -> new Absent<>(NOT_OPEN);
      case WalletCommand.ChangePlanGrants c -> new Refused<>(NOT_OPEN);
      case WalletCommand.Refund c -> new Refused<>(NOT_OPEN);
      case WalletCommand.Adjust c -> new Refused<>(NOT_OPEN);
      case WalletCommand.Reverse c -> new Refused<>(NOT_OPEN);
      case WalletCommand.TransferOut c -> new Refused<>(NOT_OPEN);
      case WalletCommand.TransferIn c -> new Refused<>(NOT_OPEN);
      case WalletCommand.BarTransfer bar -> transfers.bar(bar, now);
      case WalletCommand.SettleTransfer c -> new Refused<>(NOT_OPEN);
      case WalletCommand.ReturnTransfer c -> new Refused<>(NOT_OPEN);
      case WalletCommand.ListTransfers list -> new Told<>(transfers.list());
      case WalletCommand.Commit c -> new Absent<>(unknownReservation(c.reservation()));
      case WalletCommand.Release c -> new Absent<>(unknownReservation(c.reservation()));
      case WalletCommand.Extend c -> new Absent<>(unknownReservation(c.reservation()));
      case WalletCommand.Find c -> notFound(c.reservation(), c.origin());
      case WalletCommand.SettleLease c -> new Absent<>(unknownReservation(c.lease()));
      case WalletCommand.CloseLease c -> new Absent<>(unknownReservation(c.lease()));
      case WalletCommand.RevokeLease c -> new Absent<>(unknownReservation(c.lease()));
      case WalletCommand.View c -> new Refused<>(NOT_OPEN);
      case WalletCommand.ListGrants c -> new Refused<>(NOT_OPEN);
    };
  }

  private WalletReply unknownWallet(Credits requested) {
    return new WalletReply.NotHeld(List.of(Denial.unknownWallet(wallet.name(), requested)));
  }

  private static Refusal unknownReservation(String reservation) {
    return new Refusal(
        Code.RESERVATION_NOT_FOUND, "reservation", "there is no reservation " + reservation);
  }

  private Decision<WalletEvent, WalletReply> open(WalletCommand.Open open, WalletOwner owner) {
    if (!open.owner().equals(owner)) {
      return new Refused<>(
          new Refusal(
              Code.OWNER_FIXED,
              "owner",
              "the wallet belongs to "
                  + (owner.team() == null ? "the org" : "team " + owner.team())
                  + "; an owner can't be changed"));
    }
    return new Unchanged<>(new WalletReply.Opened(owner));
  }

  // ---- holds

  private Decision<WalletEvent, WalletReply> hold(WalletCommand.HoldCredits ask, Instant now) {
    Place ended = wallet.endingPlace(ask.reservation());
    if (ended != null) {
      return new Found<>(ended);
    }
    Hold open = wallet.holds().get(ask.reservation());
    if (open != null) {
      return new Told<>(new WalletReply.Held(open, wallet.purse(open.creditType()).figures()));
    }
    if (isForgotten(ask.origin())) {
      return forgotten();
    }
    if (ask.amount().isNegative()) {
      return new Refused<>(Refusal.negative(ask.amount()));
    }
    Purse purse = wallet.purse(ask.creditType());
    Attribution who = ask.attribution();
    List<Denial> denials = denials(purse, ask.amount(), who.feature(), who.model());
    if (!denials.isEmpty()) {
      return new Told<>(new WalletReply.NotHeld(denials));
    }
    List<Draw> draws = purse.draw(ask.amount(), who.feature(), who.model());
    if (ask.commit()) {
      return new Accepted<>(charged(ask, purse, draws, now));
    }
    Lease lease = ask.lease();
    Hold hold =
        new Hold(
            ask.reservation(),
            ask.creditType(),
            ask.amount(),
            draws,
            ask.price(),
            now,
            (lease == null || lease.expiresAt().isBefore(now) ? now : lease.expiresAt())
                .plusSeconds(ask.ttlSeconds()),
            ask.overagePolicy(),
            ask.teamHolds(),
            who,
            lease);
    return new Accepted<>(new WalletEvent.CreditsHeld(now, hold, withHeld(purse, ask.amount())));
  }

  private WalletEvent charged(
      WalletCommand.HoldCredits ask, Purse purse, List<Draw> draws, Instant now) {
    Attribution who = ask.attribution();
    Entries entries =
        new Entries(
            wallet,
            purse,
            now,
            ask.reservation(),
            who.endedBy("commit", who.actor(), who.idempotencyKey()));
    for (Draw draw : draws) {
      entries.onGrant(EntryType.CONSUME, draw.grant(), draw.amount().negated());
    }
    return new WalletEvent.Charged(
        now,
        ask.reservation(),
        ask.amount(),
        ask.teamHolds(),
        entries.done(),
        entries.figures(purse.held));
  }

  private static Balance withHeld(Purse purse, Credits more) {
    return new Balance(purse.creditType, purse.balance, purse.held.plus(more), purse.debt);
  }

  private Decision<WalletEvent, WalletReply> check(WalletCommand.CheckCredits ask) {
    Purse purse = wallet.purse(ask.creditType());
    if (ask.canNameFeature() && purse.hasOfOneFeature(ask.model())) {
      return LeaseRules.confined(ask.creditType());
    }
    List<Denial> denials = denials(purse, ask.amount(), ask.feature(), ask.model());
    return new Told<>(
        denials.isEmpty()
            ? new WalletReply.WouldHold(withHeld(purse, ask.amount()))
            : new WalletReply.NotHeld(denials));
  }

  private List<Denial> denials(
      Purse purse, Credits amount, @Nullable String feature, @Nullable String model) {
    Credits available = purse.available(feature, model);
    if (purse.debt.isPositive()) {
      return List.of(
          new Denial(
              DenialCode.WALLET_IN_DEBT,
              null,
              null,
              available,
              amount,
              "the wallet owes %s %s credits; the next grant pays that first"
                  .formatted(purse.debt, purse.creditType)));
    }
    if (available.compareTo(amount) < 0) {
      return List.of(
          new Denial(
              DenialCode.INSUFFICIENT_CREDITS,
              null,
              null,
              available,
              amount,
              "%s %s credits are available for this, %s are needed"
                  .formatted(available, purse.creditType, amount)));
    }
    return List.of();
  }

  private Decision<WalletEvent, WalletReply> commit(WalletCommand.Commit ask, Instant now) {
    Hold open = wallet.holds().get(ask.reservation());
    Hold hold = open != null ? open : wallet.lapsed(ask.reservation(), now);
    if (hold == null) {
      return notOpen(ask.reservation());
    }
    if (hold.lease() != null) {
      return LeaseRules.leased();
    }
    Credits actual = ask.amount();
    Map<String, Long> usage = ask.usage();
    if (usage != null) {
      Price price = hold.price();
      String unpriced = price == null ? null : price.unpriced(usage);
      if (price == null || unpriced != null) {
        return new Refused<>(
            new Refusal(
                Code.INVALID,
                "usage",
                price == null
                    ? "the reservation was made by amount, and can only be committed by amount"
                    : "the reservation's price has no rate for the meter " + unpriced));
      }
      try {
        actual = price.of(usage);
      } catch (ArithmeticException e) {
        return new Refused<>(
            new Refusal(Code.AMOUNT_OVERFLOW, "usage", "costs more than can be counted"));
      }
    }
    if (actual == null) {
      throw new IllegalArgumentException("neither amount nor usage");
    }
    return new Settlement(wallet, hold, open == null)
        .of(actual, usage == null ? Map.of() : usage, ask.actor(), ask.idempotencyKey(), now);
  }

  private Decision<WalletEvent, WalletReply> release(WalletCommand.Release ask, Instant now) {
    Hold hold = wallet.holds().get(ask.reservation());
    if (hold == null) {
      return notOpen(ask.reservation());
    }
    if (hold.lease() != null) {
      return LeaseRules.leased();
    }
    return new Accepted<>(
        Settlement.released(
            wallet,
            hold,
            WalletEvent.Cause.RELEASED,
            hold.attribution().endedBy("release", ask.actor(), ask.idempotencyKey()),
            now));
  }

  private Decision<WalletEvent, WalletReply> cancel(WalletCommand.Cancel ask, Instant now) {
    Hold hold = wallet.holds().get(ask.reservation());
    if (hold != null) {
      return new Accepted<>(
          Settlement.released(
              wallet,
              hold,
              WalletEvent.Cause.CANCELLED,
              hold.attribution().endedBy("cancel", Attribution.SELF, null),
              now));
    }
    return ask.origin() == null
        ? find(ask.reservation(), null)
        : bar(ask.reservation(), ask.origin(), now);
  }

  private Decision<WalletEvent, WalletReply> bar(
      String reservation, @Nullable Origin origin, Instant now) {
    Decision<WalletEvent, WalletReply> known = remembered(reservation);
    if (known != null) {
      return known;
    }
    return isForgotten(origin)
        ? forgotten()
        : new Accepted<>(new WalletEvent.HoldBarred(now, reservation));
  }

  private boolean isForgotten(@Nullable Origin origin) {
    return origin != null && wallet.endings().mayHaveForgotten(origin);
  }

  private Decision<WalletEvent, WalletReply> forgotten() {
    return new Forgotten<>(wallet.endings().forgottenThrough());
  }

  private Decision<WalletEvent, WalletReply> extend(WalletCommand.Extend ask, Instant now) {
    Hold hold = wallet.holds().get(ask.reservation());
    if (hold == null) {
      return notOpen(ask.reservation());
    }
    if (hold.lease() != null) {
      return LeaseRules.leased();
    }
    Instant asked = now.plusSeconds(ask.ttlSeconds());
    Instant until = asked.isAfter(hold.expiresAt()) ? asked : hold.expiresAt();
    return new Accepted<>(new WalletEvent.HoldExtended(now, ask.reservation(), until));
  }

  /** How a reservation ended is for good; that there is none, a newer row may say otherwise. */
  private Decision<WalletEvent, WalletReply> notOpen(String reservation) {
    return switch (wallet.ending(reservation)) {
      case null -> new Absent<>(unknownReservation(reservation));
      case BARRED -> new Refused<>(unknownReservation(reservation));
      case COMMITTED ->
          new Refused<>(
              Refusal.of(Code.RESERVATION_FINALIZED, "the reservation has already been committed"));
      case RELEASED ->
          new Refused<>(
              Refusal.of(Code.RESERVATION_FINALIZED, "the reservation has already been released"));
      case EXPIRED ->
          new Refused<>(
              Refusal.of(
                  Code.RESERVATION_EXPIRED,
                  "the reservation has expired; a late commit is recorded only within the grace"
                      + " period"));
    };
  }

  private Decision<WalletEvent, WalletReply> find(String reservation, @Nullable Origin origin) {
    Decision<WalletEvent, WalletReply> known = remembered(reservation);
    if (known != null) {
      return known;
    }
    return isForgotten(origin) ? forgotten() : notFound(reservation, origin);
  }

  /** Org and team ask again; anybody else takes it for gone. */
  private static Decision<WalletEvent, WalletReply> notFound(
      String reservation, @Nullable Origin origin) {
    Refusal refusal = unknownReservation(reservation);
    return origin == null ? new Absent<>(refusal) : new Refused<>(refusal);
  }

  private @Nullable Decision<WalletEvent, WalletReply> remembered(String reservation) {
    Hold hold = wallet.holds().get(reservation);
    if (hold != null) {
      return new Told<>(new WalletReply.Open(hold, wallet.purse(hold.creditType()).figures()));
    }
    Place ended = wallet.endingPlace(reservation);
    return ended == null ? null : new Found<>(ended);
  }

  private WalletReply view(WalletOwner owner) {
    return new WalletReply.Viewed(
        owner,
        List.copyOf(wallet.balances()),
        wallet.nextExpiry(),
        wallet.ledgerSequence(),
        wallet.ledgerHead());
  }

  // ---- what falls due

  /** The next thing that fell due by now, as an event dated when it fell due; null if none did. */
  public @Nullable WalletEvent due(Instant now) {
    Wallet.Due due = wallet.due(now);
    if (due == null) {
      return null;
    }
    // What fell due while the clock stood behind the wallet's last event is dated with that event.
    Instant at = due.at().isBefore(wallet.lastAt()) ? wallet.lastAt() : due.at();
    return switch (due.what()) {
      case GRANT_STARTS -> {
        Wallet.Scheduled later = wallet.scheduledGrant(due.id());
        yield grants.started(
            later.grant(), later.attribution().endedBy("schedule", Attribution.SELF, null), at);
      }
      case GRANT_ENDS -> grants.ended(wallet.grant(due.id()), at);
      case HOLD_ENDS -> {
        Hold hold = wallet.openHold(due.id());
        yield Settlement.released(
            wallet,
            hold,
            WalletEvent.Cause.EXPIRED,
            hold.attribution().endedBy("expiry", Attribution.SELF, null),
            at);
      }
    };
  }
}
