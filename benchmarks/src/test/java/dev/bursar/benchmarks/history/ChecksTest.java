package dev.bursar.benchmarks.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.Unit;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever a node might tell wrongly is a finding, and what is right is none. */
final class ChecksTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:30Z");
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final String ALLOWED =
      "{'reservation_id':'r1','decision':'allow','status':'open','amount':'25','credit_type':'platform','expires_at':'2026-03-02T10:00:40Z',"
          + "'limits':[{'budget':'b','mode':'hard','limit':'100','used':'75','held':'25'}]}";
  private static final String COMMITTED =
      "{'reservation_id':'r1','status':'committed','amount':'20','entries':["
          + "{'entry_id':'e2','sequence':2,'type':'consume','grant':'g','amount':'-20','balance':'80'}]}";
  private static final Budget LIFE =
      OrgShape.budgets().stream().filter(b -> b.id().equals("org-life")).findFirst().orElseThrow();
  private static final EntityId MAIN = EntityId.wallet("o", "main");

  private final Findings findings = new Findings();
  private final Memory memory = new Memory();
  private final AnswerChecks answers = new AnswerChecks(memory, findings);

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Call.Reserve reserve() {
    return new Call.Reserve(
        new ReserveRequest(
            new Subject("o", "red", "ann", null, null, null),
            null,
            null,
            null,
            null,
            null,
            Credits.of(25),
            "platform",
            10,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of()),
        MAIN);
  }

  private static Call.Reserved reserved() {
    return new Call.Reserved("r1", MAIN, Credits.of(25));
  }

  private static Call.Commit commit(long amount) {
    return new Call.Commit(reserved(), Credits.of(amount));
  }

  private static Told told(Call call, String key, int status, String body) {
    return told(call, key, status, body, NOW.minusSeconds(1), NOW);
  }

  private static Told told(
      Call call, String key, int status, String body, Instant askedAt, Instant toldAt) {
    return new Told(call, Kind.of(call), key, status, json(body), false, askedAt, toldAt);
  }

  private static Told allowed() {
    return told(reserve(), "k1", 200, ALLOWED);
  }

  private static Told committed() {
    return told(commit(20), "k2", 200, COMMITTED);
  }

  private void remembered(Told... all) {
    for (Told told : all) {
      memory.told(told);
    }
  }

  private void found(String part) {
    assertThat(findings.kept()).anySatisfy(finding -> assertThat(finding).contains(part));
  }

  // ---- answers

  @Test
  void whatWasAskedForIsNoFinding() {
    answers.first(allowed());
    answers.first(committed());
    answers.first(told(commit(20), "k3", 409, "{'code':'reservation_finalized'}"));
    assertThat(findings.kept()).isEmpty();
  }

  @Test
  void anAllowBeyondAHardLimitIsFound() {
    answers.first(told(reserve(), "k", 200, ALLOWED.replace("'used':'75'", "'used':'75.1'")));
    found("beyond the hard limit b");
  }

  @Test
  void aDenialWithinTheLimitIsFound() {
    String denied =
        "{'reservation_id':'r','decision':'deny','denials':["
            + "{'code':'budget_exceeded','limit':'100','used':'70','held':'5','requested':'25'}]}";
    answers.first(told(reserve(), "k", 200, denied));
    found("denied within the limit");
  }

  @Test
  void aChargeOfAnotherAmountIsFound() {
    answers.first(told(commit(21), "k", 200, COMMITTED));
    found("not what was asked for");
  }

  @Test
  void anEntryOfAnotherAmountIsFound() {
    answers.first(told(commit(20), "k", 200, COMMITTED.replace("-20", "-19")));
    found("the entries are not what");
  }

  @Test
  void aRefusalThatHasNoReasonIsFound() {
    answers.first(told(commit(20), "k", 404, "{'code':'reservation_not_found'}"));
    found("for no reason");
    answers.first(told(commit(26), "k", 500, "{'code':'internal'}"));
    assertThat(findings.found()).isEqualTo(2);
  }

  @Test
  void anotherAnswerForTheSameKeyIsFound() {
    answers.again(committed(), told(commit(20), "k2", 200, COMMITTED.replace("e2", "e3")));
    found("another answer for the same key");
  }

  @Test
  void aKeyThatIsGoodForSomethingElseIsFound() {
    answers.reused(told(commit(21), "k2", 200, COMMITTED));
    found("a key that was used for something else");
  }

  // ---- reservations

  private void end(String status, String amount) {
    new ReservationChecks(
            memory, Map.of("r1", new Shown(status, new BigDecimal(amount), false)), findings, GRACE)
        .run();
  }

  @Test
  void whatWasAllowedMayExpireAndMayNotBeTakenBack() {
    remembered(allowed());
    end("expired", "0");
    assertThat(findings.kept()).isEmpty();
    end("cancelled", "0");
    found("was allowed");
  }

  @Test
  void aCommitThatIsLostWithinTheGraceIsFound() {
    Told extended =
        told(
            new Call.Extend(reserved(), 9),
            "k4",
            200,
            "{'reservation_id':'r1','expires_at':'2026-03-02T10:00:50Z'}");
    remembered(allowed(), extended, lost("2026-03-02T10:01:50Z"));
    end("expired", "0");
    assertThat(findings.kept()).isEmpty();
    remembered(lost("2026-03-02T10:01:49.999999Z"));
    end("expired", "0");
    found("refused as expired, and could be committed until 2026-03-02T10:00:50Z");
  }

  private static Told lost(String at) {
    return told(commit(20), "k5", 410, "{'code':'reservation_expired'}", NOW, Instant.parse(at));
  }

  @Test
  void whatWasNeverToldToHaveEndedMayNotBeCharged() {
    remembered(allowed());
    end("committed", "20");
    found("nobody was told that it has ended");
  }

  @Test
  void aReservationThatIsOpenInTheEndIsFound() {
    remembered(allowed());
    end("open", "25");
    found("was allowed");
  }

  @Test
  void anotherEndThanWasToldIsFound() {
    remembered(allowed(), committed());
    end("committed", "20");
    assertThat(findings.kept()).isEmpty();
    end("committed", "21");
    end("released", "0");
    assertThat(findings.found()).isEqualTo(2);
  }

  @Test
  void whoWasToldThatItHadEndedBeforeWasToldTheTruth() {
    remembered(allowed(), told(commit(20), "k", 409, "{'code':'reservation_finalized'}"));
    end("expired", "0");
    found("refused, and the reservation is");
  }

  @Test
  void anAllowInAFreezeIsFound() {
    Freeze freeze = new Freeze(new Scope(Scope.Type.USER, "ann", null), NOW.plusSeconds(60), "try");
    Told frozen =
        told(
            new Call.FreezeScope("o", freeze),
            "k0",
            200,
            "{}",
            NOW.minusSeconds(9),
            NOW.minusSeconds(8));
    remembered(frozen, allowed());
    end("expired", "0");
    found("in spite of a freeze");
  }

  // ---- the ledger

  private final Map<String, BigDecimal> reported = new HashMap<>();
  private @Nullable String left;

  private void ledger(String... entries) {
    List<JsonNode> all = new ArrayList<>();
    for (String entry : entries) {
      all.add(json(entry));
    }
    JsonNode last = all.getLast();
    String balance = last.path("balance").asText();
    new LedgerChecks(MAIN, all, findings)
        .run(
            json(
                "[{'credit_type':'platform','balance':'%s','held':'0','debt':'0'}]"
                    .formatted(balance)),
            List.of(
                json(
                    "{'state':'active','credit_type':'platform','remaining':'%s'}"
                        .formatted(left == null ? balance : left))),
            memory,
            reported,
            "s-");
  }

  private static final String GRANT =
      "{'entry_id':'e1','sequence':1,'type':'grant','grant':'g','amount':'100','balance':'100','debt':'0','credit_type':'platform','transaction_id':'t1','idempotency_key':'s-1'}";
  private static final String CONSUME =
      "{'entry_id':'e2','sequence':2,'type':'consume','grant':'g','amount':'-20','balance':'80','debt':'0','credit_type':'platform','transaction_id':'t2','idempotency_key':'k2','reservation':'r1'}";

  @Test
  void aLedgerThatHasWhatWasToldIsRight() {
    remembered(allowed(), committed());
    ledger(GRANT, CONSUME);
    assertThat(findings.kept()).isEmpty();
  }

  @Test
  void aChargeThatIsLostIsFound() {
    remembered(allowed(), committed());
    ledger(GRANT);
    found("r1 is charged null in the ledger, told was 20");
    found("an answer names the entry");
  }

  @Test
  void aChargeThatNobodyWasToldOfIsFound() {
    remembered(allowed());
    ledger(GRANT, CONSUME);
    found("by key k2, of which nobody was told");
    found("r1 is charged 20 in the ledger, told was 0");
  }

  @Test
  void aKeyThatWorkedTwiceIsFound() {
    remembered(allowed(), committed());
    ledger(
        GRANT,
        CONSUME,
        CONSUME
            .replace("e2", "e3")
            .replace("t2", "t3")
            .replace("'sequence':2", "'sequence':3")
            .replace("'balance':'80'", "'balance':'60'"));
    found("has had an effect more than once");
  }

  @Test
  void aBalanceThatDoesNotFollowIsFound() {
    remembered(allowed(), committed());
    ledger(GRANT, CONSUME.replace("'balance':'80'", "'balance':'81'"));
    found("does not follow");
  }

  @Test
  void aBalanceThatIsNotInItsGrantsIsFound() {
    left = "99";
    ledger(GRANT);
    found("its grants have 99 left");
  }

  @Test
  void reportedWorkIsInTheLedgerAsItIsInTheReadModel() {
    reported.put("r1", BigDecimal.valueOf(20));
    ledger(GRANT, CONSUME.replace("k2", ""));
    assertThat(findings.kept()).isEmpty();
    reported.clear();
    ledger(GRANT, CONSUME.replace("k2", ""));
    found("nobody was allowed or has reported that");
  }

  // ---- reports

  private static Call.Report report(OveragePolicy policy) {
    ReserveRequest of = reserve().request();
    return new Call.Report(
        new ReserveRequest(
            of.subject(),
            null,
            null,
            null,
            null,
            null,
            of.amount(),
            of.creditType(),
            1,
            policy,
            true,
            false,
            Map.of()),
        new Reported("/sim", "e", NOW.minusSeconds(20)),
        MAIN);
  }

  private static Told reported(OveragePolicy policy, String status, Instant askedAt) {
    return told(
        report(policy),
        "e",
        200,
        "{'source':'/sim','id':'e','status':'%s','error':{'code':'insufficient_credits'}}"
            .formatted(status),
        askedAt,
        askedAt.plusSeconds(1));
  }

  private void heard(Told told) {
    memory.told(told);
    answers.first(told);
  }

  @Test
  void workIsAcceptedOnce() {
    heard(reported(OveragePolicy.RECORD, "accepted", NOW));
    heard(reported(OveragePolicy.RECORD, "duplicate", NOW.plusSeconds(5)));
    assertThat(findings.kept()).isEmpty();
    heard(reported(OveragePolicy.RECORD, "accepted", NOW.plusSeconds(9)));
    found("accepted though it was on record");
  }

  @Test
  void workIsRejectedByItsOwnPolicyOnly() {
    heard(reported(OveragePolicy.REJECT, "rejected", NOW));
    assertThat(findings.kept()).isEmpty();
    heard(reported(OveragePolicy.CAP, "rejected", NOW));
    found("refused for no reason");
  }

  private void events(String... events) {
    List<JsonNode> all = new ArrayList<>();
    for (String event : events) {
      all.add(json(event));
    }
    new UsageChecks("o", all, memory, findings).events();
  }

  private static final String EVENT =
      "{'reservation':'r9','event_id':'e','decision':'allow','amount':'25','credits':'25','wallet':'main'}";

  @Test
  void whatIsOnRecordIsAmongTheEventsOnce() {
    memory.told(reported(OveragePolicy.RECORD, "accepted", NOW));
    events(EVENT);
    assertThat(findings.kept()).isEmpty();
    events();
    events(EVENT, EVENT);
    events(EVENT.replace("'credits':'25'", "'credits':'24'"));
    assertThat(findings.found()).isEqualTo(3);
  }

  /** Whoever reports what is just being decided is told of that decision. */
  @Test
  void workThatSeveralReportAtOnceMayBeRejectedOnceForAll() {
    String rejected = EVENT.replace("allow", "deny");
    memory.told(reported(OveragePolicy.REJECT, "rejected", NOW));
    memory.told(reported(OveragePolicy.REJECT, "rejected", NOW.plusMillis(900)));
    events(rejected);
    assertThat(findings.kept()).isEmpty();
    events();
    found("to be rejected 1 times");
    memory.told(reported(OveragePolicy.REJECT, "rejected", NOW.plusSeconds(2)));
    events(rejected);
    found("to be rejected 2 times");
  }

  @Test
  void whatWasDecidedIsAmongTheEventsAsItWasTold() {
    remembered(allowed(), committed());
    String event = "{'reservation':'r1','decision':'allow','credits':'20'}";
    events(event);
    assertThat(findings.kept()).isEmpty();
    events(event.replace("20", "21"));
    found("the events of r1 are");
  }

  // ---- budgets

  private LimitChecks limit() {
    List<Spent> spent =
        Spent.all(
            "o",
            memory,
            Map.of(
                "r1",
                new Shown("committed", BigDecimal.valueOf(20), false),
                "r2",
                new Shown("expired", BigDecimal.ZERO, false)),
            Map.of());
    return new LimitChecks("o", LIFE, memory, spent, findings);
  }

  private void limited(long limit, Budget.Mode mode, Instant at) {
    Budget changed = LIFE.withLimit(Credits.of(limit)).withMode(mode);
    memory.told(
        told(
            new Call.PutBudget("o", changed), "b" + limit + mode, 200, "{}", at, at.plusMillis(1)));
  }

  /** A second reservation, after the first was committed. */
  private static Told second() {
    return told(
        reserve(), "k9", 200, ALLOWED.replace("r1", "r2"), NOW.plusSeconds(3), NOW.plusSeconds(4));
  }

  @Test
  void whatWasLetThroughIsWithinTheLimitOfItsTime() {
    limited(45, Budget.Mode.HARD, NOW.minusSeconds(9));
    remembered(allowed(), committed(), second());
    limited(1, Budget.Mode.HARD, NOW.plusSeconds(5));
    limit().letThrough();
    assertThat(findings.kept()).isEmpty();
    limited(44, Budget.Mode.HARD, NOW.plusSeconds(1));
    limit().letThrough();
    found("budget org-life has let 45");
  }

  @Test
  void aLimitThatMayHaveDeniedNothingHasLetThroughWhatItLikes() {
    limited(44, Budget.Mode.HARD, NOW.minusSeconds(9));
    remembered(allowed(), committed(), second());
    limited(44, Budget.Mode.SOFT, NOW.plusSeconds(3));
    limit().letThrough();
    assertThat(findings.kept()).isEmpty();
  }

  @Test
  void aBudgetThatCountsSomethingElseIsFound() {
    remembered(allowed(), committed());
    limit().compare("", json("{'used':'20'}"));
    assertThat(findings.kept()).isEmpty();
    limit().compare("", json("{'used':'19.999999'}"));
    found("counts 19.999999, charged was 20");
  }

  // ---- departments

  private static final Subject RED = new Subject("o", "red", null, null, null, null);

  private Hierarchy.Cover cover(long fromSeconds, long toSeconds) {
    return memory
        .hierarchy()
        .cover(
            new Scope(Scope.Type.DEPARTMENT, "lab", null),
            RED,
            NOW.plusSeconds(fromSeconds),
            NOW.plusSeconds(toSeconds));
  }

  /** From now on, and within a second, red does not lie in lab any more. */
  private void moved(Kind kind, boolean replayed) {
    memory.told(
        new Told(
            new Call.PutUnit("o", new Unit("red", Unit.Kind.TEAM, "red", null)),
            kind,
            "m",
            200,
            json("{}"),
            replayed,
            NOW,
            NOW.plusSeconds(1)));
  }

  @Test
  void aTeamThatIsMovedCountsWhereItWas() {
    moved(Kind.TEAM_MOVE, false);
    assertThat(cover(-2, -1)).isEqualTo(Hierarchy.Cover.YES);
    assertThat(cover(0, 2)).isEqualTo(Hierarchy.Cover.PERHAPS);
    assertThat(cover(2, 3)).isEqualTo(Hierarchy.Cover.NO);
  }

  /** The answer to the first try was lost on its way. */
  @Test
  void aMoveThatIsAnsweredOnAnotherTryIsOne() {
    moved(Kind.TEAM_MOVE, true);
    assertThat(cover(2, 3)).isEqualTo(Hierarchy.Cover.NO);
  }

  @Test
  void aMoveThatIsAskedForAgainIsNoOther() {
    moved(Kind.AGAIN, true);
    assertThat(cover(2, 3)).isEqualTo(Hierarchy.Cover.YES);
  }
}
