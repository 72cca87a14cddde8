package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.WalletReply;
import java.math.BigInteger;
import java.util.Set;
import java.util.TreeSet;

/** What a client is told of work that it has reported. */
final class ReportChecks {

  private final World world;

  ReportChecks(World world) {
    this.world = world;
  }

  /** What a report was answered: nothing but its own overage policy may stand in its way. */
  void reported(
      Answer<Decided> answer,
      ReserveRequest request,
      Reported event,
      EntityId wallet,
      Since since,
      boolean again) {
    if (answer instanceof Answer.Refused<Decided>(Refusal refusal)) {
      if (refusal.code() == Refusal.Code.INVALID) {
        // What ran just now, by a clock that is ahead, is in the future of one that is not.
        world.watch.expect(
            event.happenedAt().isAfter(world.cluster.earliestSince(since).plus(World.AHEAD_MAX)),
            "model",
            "%s is said to be ahead, and no clock has been so far behind: %s",
            event,
            refusal);
        world.watch.saw(Rarity.REPORT_AHEAD);
        return;
      }
      if (refusal.code() == Refusal.Code.ALREADY_REPORTED) {
        world.watch.expect(
            world.watch.reports.isCharged(wallet.org(), event),
            "I4",
            "%s is said to be on record, and was never charged",
            event);
        world.watch.saw(Rarity.REPORTED_TWICE);
      } else {
        AnswerChecks.withdrawn(
            world, wallet.org(), refusal, world.watch.reports.attempts(wallet.org(), event), since);
      }
      return;
    }
    Answer.Done<Decided> done = (Answer.Done<Decided>) answer;
    switch (done.value()) {
      case Decided.Allowed allowed -> {
        String charged = world.watch.reports.chargedBy(wallet.org(), event.source(), event.id());
        world.watch.expect(
            allowed.plan().reservation().equals(charged),
            "I4",
            "%s is accepted as %s, and was charged as %s",
            event,
            allowed.plan().reservation(),
            charged);
        WalletReply.Ended told = allowed.charged();
        world.watch.expect(
            world.watch.wallet(wallet).isEndedAsTold(allowed.plan().reservation(), told),
            "I4",
            "%s is accepted, and is told to be charged as %s",
            event,
            told);
        counted(allowed, request, wallet);
        if (again && done.replayed()) {
          world.watch.saw(Rarity.REPORTED_TWICE);
        }
      }
      case Decided.Denied denied -> {
        world.watch.expect(
            denied.denials().size() == 1
                && denied.denials().getFirst().code() == DenialCode.INSUFFICIENT_CREDITS
                && request.overagePolicy() == OveragePolicy.REJECT,
            "model",
            "%s is rejected: %s",
            event,
            denied.denials());
        // Who reports it beside others is told what they are.
        Since first = world.watch.attempted(denied.plan().reservation());
        boolean isBeside = first.micros() > 0 && first.micros() < since.micros();
        lacked(denied.denials().getFirst(), request, event, wallet, isBeside ? first : since);
        world.watch.saw(Rarity.REPORT_REJECTED);
      }
    }
  }

  /**
   * What could be drawn was at some time meanwhile as it is told, and too little: but of what was
   * decided from a lease, which may have covered some of it.
   */
  private void lacked(
      Denial denial, ReserveRequest request, Reported event, EntityId wallet, Since since) {
    Credits available = denial.available();
    Credits used = request.amount();
    if (available == null || used == null || !used.equals(denial.requested())) {
      world.watch.violated("model", "%s is rejected without figures: %s", event, denial);
      return;
    }
    BigInteger told = NaiveWallet.micros(available);
    boolean wasSo =
        world
            .watch
            .wallet(wallet)
            .since(String.valueOf(request.creditType()), world.from(since, wallet))
            .stream()
            .anyMatch(
                each ->
                    each.available(new NaivePots.Use(request.feature(), request.model()))
                        .equals(told));
    world.watch.expect(
        wasSo && (event.lease() != null || available.compareTo(used) < 0),
        "model",
        "%s of %s is rejected, and could be drawn: %s",
        used,
        wallet,
        denial);
  }

  /** The limits that are told are those that it was counted in, by the org and by the team. */
  private void counted(Decided.Allowed allowed, ReserveRequest request, EntityId wallet) {
    String reservation = allowed.plan().reservation();
    Set<String> told = new TreeSet<>();
    allowed.limits().stream()
        .filter(limit -> limit.since() == null)
        .forEach(limit -> told.add(limit.budget()));
    Set<String> counted = world.watch.limits(EntityId.org(wallet.org())).budgetsOf(reservation);
    String team = request.subject().team();
    if (team != null) {
      counted.addAll(world.watch.limits(EntityId.team(wallet.org(), team)).budgetsOf(reservation));
    }
    world.watch.expect(
        told.equals(counted),
        "model",
        "%s is told the limits %s, and counts in %s",
        reservation,
        told,
        counted);
  }

  /** It is found in the table of what is on record: it has been charged. */
  void onRecord(Reported event, String org) {
    world.watch.expect(
        world.watch.reports.isCharged(org, event),
        "I4",
        "%s is on record, and was never charged",
        event);
    world.watch.saw(Rarity.REPORT_FOUND_ON_RECORD);
  }

  /** What is said to be undecided may have been forgotten since it was looked up. */
  void told(Answer<Decided> answer, EntityId org) {
    world.watch.expect(
        !(answer instanceof Answer.Refused<Decided>(Refusal refusal))
            || refusal.code() != Refusal.Code.REPORT_UNDECIDED
            || world.watch.memories.hasForgottenSome(org),
        "model",
        "%s can't tell whether something was reported, and has forgotten nothing",
        org);
  }
}
