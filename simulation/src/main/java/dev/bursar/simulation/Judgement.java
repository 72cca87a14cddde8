package dev.bursar.simulation;

import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.NaiveWallet.Fate;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold once everything has come to rest. */
final class Judgement {

  /** Who has something to do is looked for every second; one that is woken may have to start. */
  private static final Duration DUE_DONE_WITHIN = Duration.ofSeconds(5);

  /** In the end nobody has told anybody anything for so long, in microseconds. */
  private static final long QUIET_FOR = 60_000_000;

  private final World world;
  private final Watch watch;

  Judgement(World world) {
    this.world = world;
    this.watch = world.watch;
  }

  /** Every hold has ended, everywhere; and what was charged counts, on every level. */
  void judge() {
    if (!watch.violations().isEmpty()) {
      return;
    }
    watch.wallets.forEach(this::everyHoldHasEnded);
    watch.limits.forEach(
        (name, limits) ->
            watch.expect(!limits.hasOpen(), "I12", "%s still holds budget for something", name));
    watch.limits.forEach(this::chargedOnEveryLevel);
    watch.wallets.forEach(this::whatWasChargedWasAgreedTo);
    transfersArrived();
    watch.branches.expectToldBy(world.time.nowMicros() - QUIET_FOR);
    watch.plans.judge();
    watch.wallets.forEach(
        (name, wallet) ->
            watch.expect(!wallet.hasPlanGrants(), "model", "%s has what no plan gives", name));
    world.projection.expectToBeThrough();
  }

  /** And what was denied holds and has used nothing. */
  private void everyHoldHasEnded(String name, NaiveWallet wallet) {
    wallet.fates.forEach(
        (reservation, fate) -> {
          watch.expect(fate != Fate.OPEN, "I12", "%s: %s is still open", name, reservation);
          watch.expect(
              !watch.wasDenied(reservation)
                  || fate == Fate.CANCELLED
                  || fate == Fate.BARRED
                  || fate == Fate.EXPIRED,
              "I12",
              "%s: %s was denied, and is %s",
              name,
              reservation,
              fate);
        });
  }

  /** By the org, and by the team where that counts it. */
  private void whatWasChargedWasAgreedTo(String name, NaiveWallet wallet) {
    String org = EntityId.parse(name).org();
    for (String reservation : wallet.charged.keySet()) {
      Plan plan = watch.begun(reservation);
      watch.expect(
          plan != null, "I11", "%s: %s is charged, and the org never began it", name, reservation);
      Transaction charge = wallet.chargeOf(reservation);
      watch.expect(
          plan == null
              || charge == null
              || (plan.creditType().equals(charge.creditType())
                  && Promises.isOf(charge.attribution(), plan)
                  // Whoever ends a hold may be another than who made it.
                  && (wallet.made(reservation) != null
                      || Promises.isBy(charge.attribution(), plan))),
          "model",
          "%s: %s is asked for as %s, and charged as %s",
          name,
          reservation,
          plan,
          charge);
      String team = plan == null ? null : plan.request().subject().team();
      watch.expect(
          plan == null
              || !watch.org(EntityId.org(org)).asksTeam(reservation)
              || (team != null && watch.limits(EntityId.team(org, team)).hasHeld(reservation)),
          "I11",
          "%s: %s is charged, and the team %s has never held it",
          name,
          reservation,
          team);
    }
  }

  private void chargedOnEveryLevel(String name, NaiveLimits limits) {
    EntityId id = EntityId.parse(name);
    Map<String, BigInteger> charged = new HashMap<>();
    Set<String> late = new HashSet<>();
    watch.wallets.forEach(
        (wallet, naive) -> {
          if (EntityId.parse(wallet).org().equals(id.org())) {
            charged.putAll(naive.charged);
            naive.fates.forEach(
                (reservation, fate) -> {
                  if (fate == Fate.LATE) {
                    late.add(reservation);
                  }
                });
          }
        });
    // What comes after its entity has forgotten the expiry is lost for the budgets.
    Set<String> tooLate = new HashSet<>(late);
    tooLate.removeIf(reservation -> !limits.starts.mayBeLost(reservation));
    if (world.days > 0 && tooLate.size() < late.size()) {
      watch.saw(Rarity.COUNTED_LATE_BEFORE_DAYS_PASSED);
    }
    limits.expectUsed(charged, tooLate);
    Tallies tallies = watch.shadows.tallies(id);
    if (tallies != null) {
      limits.expectLike(tallies);
      NaiveOrg org = watch.org(EntityId.org(id.org()));
      for (NaiveBudgets.Drafted draft : org.budgets.setInBetween()) {
        if (isCountedBy(draft.budget().scope(), id)) {
          Set<String> lost = new HashSet<>(tooLate);
          if (id.kind() == EntityId.Kind.TEAM) {
            // Where a wallet had forgotten how it ended, a team that asks it finds nothing.
            late.stream()
                .filter(each -> limits.starts.wasForgottenAtStart(draft, each))
                .forEach(lost::add);
          }
          limits.starts.expectStarted(draft, org.facts(draft.budget()), charged, lost, tallies);
        }
      }
      if (id.kind() == EntityId.Kind.ORG) {
        org.expectHeldAsWanted(charged.keySet());
      }
    }
  }

  private static boolean isCountedBy(Scope scope, EntityId id) {
    return scope.countedByTeam()
        ? id.kind() == EntityId.Kind.TEAM && id.name().equals(scope.countingTeam())
        : id.kind() == EntityId.Kind.ORG;
  }

  /** What has fallen due is done, though nobody has asked for anything since. */
  void expectNothingDue() {
    Instant by = world.cluster.earliestNow().minus(DUE_DONE_WITHIN);
    watch.wallets.forEach((name, wallet) -> wallet.expectNothingDue(by));
  }

  /** What has left a wallet has arrived, and plans have given what they grant. */
  void expectToldOf() {
    transfersArrived();
    watch.plans.judge();
  }

  /** What has ended in its wallet has ended with org and team, too, before anybody looks again. */
  void expectSettled() {
    long by = world.time.nowMicros() - World.CALM_AFTER / 2;
    watch.wallets.forEach(
        (name, wallet) ->
            watch.limits.forEach(
                (counter, limits) -> {
                  if (EntityId.parse(counter).org().equals(EntityId.parse(name).org())) {
                    wallet.fates.forEach(
                        (reservation, fate) ->
                            watch.expect(
                                !wallet.hasEndedBy(reservation, by) || !limits.isOpen(reservation),
                                "I11",
                                "%s has ended as %s, and %s was not told",
                                reservation,
                                fate,
                                counter));
                  }
                }));
  }

  /**
   * Whoever asks an org now for all that was acknowledged is answered once it has on record
   * whatever has ended by now; only then its usage is read.
   */
  void expectInFreshAnswer(EntityId org) {
    NaiveLimits onRecord = watch.limits(org);
    List<String> ended = endedBy(org.org(), world.time.nowMicros());
    boolean someAreMissing = ended.stream().anyMatch(onRecord::isOpen);
    Request<OrgCommand> request = new Request<>(new OrgCommand.ViewOrg(), null);
    world.<Answer<OrgReply>>ask(
        org,
        replyTo ->
            world.tampering.waitsForWhatHasEnded()
                ? new EntityMessage.AskSettled(request, replyTo)
                : new EntityMessage.Ask<>(request, replyTo),
        new World.Answered<>() {
          @Override
          public void sent(String node, Answer<OrgReply> answer) {
            if (answer instanceof Answer.Done) {
              ended.forEach(
                  reservation ->
                      watch.expect(
                          !onRecord.isOpen(reservation),
                          "I11",
                          "%s had ended, and is missing from a fresh answer of %s",
                          reservation,
                          org));
              if (someAreMissing) {
                watch.saw(Rarity.FRESH_ANSWER_WAITED);
              }
            }
          }

          @Override
          public void by(String node, Answer<OrgReply> answer) {}
        });
  }

  private List<String> endedBy(String org, long micros) {
    List<String> ended = new ArrayList<>();
    watch.wallets.forEach(
        (name, wallet) -> {
          if (EntityId.parse(name).org().equals(org)) {
            wallet.fates.keySet().stream()
                .filter(reservation -> wallet.hasEndedBy(reservation, micros))
                .forEach(ended::add);
          }
        });
    return ended;
  }

  /** As much as has left, at the one or back at the other, and once. */
  private void transfersArrived() {
    Map<String, List<BigInteger>> arrived = new TreeMap<>();
    for (NaiveWallet wallet : watch.wallets.values()) {
      wallet.transfers.taken.forEach(
          (id, amount) -> arrived.computeIfAbsent(id, i -> new ArrayList<>()).add(amount));
      wallet.transfers.returned.forEach(
          (id, amount) -> arrived.computeIfAbsent(id, i -> new ArrayList<>()).add(amount));
    }
    for (NaiveWallet wallet : watch.wallets.values()) {
      wallet.transfers.sent.forEach(
          (id, amount) ->
              watch.expect(
                  arrived.getOrDefault(id, List.of()).equals(List.of(amount)),
                  "I1",
                  "%s leave with the transfer %s, and what comes or goes back is %s",
                  amount,
                  id,
                  arrived.get(id)));
    }
    watch.wallets.values().forEach(wallet -> wallet.transfers.expectSettled());
  }
}
