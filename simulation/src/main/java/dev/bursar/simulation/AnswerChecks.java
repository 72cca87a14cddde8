package dev.bursar.simulation;

import dev.bursar.domain.budget.Scope;
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
import dev.bursar.simulation.NaiveWallet.Fate;
import dev.bursar.simulation.NaiveWallet.Figures;
import java.math.BigInteger;

/** What a client is told has to be in the journal, and to be what the naive models say. */
final class AnswerChecks {

  private final World world;

  AnswerChecks(World world) {
    this.world = world;
  }

  /** What a request to reserve was answered. */
  void reserved(Answer<Decided> answer, ReserveRequest request, EntityId wallet, int version) {
    if (answer instanceof Answer.Refused<Decided>(Refusal refusal)) {
      world.watch.expect(
          refusal.code() == Refusal.Code.ATTEMPT_WITHDRAWN,
          "model",
          "a reservation is refused: %s",
          refusal);
      world.watch.saw(Rarity.ATTEMPT_WITHDRAWN);
      return;
    }
    switch (((Answer.Done<Decided>) answer).value()) {
      case Decided.Allowed allowed -> allowed(allowed, request, wallet, version);
      case Decided.Denied denied -> denied(denied, request, wallet, version);
    }
  }

  /** What a report was answered: nothing but its own overage policy may stand in its way. */
  void reported(
      Answer<Decided> answer,
      ReserveRequest request,
      Reported event,
      EntityId wallet,
      boolean again) {
    if (answer instanceof Answer.Refused<Decided>(Refusal refusal)) {
      boolean twice = refusal.code() == Refusal.Code.ALREADY_REPORTED;
      world.watch.expect(
          twice || refusal.code() == Refusal.Code.ATTEMPT_WITHDRAWN,
          "model",
          "a report is refused: %s",
          refusal);
      world.watch.expect(
          !twice || world.watch.reports.isCharged(wallet.org(), event),
          "I4",
          "%s is said to be on record, and was never charged",
          event);
      world.watch.saw(twice ? Rarity.REPORTED_TWICE : Rarity.ATTEMPT_WITHDRAWN);
      return;
    }
    Answer.Done<Decided> done = (Answer.Done<Decided>) answer;
    switch (done.value()) {
      case Decided.Allowed allowed -> {
        world.watch.expect(
            world.watch.reports.isCharged(wallet.org(), event),
            "I4",
            "%s is accepted, and was never charged",
            event);
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
        world.watch.saw(Rarity.REPORT_REJECTED);
      }
    }
  }

  private void allowed(
      Decided.Allowed allowed, ReserveRequest request, EntityId wallet, int version) {
    String reservation = allowed.plan().reservation();
    NaiveWallet naive = world.watch.wallet(wallet);
    world.watch.expect(
        allowed.plan().amount().equals(request.amount()),
        "model",
        "%s was asked for %s, and is told %s",
        reservation,
        request.amount(),
        allowed.plan().amount());
    if (request.dryRun()) {
      return;
    }
    Fate fate = naive.fates.get(reservation);
    world.watch.expect(
        fate != null && fate != Fate.CANCELLED && fate != Fate.BARRED,
        "I4",
        "%s is allowed, and the wallet has it as %s",
        reservation,
        fate);
    world.watch.expect(
        world.watch.hasBegun(reservation) && !world.watch.wasDenied(reservation),
        "I4",
        "%s is allowed, and not in the org's journal",
        reservation);
    boolean known =
        naive.past.subList(version, naive.past.size()).stream()
            .anyMatch(figures -> figures.isLike(allowed.balance()));
    world.watch.expect(
        known,
        "model",
        "%s is told a balance of %s, which there was never meanwhile",
        reservation,
        allowed.balance());
    if (request.commit()) {
      WalletReply.Ended charged = allowed.charged();
      world.watch.expect(
          charged != null && charged.amount().equals(request.amount()),
          "model",
          "%s is to be charged %s, and is told %s",
          reservation,
          request.amount(),
          charged);
    } else {
      world.watch.saw(Rarity.ALLOWED);
    }
  }

  private void denied(Decided.Denied denied, ReserveRequest request, EntityId wallet, int version) {
    String reservation = denied.plan().reservation();
    world.watch.expect(
        !denied.denials().isEmpty(), "model", "%s is denied for no reason", reservation);
    boolean byOrg = false;
    boolean byTeam = false;
    boolean byWallet = false;
    for (Denial denial : denied.denials()) {
      if (denial.code() == DenialCode.INSUFFICIENT_CREDITS
          || denial.code() == DenialCode.WALLET_IN_DEBT) {
        byWallet = true;
        inTheWay(denial, request, wallet, version);
      } else if (denial.code() == DenialCode.FROZEN) {
        world.watch.saw(Rarity.FROZEN);
        byOrg = true;
      } else if (denial.limit() != null && denial.limit().scope().type() != Scope.Type.ORG) {
        byTeam |= denial.limit().scope().type() == Scope.Type.TEAM;
        byOrg |= denial.limit().scope().type() != Scope.Type.TEAM;
      } else {
        byOrg = true;
      }
    }
    if (byOrg) {
      world.watch.saw(Rarity.DENIED_BY_ORG);
    }
    if (byTeam) {
      world.watch.saw(Rarity.DENIED_BY_TEAM);
    }
    if (byWallet) {
      world.watch.saw(Rarity.DENIED_BY_WALLET);
    }
    if (denied.denials().size() > 1) {
      world.watch.saw(Rarity.DENIED_BY_SEVERAL);
    }
    if (!request.dryRun()) {
      world.watch.expect(
          world.watch.wasDenied(reservation),
          "I4",
          "%s is denied, and that is not in the org's journal",
          reservation);
    }
  }

  /** What could be drawn was at some time as it is told, and too little. */
  private void inTheWay(Denial denial, ReserveRequest request, EntityId wallet, int version) {
    Credits available = denial.available();
    Credits asked = request.amount();
    if (available == null || asked == null) {
      return;
    }
    NaiveWallet naive = world.watch.wallet(wallet);
    BigInteger told = NaiveWallet.micros(available.micros());
    boolean known =
        naive.past.subList(world.mayBeStale() ? 0 : version, naive.past.size()).stream()
            .map(Figures::available)
            .anyMatch(told::equals);
    world.watch.expect(
        known, "model", "%s is told of %s available, which there never was", wallet, available);
    world.watch.expect(
        denial.code() == DenialCode.WALLET_IN_DEBT || available.compareTo(asked) < 0,
        "model",
        "%s of %s is denied, with %s available",
        asked,
        wallet,
        available);
  }

  /** What a request to end a reservation was answered. */
  void ended(Answer<WalletReply> answer, SimulatedClient.Reserved reserved) {
    NaiveWallet naive = world.watch.wallet(reserved.wallet());
    Fate fate = naive.fates.get(reserved.id());
    switch (answer) {
      case Answer.Done<WalletReply> done -> {
        WalletReply.Ended ended = (WalletReply.Ended) done.value();
        BigInteger charged = naive.charged.getOrDefault(reserved.id(), BigInteger.ZERO);
        world.watch.expect(
            charged.equals(NaiveWallet.micros(ended.amount().micros())),
            "I4",
            "%s is told to have been charged %s, the journal has %s",
            reserved.id(),
            ended.amount(),
            charged);
        world.watch.expect(
            fate == Fate.COMMITTED || fate == Fate.LATE || fate == Fate.RELEASED,
            "I4",
            "%s is told to have ended, the journal has %s",
            reserved.id(),
            fate);
      }
      case Answer.Refused<WalletReply>(Refusal refusal) when world.mayBeStale() -> {
        if (refusal.code() == Refusal.Code.RESERVATION_EXPIRED) {
          world.watch.saw(Rarity.COMMIT_LOST_TO_EXPIRY);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        if (refusal.code() == Refusal.Code.RESERVATION_EXPIRED) {
          world.watch.expect(
              fate == Fate.EXPIRED || fate == Fate.LATE,
              "model",
              "%s is said to have expired, the journal has %s",
              reserved.id(),
              fate);
          world.watch.saw(Rarity.COMMIT_LOST_TO_EXPIRY);
        } else if (refusal.code() != Refusal.Code.OVERAGE_REJECTED) {
          world.watch.expect(
              refusal.code() == Refusal.Code.RESERVATION_FINALIZED
                  && fate != null
                  && fate != Fate.OPEN,
              "model",
              "%s is refused with %s, the journal has %s",
              reserved.id(),
              refusal,
              fate);
        }
      }
      case Answer<WalletReply> other -> {}
    }
  }
}
