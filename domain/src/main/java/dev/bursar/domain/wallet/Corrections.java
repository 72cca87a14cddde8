package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refunds, adjustments and reversals: new entries that correct what was recorded before. A refund
 * unwinds a charge in the reverse order of its draw: first what no grant had covered, then the
 * grants, the last that was drawn on first. A reversal does so with what an adjustment or a void
 * took away.
 */
final class Corrections {

  private final Wallet wallet;
  private final GrantRules grants;

  Corrections(Wallet wallet, GrantRules grants) {
    this.wallet = wallet;
    this.grants = grants;
  }

  // ---- refunds

  Decision<WalletEvent, WalletReply> refund(WalletCommand.Refund ask, Instant now) {
    Charge charge = ask.charge();
    Credits total = charge.total();
    if (total.isZero()) {
      return new Refused<>(
          new Refusal(
              Code.NOT_REFUNDABLE,
              "transaction_id",
              "the transaction %s charged nothing that could be refunded"
                  .formatted(charge.transaction())));
    }
    if (ask.amount() != null && !ask.amount().isPositive()) {
      return new Refused<>(notPositive(ask.amount()));
    }
    Purse purse = wallet.purse(charge.creditType());
    long needed = wallet.lastCorrection(charge.transaction());
    if (charge.owed().isPositive()) {
      needed = Math.max(needed, purse.repaidThrough);
    }
    Decision<WalletEvent, WalletReply> again = readAgain(charge.through(), needed);
    if (again != null) {
      return again;
    }
    Credits left = total.minus(charge.refunded());
    Credits amount = ask.amount() == null ? left : ask.amount();
    if (left.isZero() || amount.compareTo(left) > 0) {
      return new Refused<>(
          new Refusal(
              Code.REFUND_EXCEEDS_CHARGE,
              "amount",
              "the transaction charged %s, of which %s can still be refunded"
                  .formatted(total, left)));
    }
    Entries entries =
        Entries.correcting(wallet, purse, now, charge.transaction(), ask.attribution());
    List<Draw> paidDebt = unwind(charge, amount, purse, entries);
    return new Accepted<>(
        new WalletEvent.Refunded(
            now,
            charge.transaction(),
            amount,
            paidDebt,
            entries.done(),
            entries.figures(purse.held)));
  }

  /**
   * What to answer where the ledger was not read up to the last entry that may matter; or up to one
   * that is not known here, since another incarnation wrote it. Else null.
   */
  private @Nullable Decision<WalletEvent, WalletReply> readAgain(long through, long needed) {
    if (through < needed) {
      return new Told<>(new WalletReply.ReadFurther(needed));
    }
    return through > wallet.ledgerSequence()
        ? new Unchanged<>(new WalletReply.ReadFurther(through))
        : null;
  }

  /** Gives back so much of what is left of a charge; and tells who had paid its debt. */
  private List<Draw> unwind(Charge charge, Credits amount, Purse purse, Entries entries) {
    Credits before = charge.refunded();
    Credits ofDebt = charge.debt().minus(before).max(Credits.ZERO).min(amount);
    Credits unpaid = charge.owed().min(ofDebt);
    // What is owed is refunded first: who had paid is given back to only once all was paid.
    Credits paidBack = charge.debt().min(before).minus(charge.forgiven());
    wallet.requireRoom(charge.creditType(), amount.minus(unpaid));
    entries.debt(unpaid.negated());
    List<Draw> paid = last(charge.paid(), paidBack, ofDebt.minus(unpaid));
    List<Draw> drawn =
        last(charge.draws(), before.minus(charge.debt()).max(Credits.ZERO), amount.minus(ofDebt));
    Credits found = unpaid.plus(Draw.sum(paid)).plus(Draw.sum(drawn));
    if (!found.equals(amount) || unpaid.compareTo(purse.debt) > 0) {
      throw new IllegalStateException(
          "of %s to refund of %s, %s could be traced"
              .formatted(amount, charge.transaction(), found));
    }
    for (Draw draw : paid) {
      entries.giveBack(EntryType.REFUND, draw.grant(), draw.amount());
    }
    for (Draw draw : drawn) {
      entries.giveBack(EntryType.REFUND, draw.grant(), draw.amount());
    }
    return paid;
  }

  /** The last so much of these draws, the last first, leaving out so much at the very end. */
  private static List<Draw> last(List<Draw> draws, Credits leftOut, Credits amount) {
    List<Draw> found = new ArrayList<>(draws.size());
    Credits skip = leftOut;
    Credits missing = amount;
    for (Draw draw : draws.reversed()) {
      Credits skipped = draw.amount().min(skip);
      Credits part = draw.amount().minus(skipped).min(missing);
      skip = skip.minus(skipped);
      missing = missing.minus(part);
      if (part.isPositive()) {
        found.add(new Draw(draw.grant(), part));
      }
    }
    return found;
  }

  // ---- adjustments

  Decision<WalletEvent, WalletReply> adjust(WalletCommand.Adjust ask, Instant now) {
    if (ask.amount().isZero()) {
      return new Refused<>(new Refusal(Code.INVALID, "amount", "is 0, which corrects nothing"));
    }
    return ask.amount().isNegative() ? takeAway(ask, now) : putIn(ask, now);
  }

  private Decision<WalletEvent, WalletReply> putIn(WalletCommand.Adjust ask, Instant now) {
    String id = ask.grant();
    if (id == null) {
      return new Refused<>(
          new Refusal(Code.INVALID, "grant", "is missing: what is added needs a grant to hold it"));
    }
    if (grants.isKnown(id)) {
      return new Refused<>(
          new Refusal(Code.GRANT_EXISTS, "grant", "the wallet already has a grant named " + id));
    }
    Refusal excess = grants.excess(1);
    if (excess != null) {
      return new Refused<>(excess);
    }
    Grant grant =
        new Grant(
            id,
            ask.creditType(),
            ask.amount(),
            Grant.Category.PROMOTIONAL,
            Grant.PRIORITY_DEFAULT,
            now,
            null,
            Set.of(),
            Set.of(),
            null,
            null,
            ask.attribution().actor(),
            now);
    Purse purse = wallet.purse(ask.creditType());
    wallet.requireRoom(ask.creditType(), ask.amount());
    Entries entries = new Entries(wallet, purse, now, null, ask.attribution());
    entries.on(grant, EntryType.ADJUST, ask.amount());
    entries.repay(grant, ask.amount());
    return new Accepted<>(
        new WalletEvent.Adjusted(now, grant, entries.done(), entries.figures(purse.held)));
  }

  private Decision<WalletEvent, WalletReply> takeAway(WalletCommand.Adjust ask, Instant now) {
    Credits amount = ask.amount().negated();
    Purse purse = wallet.purse(ask.creditType());
    String id = ask.grant();
    GrantState grant = id == null ? null : wallet.grants().get(id);
    if (id != null && (grant == null || !grant.grant.creditType().equals(ask.creditType()))) {
      return new Refused<>(
          new Refusal(
              Code.GRANT_NOT_FOUND,
              "grant",
              "the wallet has no grant named %s of %s".formatted(id, ask.creditType())));
    }
    Credits available = grant == null ? purse.available() : grant.available();
    if (available.compareTo(amount) < 0) {
      return new Refused<>(exceeds(available, amount, ask.creditType()));
    }
    List<Draw> draws =
        grant == null ? purse.draw(amount) : List.of(new Draw(grant.grant.id(), amount));
    Entries entries = new Entries(wallet, purse, now, null, ask.attribution());
    for (Draw draw : draws) {
      entries.onGrant(EntryType.ADJUST, draw.grant(), draw.amount().negated());
    }
    return new Accepted<>(
        new WalletEvent.Adjusted(now, null, entries.done(), entries.figures(purse.held)));
  }

  // ---- reversals

  Decision<WalletEvent, WalletReply> reverse(WalletCommand.Reverse ask, Instant now) {
    Taken taken = ask.taken();
    if (taken.draws().isEmpty()) {
      return new Refused<>(
          new Refusal(
              Code.NOT_REFUNDABLE,
              "corrects",
              "the transaction %s took nothing away by an adjustment or with a voided grant"
                  .formatted(taken.transaction())));
    }
    if (!ask.amount().isPositive()) {
      return new Refused<>(notPositive(ask.amount()));
    }
    if (!taken.creditType().equals(ask.creditType())) {
      return new Refused<>(
          new Refusal(
              Code.INVALID,
              "credit_type",
              "is not that of the transaction, " + taken.creditType()));
    }
    Decision<WalletEvent, WalletReply> again =
        readAgain(taken.through(), wallet.lastCorrection(taken.transaction()));
    if (again != null) {
      return again;
    }
    Credits left = taken.total().minus(taken.returned());
    if (ask.amount().compareTo(left) > 0) {
      return new Refused<>(
          new Refusal(
              Code.REFUND_EXCEEDS_CHARGE,
              "amount",
              "the transaction took %s, of which %s can still be given back"
                  .formatted(taken.total(), left)));
    }
    wallet.requireRoom(taken.creditType(), ask.amount());
    Purse purse = wallet.purse(taken.creditType());
    Entries entries =
        Entries.correcting(wallet, purse, now, taken.transaction(), ask.attribution());
    for (Draw draw : last(taken.draws(), taken.returned(), ask.amount())) {
      GrantState grant = wallet.grant(draw.grant());
      if (!taken.voided() || !grant.isVoided() || wasVoidedAfter(taken, grant)) {
        entries.giveBack(EntryType.ADJUST, draw.grant(), draw.amount());
      } else if (grant.grant.isOverAt(now)) {
        entries.onGrant(EntryType.ADJUST, draw.grant(), draw.amount());
        entries.onGrant(EntryType.EXPIRE, draw.grant(), draw.amount().negated());
      } else {
        entries.onGrant(EntryType.ADJUST, draw.grant(), draw.amount());
        entries.repay(grant.grant, draw.amount());
      }
    }
    return new Accepted<>(
        new WalletEvent.Adjusted(now, null, entries.done(), entries.figures(purse.held)));
  }

  /** It was in force again in the meantime: what ended it then is another void. */
  private static boolean wasVoidedAfter(Taken taken, GrantState grant) {
    if (grant.voidedThrough != null) {
      return taken.last() < grant.voidedThrough;
    }
    return grant.voidedAt != null && taken.at().isBefore(grant.voidedAt);
  }

  static Refusal notPositive(Credits amount) {
    return new Refusal(Code.INVALID, "amount", "is %s; it has to be above 0".formatted(amount));
  }

  static Refusal exceeds(Credits available, Credits amount, String creditType) {
    return new Refusal(
        Code.EXCEEDS_AVAILABLE,
        "amount",
        "%s %s credits are available, %s would be taken".formatted(available, creditType, amount));
  }
}
