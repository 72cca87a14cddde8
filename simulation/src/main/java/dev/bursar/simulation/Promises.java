package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What somebody was told may be spent, from the moment in which the answer leaves its node, whether
 * it is heard or not. All who have a part in it hold it by then, durably; and nobody takes it back
 * afterwards.
 */
final class Promises {

  private final Watch watch;

  /** The nodes that told it, by reservation. */
  private final Map<String, String> told = new HashMap<>();

  Promises(Watch watch) {
    this.watch = watch;
  }

  /** Whether somebody was told that this may be spent. */
  boolean has(String reservation) {
    return told.containsKey(reservation);
  }

  /** A node says that something may be spent. */
  void allowed(Decided.Allowed allowed, EntityId wallet, String node) {
    if (allowed.plan().request().dryRun()) {
      return;
    }
    String reservation = allowed.plan().reservation();
    told.putIfAbsent(reservation, node);
    Fate fate = watch.wallet(wallet).fates.get(reservation);
    watch.expect(
        fate != null && fate != Fate.CANCELLED && fate != Fate.BARRED,
        "I4",
        "%s is allowed, and the wallet has it as %s",
        reservation,
        fate);
    watch.expect(
        watch.hasBegun(reservation) && !watch.wasDenied(reservation),
        "I4",
        "%s is allowed, and not in the org's journal",
        reservation);
    boolean asksTeam = watch.org(EntityId.org(wallet.org())).asksTeam(reservation);
    asItWasAsked(allowed.plan(), asksTeam, watch.wallet(wallet));
    String team = allowed.plan().request().subject().team();
    watch.expect(
        !asksTeam
            || (team != null
                && watch.limits(EntityId.team(wallet.org(), team)).hasHeld(reservation)),
        "I11",
        "%s is allowed, and the team %s has never held it",
        reservation,
        team);
  }

  /** Whether it is attributed to whom and what it was asked for. */
  static boolean isOf(Attribution attribution, Plan plan) {
    ReserveRequest request = plan.request();
    return attribution.subject().equals(request.subject())
        && Objects.equals(attribution.feature(), request.feature())
        && Objects.equals(attribution.model(), request.model())
        && Objects.equals(attribution.session(), request.session())
        && attribution.metadata().equals(request.metadata())
        && Arrays.equals(attribution.salt(), plan.salt());
  }

  /** Whether it is attributed to who asked for it, by the key under which it was asked for. */
  static boolean isBy(Attribution attribution, Plan plan) {
    return attribution.actor().equals(plan.actor())
        && Objects.equals(attribution.idempotencyKey(), plan.idempotencyKey());
  }

  /**
   * Whether an event's entries, if it has any, are attributed to who asked for this, for what, and
   * by their key: that of the operation, or of what it is a step of.
   */
  static boolean isBy(@Nullable Object event, Operation operation) {
    Transaction transaction = event instanceof WalletEvent of ? of.transaction() : null;
    if (transaction == null) {
      return true;
    }
    Attribution attribution = transaction.attribution();
    List<String> lines = operation.key().lines().toList();
    return attribution.actor().equals(Asker.ACTOR)
        && attribution.trigger().equals(lines.getFirst().split(":", 2)[0])
        && lines.subList(1, lines.size()).contains(attribution.idempotencyKey());
  }

  /** What is set aside is what was asked, and on the terms that were asked for. */
  private void asItWasAsked(Plan plan, boolean asksTeam, NaiveWallet wallet) {
    Hold hold = wallet.made(plan.reservation());
    watch.expect(
        hold == null
            || (hold.amount().equals(plan.amount())
                && hold.creditType().equals(plan.creditType())
                && isOf(hold.attribution(), plan)
                && isBy(hold.attribution(), plan)
                && hold.overagePolicy() == plan.request().overagePolicy()
                && hold.expiresAt().equals(expiry(plan, hold))
                && hold.teamHolds() == asksTeam),
        "model",
        "%s is allowed as %s, and held as %s",
        plan.reservation(),
        plan,
        hold);
  }

  /**
   * A lease is held beyond its end, until all of it is reported; what is added to one, not long.
   * When it ends, the hold says: the plan may have been made anew since, and later.
   */
  private static @Nullable Instant expiry(Plan plan, Hold hold) {
    LeaseTerms terms = plan.request().lease();
    Lease lease = hold.lease();
    Instant madeAt = hold.madeAt();
    if (terms == null) {
      return lease == null ? madeAt.plusSeconds(plan.request().ttlSeconds()) : null;
    }
    if (terms.more() != null) {
      return lease == null ? madeAt.plusSeconds(LeaseTerms.ADDED_WITHIN_SECONDS) : null;
    }
    return lease == null
        ? null
        : (lease.expiresAt().isBefore(madeAt) ? madeAt : lease.expiresAt())
            .plusSeconds(terms.settleSeconds());
  }

  /** The org does not know it any more: what has ended may be barred, which changes nothing. */
  void barredByOrg(String reservation, EntityId org) {
    if (!hasEnded(reservation)) {
      takenBack(reservation, org, "barred");
    }
  }

  /**
   * An org denies something. What a lease was to get may have ended as it was added to that; who
   * asks for it once more, when neither its org nor its wallet knows of that, may be denied, which
   * changes nothing.
   *
   * @param remembers whether the org knows what it had decided
   */
  void deniedByOrg(String reservation, EntityId org, boolean isOfLease, boolean remembers) {
    ReservationId id = ReservationId.parse(reservation);
    boolean isForgotten =
        id != null
            && hasEnded(reservation)
            && watch.memories.hasForgottenHold(EntityId.wallet(id.org(), id.wallet()), reservation);
    if (!isOfLease || remembers || !isForgotten) {
      takenBack(reservation, org, "denied");
    }
  }

  private boolean hasEnded(String reservation) {
    ReservationId id = ReservationId.parse(reservation);
    Fate fate =
        id == null
            ? null
            : watch.wallet(EntityId.wallet(id.org(), id.wallet())).fates.get(reservation);
    return fate != null && fate != Fate.OPEN;
  }

  /** Somebody puts on record that this is not, or will never be, held. */
  void takenBack(String reservation, EntityId by, String how) {
    String node = told.get(reservation);
    watch.expect(
        node == null, "I4", "%s was allowed by %s, and then %s by %s", reservation, node, how, by);
  }
}
