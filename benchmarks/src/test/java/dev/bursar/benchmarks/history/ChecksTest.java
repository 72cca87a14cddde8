package dev.bursar.benchmarks.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a node might tell wrongly is a finding, and what is right is none. */
final class ChecksTest {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:30Z");
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final String ALLOWED =
      "{'reservation_id':'r1','decision':'allow','status':'open','amount':'25','expires_at':'2026-03-02T10:00:40Z',"
          + "'limits':[{'budget':'b','mode':'hard','limit':'100','used':'75','held':'25'}]}";
  private static final String COMMITTED =
      "{'reservation_id':'r1','status':'committed','amount':'20','entries':["
          + "{'entry_id':'e2','sequence':2,'type':'consume','grant':'g','amount':'-20','balance':'80'}]}";
  private static final Terms LIFE =
      new Terms("life", "org", null, null, "platform", "lifetime", BigDecimal.valueOf(20), true);

  private final Findings findings = new Findings();
  private final AnswerChecks answers = new AnswerChecks(findings);
  private final Memory memory = new Memory();

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Call.Reserve reserve(Call.Manner manner) {
    return new Call.Reserve(
        "o", "main", "red", "ann", BigDecimal.valueOf(25), 10, "record", manner);
  }

  private static Call.Reserved reserved() {
    return new Call.Reserved("r1", reserve(Call.Manner.HOLD));
  }

  private static Call.Commit commit(String amount) {
    return new Call.Commit(reserved(), new BigDecimal(amount));
  }

  private static Told told(Call call, String key, int status, String body) {
    return new Told(call, key, status, json(body), false, NOW.minusSeconds(1), NOW);
  }

  private static Told allowed() {
    return told(reserve(Call.Manner.HOLD), "k1", 200, ALLOWED);
  }

  private static Told committed() {
    return told(commit("20"), "k2", 200, COMMITTED);
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
    answers.first(told(commit("20"), "k3", 409, "{'code':'reservation_finalized'}"));
    assertThat(findings.kept()).isEmpty();
  }

  @Test
  void anAllowBeyondAHardLimitIsFound() {
    answers.first(
        told(reserve(Call.Manner.HOLD), "k", 200, ALLOWED.replace("'used':'75'", "'used':'75.1'")));
    found("beyond the hard limit b");
  }

  @Test
  void aDenialWithinTheLimitIsFound() {
    String denied =
        "{'reservation_id':'r','decision':'deny','denials':["
            + "{'code':'budget_exceeded','limit':'100','used':'70','held':'5','requested':'25'}]}";
    answers.first(told(reserve(Call.Manner.HOLD), "k", 200, denied));
    found("denied within the limit");
  }

  @Test
  void aChargeOfAnotherAmountIsFound() {
    answers.first(told(commit("21"), "k", 200, COMMITTED));
    found("not what was asked for");
  }

  @Test
  void anEntryOfAnotherAmountIsFound() {
    answers.first(told(commit("20"), "k", 200, COMMITTED.replace("-20", "-19")));
    found("the entries are not what");
  }

  @Test
  void aRefusalThatHasNoReasonIsFound() {
    answers.first(told(commit("20"), "k", 404, "{'code':'reservation_not_found'}"));
    found("for no reason");
    answers.first(told(commit("26"), "k", 500, "{'code':'internal'}"));
    assertThat(findings.found()).isEqualTo(2);
  }

  @Test
  void anotherAnswerForTheSameKeyIsFound() {
    answers.again(committed(), told(commit("20"), "k2", 200, COMMITTED.replace("e2", "e3")));
    found("another answer for the same key");
  }

  @Test
  void aKeyThatIsGoodForSomethingElseIsFound() {
    answers.reused(committed(), told(commit("21"), "k2", 200, COMMITTED));
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
    return new Told(
        commit("20"),
        "k5",
        410,
        json("{'code':'reservation_expired'}"),
        false,
        NOW,
        Instant.parse(at));
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
    remembered(allowed(), told(commit("20"), "k", 409, "{'code':'reservation_finalized'}"));
    end("expired", "0");
    found("refused, and the reservation is");
  }

  @Test
  void anAllowInAFreezeIsFound() {
    Told frozen =
        new Told(
            new Call.Freeze("o", "user", "ann", NOW.plusSeconds(60)),
            "k0",
            200,
            json("{}"),
            false,
            NOW.minusSeconds(9),
            NOW.minusSeconds(8));
    remembered(frozen, allowed());
    end("expired", "0");
    found("in spite of a freeze");
  }

  // ---- the ledger

  private void ledger(String... entries) {
    List<JsonNode> all = new ArrayList<>();
    for (String entry : entries) {
      all.add(json(entry));
    }
    JsonNode last = all.getLast();
    JsonNode balances =
        json("[{'balance':'%s','held':'0','debt':'0'}]".formatted(last.path("balance").asText()));
    new LedgerChecks("o", "main", all, findings).run(balances, memory, "s-", "k");
  }

  private static final String GRANT =
      "{'entry_id':'e1','sequence':1,'type':'grant','grant':'g','amount':'100','balance':'100','debt':'0','transaction_id':'t1','idempotency_key':'s-1'}";
  private static final String CONSUME =
      "{'entry_id':'e2','sequence':2,'type':'consume','grant':'g','amount':'-20','balance':'80','debt':'0','transaction_id':'t2','idempotency_key':'k2','reservation':'r1'}";

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

  // ---- budgets

  private LimitChecks limit(long max) {
    return new LimitChecks(
            "o",
            LIFE,
            BigDecimal.valueOf(max),
            Map.of("r1", new Shown("committed", BigDecimal.valueOf(20), false)),
            findings)
        .count(memory.courses());
  }

  @Test
  void whatWasLetThroughIsAddedUpAndComparedWithTheLimit() {
    remembered(allowed(), committed());
    limit(20).compare("", json("{'used':'20'}"));
    assertThat(findings.kept()).isEmpty();
    limit(19);
    found("has let 20 through");
  }

  @Test
  void aBudgetThatCountsSomethingElseIsFound() {
    remembered(allowed(), committed());
    limit(20).compare("", json("{'used':'19.999999'}"));
    found("counts 19.999999, charged was 20");
  }
}
