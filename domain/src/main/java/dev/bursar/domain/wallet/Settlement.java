package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an actual cost meets the hold that was made for it: the hold's own draws first, in burn
 * order; then, for what exceeds it, whatever else can be drawn; then debt, or nothing, as the
 * overage policy says. A hold that expired has no draws left: all of it is late usage.
 */
final class Settlement {

  private final Wallet wallet;
  private final Hold hold;
  private final boolean late;
  private final Purse purse;

  Settlement(Wallet wallet, Hold hold, boolean late) {
    this.wallet = wallet;
    this.hold = hold;
    this.late = late;
    this.purse = wallet.purse(hold.creditType());
  }

  /**
   * @param usage units by meter, where the commit said them; else empty
   */
  Decision<WalletEvent, WalletReply> of(
      Credits actual,
      Map<String, Long> usage,
      String actor,
      @Nullable String idempotencyKey,
      Instant now) {
    Credits held = late ? Credits.ZERO : hold.amount();
    Credits fromHold = actual.min(held);
    Credits excess = actual.minus(fromHold);
    String feature = hold.attribution().feature();
    String model = hold.attribution().model();
    if (excess.isPositive() && !late && hold.overagePolicy() == OveragePolicy.REJECT) {
      return new Refused<>(
          new Refusal(
              Code.OVERAGE_REJECTED,
              "amount",
              "%s is above the %s that was held, and the reservation's overage policy is reject"
                  .formatted(actual, held)));
    }
    List<Draw> more = excess.isPositive() ? purse.draw(excess, feature, model) : List.of();
    Credits uncovered = excess.minus(Draw.sum(more));
    boolean recorded = late || hold.overagePolicy() == OveragePolicy.RECORD;
    Credits debt = recorded ? uncovered : Credits.ZERO;

    Entries entries =
        new Entries(
            wallet,
            purse,
            now,
            hold.reservation(),
            hold.attribution().endedBy("commit", actor, idempotencyKey));
    EntryType type = late ? EntryType.LATE_USAGE : EntryType.CONSUME;
    List<Draw> used = new ArrayList<>(hold.draws().size());
    List<Draw> unused = new ArrayList<>(1);
    split(late ? List.of() : hold.draws(), fromHold, used, unused);
    for (Draw draw : merged(used, more)) {
      entries.onGrant(type, draw.grant(), draw.amount().negated());
    }
    entries.debt(debt);
    if (!late) {
      giveBack(entries, unused.reversed());
    }
    return new Accepted<>(
        new WalletEvent.Committed(
            now,
            hold.reservation(),
            actual.minus(uncovered).plus(debt),
            held.minus(fromHold),
            debt,
            uncovered.minus(debt),
            late,
            hold.teamHolds(),
            usage,
            entries.done(),
            entries.figures(purse.held.minus(held))));
  }

  /** Divides draws at an amount: what is used, in burn order, and what goes back. */
  static void split(List<Draw> draws, Credits at, List<Draw> used, List<Draw> unused) {
    Credits left = at;
    for (Draw draw : draws) {
      Credits part = draw.amount().min(left);
      left = left.minus(part);
      if (part.isPositive()) {
        used.add(new Draw(draw.grant(), part));
      }
      if (part.compareTo(draw.amount()) < 0) {
        unused.add(new Draw(draw.grant(), draw.amount().minus(part)));
      }
    }
  }

  /** One entry a grant, even if both the hold and the excess draw on it. */
  static List<Draw> merged(List<Draw> used, List<Draw> more) {
    if (more.isEmpty()) {
      return used;
    }
    Map<String, Credits> all = new LinkedHashMap<>();
    used.forEach(draw -> all.put(draw.grant(), draw.amount()));
    more.forEach(draw -> all.merge(draw.grant(), draw.amount(), Credits::plus));
    List<Draw> merged = new ArrayList<>(all.size());
    all.forEach((grant, amount) -> merged.add(new Draw(grant, amount)));
    return merged;
  }

  /** All of a hold goes back. */
  static WalletEvent released(
      Wallet wallet, Hold hold, WalletEvent.Cause cause, Attribution attribution, Instant at) {
    Purse purse = wallet.purse(hold.creditType());
    Entries entries = new Entries(wallet, purse, at, hold.reservation(), attribution);
    giveBack(entries, hold.draws().reversed());
    return new WalletEvent.Released(
        at,
        hold.reservation(),
        cause,
        hold.amount(),
        hold.teamHolds(),
        entries.done(),
        entries.figures(purse.held.minus(hold.amount())),
        hold.lease());
  }

  /** What goes back to a grant that has ended meanwhile ends at once; the rest pays debt first. */
  static void giveBack(Entries entries, List<Draw> returned) {
    for (Draw draw : returned) {
      entries.free(draw.grant(), draw.amount());
    }
  }
}
