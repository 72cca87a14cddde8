package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.budget;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.REPORT_UNDECIDED;
import static dev.bursar.domain.operation.Refusal.Code.UNKNOWN_UNIT;
import static dev.bursar.domain.org.OrgWords.DEARER_FROM;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.reserve;
import static dev.bursar.domain.org.OrgWords.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The org's part of work that is reported after it has run. */
final class ReportedUsageTest {

  private static final Lateness LATENESS =
      new Lateness(Duration.ofHours(2), Duration.ofHours(72), Duration.ofMinutes(5));

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = new Org("acme", LATENESS, memory);
  private final Given<OrgCommand, OrgEvent, OrgReply> acme = acme(org, memory);

  private static OrgCommand.Reserve report(String id, String amount, Instant happenedAt) {
    return report(reserve(subject("research", "ann"), amount), id, happenedAt);
  }

  private static OrgCommand.Reserve report(OrgCommand.Reserve work, String id, Instant happenedAt) {
    return new OrgCommand.Reserve(
        work.request().as(new Reported("/gateway", id, happenedAt)),
        id,
        "key1",
        null,
        new byte[16]);
  }

  private static List<String> figures(OrgReply.Begun begun) {
    return begun.plan().limits().stream()
        .map(l -> l.budget() + " " + l.used() + "/" + l.held() + " from " + l.windowStart())
        .toList();
  }

  private OrgReply.Begun begun(OrgCommand command, Instant at) {
    return acme.when(command, at).reply(OrgReply.Begun.class);
  }

  private void settled(OrgReply.Begun begun, Instant at) {
    acme.after(
        at,
        new OrgCommand.Settle(
            Closure.of(begun.plan().reservation(), begun.plan().amount(), Closure.Kind.COMMITTED)));
  }

  @Test
  void noBudgetAndNoFreezeStandsInItsWay() {
    acme.after(
        NOON,
        OrgWords.budget(daily("b", ORG, "10")),
        new OrgCommand.FreezeScope(new Freeze(ORG, null, "fraud"), "key1"));
    assertThat(figures(begun(report("e1", "25", NOON), NOON)))
        .containsExactly("b 0/25 from " + day(NOON) + "T00:00:00Z");
  }

  private static String day(Instant at) {
    return at.toString().substring(0, 10);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # it ran, in hours before it is reported; counts then?
          0,    true
          30,   true
          72,   true
          73,   false
          """)
  void itCountsWhenItRanWhileThatIsOpenToCorrection(long hours, boolean then) {
    Instant ran = NOON.minus(Duration.ofHours(hours));
    var plan = begun(report("e1", "1", ran), NOON).plan();
    assertThat(plan.countedAt()).isEqualTo(then ? ran : NOON);
    assertThat(plan.madeAt()).isEqualTo(NOON);
  }

  /** What would be refused for its holder's clock would never be charged. */
  @Test
  void whatWasDecidedFromALeaseThatIsForgottenCountsNowIfItsHoldersClockIsAhead() {
    OrgCommand.Reserve work = reserve(subject("research", "ann"), "1");
    Instant ahead = NOON.plus(Duration.ofMinutes(10));
    Reported use = new Reported("rsv_acme_main_k1", "u1", ahead);
    OrgCommand.Reserve report =
        new OrgCommand.Reserve(work.request().as(use), "u1", "key1", null, new byte[16]);
    assertThat(begun(report, NOON).plan().countedAt()).isEqualTo(NOON);
  }

  /** A dearer rate is for what has run since, unless nobody can tell any more when it ran. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # it ran, in hours before the new rate; reported, in hours after it; amount
          1,  1,  0.003
          1,  70, 0.003
          1,  72, 0.004
          0,  1,  0.004
          """)
  void workIsPricedAtTheRateInForceWhenItCounts(long ran, long reported, String amount) {
    var plan =
        begun(
                report(
                    reserve("search", "big", Map.of("tokens", 1L)),
                    "e1",
                    DEARER_FROM.minus(Duration.ofHours(ran))),
                DEARER_FROM.plus(Duration.ofHours(reported)))
            .plan();
    assertThat(plan.amount()).hasToString(amount);
  }

  @Test
  void aWindowThatHasEndedIsChargedWhileItIsOpenToCorrection() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    Instant tomorrow = NOON.plus(Duration.ofHours(24));
    settled(begun(report("e2", "1", tomorrow), tomorrow), tomorrow);
    assertThat(figures(begun(report("e3", "2", NOON), tomorrow)))
        .containsExactly("b 4/2 from " + day(NOON) + "T00:00:00Z");
    Instant later = NOON.plus(Duration.ofHours(24 * 6));
    settled(begun(report("e4", "1", later), later), later);
    assertThat(org.tallies().counters().values().stream().mapToInt(List::size).sum())
        .as("windows that are kept")
        .isLessThan(4);
  }

  @Test
  void aRateThatHasPassedIsNotCountedAnyMore() {
    acme.after(NOON, OrgWords.budget(budget("b", ORG, "10", Budget.Mode.HARD, WindowKind.MINUTE)));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    Instant later = NOON.plusSeconds(120);
    settled(begun(report("e2", "4", later), later), later);
    assertThat(figures(begun(report("e3", "4", NOON), later))).isEmpty();
  }

  /** It counts now, since its own time is no longer open; and is still no work of this minute. */
  @ParameterizedTest
  @CsvSource({"MINUTE, false", "HOUR, false", "DAY, true", "MONTH, true", "LIFETIME, true"})
  void whatRanTooLongAgoUsesUpTotalsAndNoRates(WindowKind window, boolean counts) {
    acme.after(NOON, OrgWords.budget(budget("b", ORG, "10", Budget.Mode.HARD, window)));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    assertThat(figures(begun(report("e2", "5", NOON.minus(Duration.ofDays(7))), NOON)))
        .hasSize(counts ? 1 : 0);
  }

  /** A minute that is over is over, also if nothing has been counted since. */
  @ParameterizedTest
  @ValueSource(longs = {120, 7 * 86_400})
  void aRateThatHasPassedIsNotCountedThoughItIsStillKnown(long secondsLater) {
    acme.after(NOON, OrgWords.budget(budget("b", ORG, "10", Budget.Mode.HARD, WindowKind.MINUTE)));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    assertThat(figures(begun(report("e2", "5", NOON), NOON.plusSeconds(secondsLater)))).isEmpty();
  }

  @Test
  void aRateThatHasPassedIsNotCountedEvenIfNothingWasCountedSince() {
    acme.after(NOON, OrgWords.budget(budget("b", ORG, "10", Budget.Mode.HARD, WindowKind.MINUTE)));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    assertThat(figures(begun(report("e2", "4", NOON), NOON.plusSeconds(60)))).isEmpty();
  }

  @Test
  void anEndedWindowTellsItsThresholdsToo() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    settled(begun(report("e1", "4", NOON), NOON), NOON);
    Instant tomorrow = NOON.plus(Duration.ofHours(24));
    settled(begun(report("e2", "1", tomorrow), tomorrow), tomorrow);
    var late = begun(report("e3", "4", NOON), tomorrow);
    var event =
        acme.when(
                new OrgCommand.Settle(
                    Closure.of(late.plan().reservation(), Credits.of(4), Closure.Kind.LATE)),
                tomorrow)
            .event(OrgEvent.ReservationSettled.class);
    assertThat(event.alerts()).extracting(alert -> alert.threshold()).containsExactly(50, 75);
  }

  @Test
  void theFutureIsRefusedAndAFastClockIsNot() {
    acme.when(report("e1", "1", NOON.plusSeconds(301)), NOON).thenRefused(INVALID, "time");
    var plan = begun(report("e1", "1", NOON.plusSeconds(300)), NOON).plan();
    assertThat(plan.countedAt()).isEqualTo(NOON);
  }

  @Test
  void whatCannotBePricedIsOnRecordNowhere() {
    acme.when(report(reserve("chat", "tiny", Map.of("tokens", 1L)), "e1", NOON), NOON)
        .reply(OrgReply.Denied.class);
    var denied = acme.when(report(reserve("chat", "tiny", Map.of("tokens", 1L)), "e1", NOON), NOON);
    assertThat(denied.events()).isEmpty();
    assertThat(denied.reply(OrgReply.Denied.class).denials().getFirst().code())
        .isEqualTo(DenialCode.NO_RATE);
    acme.when(report(reserve(subject("nowhere", "ann"), "1"), "e1", NOON), NOON)
        .thenRefused(UNKNOWN_UNIT, "subject.team");
  }

  @Test
  void aTimeIsKeptToTheMicrosecondAsTheJournalDoes() {
    assertThat(new Reported("/gateway", "e1", NOON.plusNanos(1_999)).happenedAt())
        .isEqualTo(NOON.plusNanos(1_000));
  }

  // ---- once

  private final OperationMemory ownMemory = OrgWords.memory();
  private final Org own = new Org("acme", LATENESS, ownMemory);
  private final Entity<OrgCommand, OrgEvent, OrgReply> entity =
      new Entity<>(new OrgAggregate(own, OrgWords.CATALOG), ownMemory);

  private Outcome<OrgReply> decide(OrgCommand command, Operation operation) {
    var decided = entity.decide(List.of(new Request<>(command, operation)), NOON);
    if (decided.batch() != null) {
      entity.sealed(new byte[32]);
    }
    return decided.outcomes().getFirst();
  }

  private Outcome<OrgReply> reported(String amount, int attempt) {
    var command = report(reserve(subject(null, "ann"), amount), "e1", NOON);
    return decide(
        new OrgCommand.Reserve(command.request(), "e1", "key1", null, new byte[] {(byte) attempt}),
        Operation.ofReport(new Reported("/gateway", "e1", NOON)));
  }

  private static OrgReply.Begun begun(Outcome<OrgReply> outcome) {
    return (OrgReply.Begun) ((Outcome.Replied<OrgReply>) outcome).reply();
  }

  @Test
  void theSameEventWithAnotherBodyIsTheSame() {
    decide(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    decide(OrgWords.wallet("main", null), null);
    begun(reported("1", 1));
    assertThat(reported("2", 2)).isInstanceOf(Outcome.Stored.class);
  }

  @Test
  void whatWasRejectedIsDecidedAnew() {
    decide(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    decide(OrgWords.wallet("main", null), null);
    var first = begun(reported("1", 1));
    Denial why =
        new Denial(DenialCode.INSUFFICIENT_CREDITS, null, null, Credits.ZERO, Credits.of(1), "no");
    decide(new OrgCommand.Deny(first.plan(), List.of(why), null, 0), null);
    var second = begun(reported("1", 2));
    assertThat(second.plan().reservation()).isNotEqualTo(first.plan().reservation());
    assertThat(reported("1", 3)).isInstanceOf(Outcome.Stored.class);
  }

  @Test
  void whatWasTakenBackIsDecidedAnew() {
    decide(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    decide(OrgWords.wallet("main", null), null);
    var first = begun(reported("1", 1));
    decide(new OrgCommand.Settle(Closure.givenBack(first.plan().reservation())), null);
    begun(reported("1", 2));
  }

  /**
   * The row that begins it may be written after its writer was told that it was not, and the
   * attempt may come to nothing, before that writer decides the same attempt again.
   */
  @Test
  void anAttemptThatCameToNothingDoesNotBeginAgain() {
    decide(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    decide(OrgWords.wallet("main", null), null);
    var first = begun(reported("1", 1));
    decide(new OrgCommand.Settle(Closure.givenBack(first.plan().reservation())), null);
    assertThat(reported("1", 1)).isEqualTo(new Outcome.Refused<>(Refusal.withdrawn()));
  }

  @Test
  void whatIsOnItsWayWhenTheMemoryHasForgottenItMayStillComeToNothing() {
    var first = begun(report("e1", "1", NOON), NOON);
    acme.when(report("e1", "1", NOON), NOON).thenRefused(REPORT_UNDECIDED);
    acme.after(NOON, new OrgCommand.Settle(Closure.givenBack(first.plan().reservation())));
    var again = report("e1", "1", NOON);
    begun(new OrgCommand.Reserve(again.request(), "e1", "key1", null, new byte[] {2}), NOON);
  }

  // ---- between what is looked up and what is remembered

  /** An org that remembers two operations. */
  private final OperationMemory shortMemory =
      new OperationMemory(2, Duration.ofHours(24).toNanos() / 1_000);

  private final Entity<OrgCommand, OrgEvent, OrgReply> forgetful =
      new Entity<>(
          new OrgAggregate(new Org("acme", LATENESS, shortMemory), OrgWords.CATALOG), shortMemory);

  private Outcome<OrgReply> ask(OrgCommand command, Operation operation) {
    var decided = forgetful.decide(List.of(new Request<>(command, operation)), NOON);
    if (decided.batch() != null) {
      forgetful.sealed(new byte[32]);
    }
    return decided.outcomes().getFirst();
  }

  private Outcome<OrgReply> ask(String id, long lookedUpThrough) {
    var command = report(reserve(subject(null, "ann"), "1"), id, NOON);
    byte[] salt = new byte[16];
    salt[0] = (byte) forgetful.sequence();
    return ask(
        new OrgCommand.Reserve(command.request(), id, "key1", null, salt, lookedUpThrough),
        Operation.ofReport(new Reported("/gateway", id, NOON)));
  }

  private void settle(OrgReply.Begun begun) {
    Plan plan = begun.plan();
    ask(
        new OrgCommand.Settle(
            Closure.of(plan.reservation(), plan.amount(), Closure.Kind.COMMITTED)),
        null);
  }

  @Test
  void howItEndedIsRememberedHoweverLongItWasOpen() {
    ask(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    ask(OrgWords.wallet("main", null), null);
    var first = begun(ask("e1", 0));
    var others = List.of(begun(ask("e2", 9)), begun(ask("e3", 9)));
    assertThat(ask("e1", 9))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(REPORT_UNDECIDED));
    settle(first);
    assertThat(ask("e1", 9)).isEqualTo(new Outcome.Stored<>(new Place(6, 0), true));
    assertThat(others).hasSize(2);
  }

  @Test
  void whatWasChargedAfterItWasLookedUpAndIsForgottenIsNotDecidedAnew() {
    ask(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    ask(OrgWords.wallet("main", null), null);
    settle(begun(ask("e1", 0)));
    long charged = forgetful.sequence();
    settle(begun(ask("e2", 0)));
    settle(begun(ask("e3", charged)));
    long before = forgetful.sequence();
    // Looked up a moment before it was charged: neither look-up nor memory know it.
    assertThat(ask("e1", charged - 1))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(REPORT_UNDECIDED));
    assertThat(ask("e4", charged - 1))
        .as("one that is new can't be told from it")
        .isInstanceOf(Outcome.Refused.class);
    assertThat(forgetful.sequence()).isEqualTo(before);
    // A look-up that is complete so far would have found it, if it had been charged.
    begun(ask("e4", charged));
  }

  @Test
  void beforeItIsKnownToBeNewNothingElseIsSaidOfIt() {
    ask(new OrgCommand.PutOrg(OrgWords.settings(), "key1"), null);
    ask(OrgWords.wallet("main", null), null);
    for (String id : List.of("e1", "e2", "e3")) {
      settle(begun(ask(id, 99)));
    }
    var unknownTeam = report(reserve(subject("nowhere", "ann"), "1"), "e1", NOON);
    assertThat(ask(unknownTeam, Operation.ofReport(new Reported("/gateway", "e1", NOON))))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(REPORT_UNDECIDED));
  }

  @Test
  void aLimitThatIsPassedIsTold() {
    acme.after(NOON, OrgWords.budget(daily("b", ORG, "10")));
    LimitState limit = begun(report("e1", "25", NOON), NOON).plan().limits().getFirst();
    assertThat(limit.held()).isEqualTo(Credits.of(25));
    assertThat(limit.limit()).isEqualTo(Credits.of(10));
  }
}
