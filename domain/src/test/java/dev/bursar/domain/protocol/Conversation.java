package dev.bursar.domain.protocol;

import static dev.bursar.domain.budget.BudgetWords.daily;

import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A reservation on its way, told in words: who is asked what, and who is answered what. The
 * reservation is always {@code r}, of the team {@code research} unless it is said to have none.
 */
final class Conversation {

  private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
  private static final Balance FIGURES =
      new Balance("platform", Credits.of(10), Credits.of(1), Credits.ZERO);

  final ReservationProtocol<String> protocol = new ReservationProtocol<>();
  private Plan plan;
  private long nowMs;

  /** The denial that the org was asked to put on record. */
  private OrgCommand.@Nullable Deny asked;

  /** By which name the wallet remembers what it was asked last. */
  private @Nullable Operation askedWalletUnder;

  private @Nullable Origin askedTeamOf;

  private Conversation(boolean team, boolean commit, boolean dryRun) {
    this(team, commit, dryRun, null, AT);
  }

  private Conversation(
      boolean team, boolean commit, boolean dryRun, @Nullable Reported reported, Instant madeAt) {
    Subject subject = new Subject("acme", team ? "research" : null, "ann", null, null, null);
    ReserveRequest request =
        new ReserveRequest(
            subject,
            "chat",
            "big",
            null,
            null,
            null,
            Credits.of(1),
            "platform",
            300,
            OveragePolicy.RECORD,
            commit,
            dryRun,
            Map.of());
    Scope scope = new Scope(Scope.Type.TEAM, "research", null);
    this.plan =
        new Plan(
            "r",
            reported == null ? request : request.as(reported),
            "main",
            "platform",
            Credits.of(1),
            null,
            List.of(),
            team ? List.of(new Budgets.Applicable(daily("b", scope, "5"), scope)) : List.of(),
            "key1",
            "K1",
            new byte[16],
            List.of(),
            reported == null ? null : madeAt,
            reported == null ? null : reported.happenedAt());
  }

  static Conversation reserving() {
    return new Conversation(true, false, false);
  }

  /** For a minute. */
  static Conversation leasing() {
    Conversation leasing = reserving();
    leasing.plan = leasing.plan.until(AT.plusSeconds(60), null);
    return leasing;
  }

  static Conversation withoutTeam() {
    return new Conversation(false, false, false);
  }

  static Conversation oneShot() {
    return new Conversation(true, true, false);
  }

  static Conversation oneShotWithoutTeam() {
    return new Conversation(false, true, false);
  }

  /** Work that has run already. */
  static Conversation reporting() {
    return reportingAt(AT, AT);
  }

  /** Work of the day before, which counts there. */
  static Conversation reportingALateDay() {
    return reportingAt(AT.minus(Duration.ofDays(1)), AT);
  }

  /** Work of the day's last second, by the org's clock. */
  static Conversation reportingAtTheDaysEnd() {
    Instant end = AT.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)).minusSeconds(1);
    return reportingAt(end, end);
  }

  private static Conversation reportingAt(Instant ranAt, Instant madeAt) {
    return new Conversation(true, true, false, new Reported("/gateway", "e1", ranAt), madeAt);
  }

  static Conversation dryRun() {
    return new Conversation(true, false, true);
  }

  // ---- what happens

  /** The org agrees; that is on its way into the journal. */
  List<String> begun(String who) {
    return told(protocol.decided(new OrgReply.Begun(plan), false, false, K1, who, nowMs));
  }

  /** The org agreed before, says its journal. */
  List<String> begunBefore(String who) {
    return told(protocol.decided(new OrgReply.Begun(plan), true, true, K1, who, nowMs));
  }

  /** The org says no, or is only asked what it would say. */
  List<String> considered(String who, String... denials) {
    return told(
        protocol.decided(
            new OrgReply.Considered(plan, denials(denials)), false, true, K1, who, nowMs));
  }

  List<String> joined(String who, long fingerprint) {
    return told(protocol.joined(new Operation(K1.key(), fingerprint), who));
  }

  List<String> driveOn() {
    return told(protocol.driveOn(plan, nowMs));
  }

  /** It was answered before, and has ended since. */
  List<String> repeated(String who) {
    return told(protocol.repeated(plan, K1, who, nowMs));
  }

  /** It is in the journal as it was decided anew, when the team had nothing to say. */
  List<String> foundWithoutLimitsOfTheTeam() {
    return found(List.of(), plan.madeAt());
  }

  /** It is in the journal as it was decided so much later again. */
  List<String> foundDecidedLater(Duration by) {
    return found(plan.teamLimits(), Objects.requireNonNull(plan.madeAt()).plus(by));
  }

  private List<String> found(List<Budgets.Applicable> ofTeam, @Nullable Instant madeAt) {
    plan =
        new Plan(
            plan.reservation(),
            plan.request(),
            plan.wallet(),
            plan.creditType(),
            plan.amount(),
            plan.price(),
            plan.limits(),
            ofTeam,
            plan.actor(),
            plan.idempotencyKey(),
            plan.salt(),
            plan.departments(),
            madeAt,
            plan.countsAt());
    return told(protocol.adopt(plan));
  }

  List<String> begunAfterAll() {
    return told(protocol.begunAfterAll(plan));
  }

  List<String> walletKnowsNothing() {
    return wallet(new Answer.Refused<>(Refusal.of(Refusal.Code.RESERVATION_NOT_FOUND, "unknown")));
  }

  @Nullable Operation askedWalletUnder() {
    return askedWalletUnder;
  }

  /** Since when the team may know of what it was asked last. */
  @Nullable Origin askedTeamOf() {
    return askedTeamOf;
  }

  List<String> durable() {
    return told(protocol.durable("r"));
  }

  List<String> withdrawn() {
    return told(protocol.withdrawn("r"));
  }

  List<String> tick(long afterMs) {
    nowMs += afterMs;
    return told(protocol.tick(nowMs));
  }

  List<String> denialRecorded() {
    return org(new OrgReply.Denied(plan, asked == null ? List.of() : asked.denials()));
  }

  /** The org has made sure that it is open, and that nobody else drives it. */
  List<String> takenOver() {
    return org(new OrgReply.TakenOver(1));
  }

  /** The org has made sure that it never begins. */
  List<String> barredAtOrg() {
    return org(new OrgReply.Barred());
  }

  /** It has begun after all, says the org. */
  List<String> begunAtOrg() {
    return org(new OrgReply.Begun(plan));
  }

  /** Somebody else has brought it to an end. */
  List<String> endedAtOrg() {
    return told(
        protocol.orgAnswered(
            "r",
            new Answer.Refused<>(Refusal.of(Refusal.Code.RESERVATION_FINALIZED, "has ended"))));
  }

  private List<String> org(OrgReply reply) {
    return told(protocol.orgAnswered("r", new Answer.Done<>(reply, false)));
  }

  List<String> orgBusy() {
    return told(protocol.orgAnswered("r", new Answer.Busy<>()));
  }

  List<String> team(Answer<TeamReply> answer) {
    return told(protocol.teamAnswered("r", answer, 0));
  }

  List<String> teamHolds() {
    Tallies none = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));
    return team(
        new Answer.Done<>(
            new TeamReply.Held(
                plan.teamLimits().stream().map(limit -> none.state(limit, AT)).toList()),
            false));
  }

  /** It says again what it said to a decision that came to nothing, before the limit was there. */
  List<String> teamHoldsForADecisionBefore() {
    return team(new Answer.Done<>(new TeamReply.Held(List.of()), true));
  }

  List<String> teamDone() {
    return team(new Answer.Done<>(new TeamReply.Done(), false));
  }

  List<String> teamBarred() {
    return team(new Answer.Done<>(new TeamReply.Barred(), false));
  }

  List<String> teamDenies(String... denials) {
    return team(new Answer.Done<>(new TeamReply.NotHeld(denials(denials)), false));
  }

  List<String> wallet(Answer<WalletReply> answer) {
    return told(protocol.walletAnswered("r", answer, 0));
  }

  List<String> walletHolds() {
    return walletHolds(plan.amount(), plan.asksTeam());
  }

  /** As another incarnation of the org had asked for it, before a budget of the team was set. */
  List<String> walletHoldsForADecisionBefore() {
    return walletHolds(plan.amount(), false);
  }

  /** The same, before what is asked for was priced anew. */
  List<String> walletHoldsAtAnotherPrice() {
    return walletHolds(plan.amount().plus(Credits.of(1)), plan.asksTeam());
  }

  /** A lease of what was asked for, which lasts so many seconds. */
  List<String> walletLeasesFor(long seconds) {
    Lease lease = Lease.granted("sidecar", AT.plusSeconds(seconds), plan.amount());
    return walletHolds(plan.amount(), plan.asksTeam(), lease);
  }

  private List<String> walletHolds(Credits amount, boolean teamHolds) {
    return walletHolds(amount, teamHolds, null);
  }

  private List<String> walletHolds(Credits amount, boolean teamHolds, @Nullable Lease lease) {
    Attribution who =
        new Attribution(
            "reservation",
            "key1",
            plan.request().subject(),
            null,
            null,
            null,
            null,
            Map.of(),
            new byte[16]);
    Hold hold =
        new Hold(
            "r",
            "platform",
            amount,
            List.of(),
            null,
            AT,
            AT.plusSeconds(300),
            OveragePolicy.RECORD,
            teamHolds,
            who,
            lease);
    return wallet(new Answer.Done<>(new WalletReply.Held(hold, FIGURES), false));
  }

  List<String> walletWouldHold() {
    return wallet(new Answer.Done<>(new WalletReply.WouldHold(FIGURES), false));
  }

  List<String> walletDenies(String... denials) {
    return wallet(new Answer.Done<>(new WalletReply.NotHeld(denials(denials)), false));
  }

  List<String> walletBarred() {
    return wallet(new Answer.Done<>(new WalletReply.Barred("r"), false));
  }

  List<String> walletEnded(String status) {
    return walletEnded(status, null);
  }

  /** A lease for a minute, of which so much was reported, has expired. */
  List<String> walletLeaseExpired(Credits reported) {
    return walletEnded(
        "expired", Lease.granted("sidecar", AT.plusSeconds(60), plan.amount()).reporting(reported));
  }

  /** A lease that goes on holds it by now. */
  List<String> walletHasAddedIt() {
    Lease lease = Lease.granted("sidecar", AT.plusSeconds(60), plan.amount());
    return wallet(
        new Answer.Done<>(
            new WalletReply.LeaseSettled(
                "lease", "platform", lease, AT.plusSeconds(120), "r", FIGURES),
            false));
  }

  private List<String> walletEnded(String status, @Nullable Lease terms) {
    Attribution self =
        new Attribution(
            "x",
            Attribution.SELF,
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            null,
            Map.of(),
            new byte[16]);
    Transaction none =
        new Transaction("t", AT, "platform", "r", null, self, new byte[32], List.of());
    return wallet(
        new Answer.Done<>(
            new WalletReply.Ended(
                "r",
                status,
                Credits.of(1),
                Credits.ZERO,
                Credits.ZERO,
                Credits.ZERO,
                false,
                Map.of(),
                none,
                FIGURES,
                null,
                terms,
                null,
                null),
            false));
  }

  // ---- in words

  private static final Operation K1 = new Operation("reserve:K1", 7);

  private static List<Denial> denials(String... details) {
    List<Denial> denials = new ArrayList<>();
    for (String detail : details) {
      denials.add(
          new Denial(DenialCode.INSUFFICIENT_CREDITS, null, null, null, Credits.of(1), detail));
    }
    return denials;
  }

  private List<String> told(List<Effect<String>> effects) {
    for (Effect<String> effect : effects == null ? List.<Effect<String>>of() : effects) {
      if (effect instanceof Effect.AskOrg<String> ask
          && ask.request().command() instanceof OrgCommand.Deny deny) {
        asked = deny;
      }
      if (effect instanceof Effect.AskTeam<String> ask
          && ask.request().command() instanceof TeamCommand.CountUsage count) {
        askedTeamOf = count.origin();
      }
      if (effect instanceof Effect.AskWallet<String> ask) {
        askedWalletUnder = ask.request().operation();
      }
    }
    return effects == null
        ? List.of("nobody to join")
        : effects.stream().map(Conversation::told).toList();
  }

  private static String told(Effect<String> effect) {
    return switch (effect) {
      case Effect.AskTeam<String> ask ->
          "team " + ask.team() + ": " + ask.request().command().getClass().getSimpleName();
      case Effect.AskWallet<String> ask ->
          "wallet " + ask.wallet() + ": " + ask.request().command().getClass().getSimpleName();
      case Effect.AskOrg<String> ask ->
          "org: " + ask.request().command().getClass().getSimpleName();
      case Effect.Reply<String> reply -> reply.waiting() + ": " + told(reply.answer());
    };
  }

  private static String told(Answer<Decided> answer) {
    return switch (answer) {
      case Answer.Done<Decided> done -> told(done.value()) + (done.replayed() ? ", again" : "");
      case Answer.Refused<Decided> refused -> "refused " + refused.refusal().code();
      case Answer.Busy<Decided> busy -> "busy";
      case Answer.Unreachable<Decided> away -> "unreachable";
    };
  }

  private static String told(Decided decided) {
    return switch (decided) {
      case Decided.Allowed allowed -> allowed.charged() == null ? "allowed" : "charged";
      case Decided.Denied denied ->
          "denied for " + denied.denials().stream().map(Denial::detail).toList();
    };
  }
}
