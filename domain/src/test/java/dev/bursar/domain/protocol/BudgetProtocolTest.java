package dev.bursar.domain.protocol;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is asked of whom, one after the other, to set a budget while work is under way. */
final class BudgetProtocolTest {

  private static final Place DRAFT = new Place(7, 1);
  private static final Budget OF_ORG = daily("late", ORG, "6");
  private static final Budget OF_TEAM = daily("late", unit(Scope.Type.TEAM, "research"), "6");
  private static final Instant WINDOW = OF_ORG.windowAt(NOON).start();
  private static final List<OpeningCount> BEFORE = List.of(count("1"));

  private static OpeningCount count(String used) {
    return new OpeningCount("", WINDOW, Credits.parse(used));
  }

  private static OpenPart open(String reservation) {
    return new OpenPart(reservation, "", WINDOW, Credits.parse("2"), Map.of(), true);
  }

  private static BudgetProtocol setting(Budget budget) {
    return new BudgetProtocol(budget, new Caller("key", "k-1", "k-1", 0), "try");
  }

  private static <T> Answer<T> done(T value) {
    return new Answer.Done<>(value, false);
  }

  private static OrgCommand ofOrg(BudgetEffect effect) {
    return ((BudgetEffect.AskOrg) effect).request().command();
  }

  private static TeamCommand ofTeam(BudgetEffect effect) {
    BudgetEffect.AskTeam ask = (BudgetEffect.AskTeam) effect;
    assertThat(ask.team()).isEqualTo("research");
    return ask.request().command();
  }

  /** Comes so far that what had ended before the draft is in the read model. */
  private static BudgetEffect drafted(BudgetProtocol protocol, OpenPart... open) {
    assertThat(ofOrg(protocol.start())).isInstanceOf(OrgCommand.DraftBudget.class);
    assertThat(ofOrg(protocol.orgAnswered(done(new OrgReply.Drafted(NOON, List.of(open))))))
        .isInstanceOf(OrgCommand.ViewDraft.class);
    return protocol.orgAnswered(done(new OrgReply.DraftPlace(DRAFT)));
  }

  /** A copy of the question drafts nothing anew; the next attempt does. */
  @Test
  void eachAttemptDraftsOnce() {
    BudgetProtocol protocol = setting(OF_ORG);
    BudgetEffect first = protocol.start();
    Operation once = ((BudgetEffect.AskOrg) first).request().operation();
    protocol.orgAnswered(new Answer.Refused<>(Refusal.overtaken()));
    Operation next = ((BudgetEffect.AskOrg) protocol.waited()).request().operation();
    assertThat(once).isNotNull();
    assertThat(next).isNotNull().isNotEqualTo(once);
  }

  @Test
  void whatHadEndedBeforeTheDraftIsCountedByTheOrg() {
    BudgetProtocol protocol = setting(OF_ORG);
    assertThat(drafted(protocol, open("r1")))
        .isEqualTo(new BudgetEffect.FindUsedBefore(OF_ORG.since(7L), OF_ORG.windowAt(NOON), DRAFT));
    assertThat(ofOrg(protocol.usedBefore(BEFORE)))
        .isEqualTo(new OrgCommand.PutBudget(OF_ORG, BEFORE, DRAFT, "key"));
    Answer<OrgReply> set = done(new OrgReply.Done());
    assertThat(protocol.orgAnswered(set)).isEqualTo(new BudgetEffect.Reply(set));
  }

  @Test
  void whatTheTeamHasNotIsAwaitedThereAndWhatHasEndedIsCountedOnce() {
    BudgetProtocol protocol = setting(OF_TEAM);
    drafted(protocol, open("r1"), open("r2"), open("r3"));
    assertThat(ofTeam(protocol.usedBefore(BEFORE)))
        .isEqualTo(
            new TeamCommand.StartCounting(
                OF_TEAM.since(7L), List.of(open("r1"), open("r2"), open("r3"))));
    assertThat(protocol.teamAnswered(done(new TeamReply.Counting(List.of("r2", "r3")))))
        .isEqualTo(new BudgetEffect.FindUsed(OF_TEAM.since(7L), Set.of("r2", "r3")));
    assertThat(protocol.used(Map.of("r2", Credits.parse("1.5"))))
        .isInstanceOf(BudgetEffect.Wait.class);
    assertThat(ofTeam(protocol.waited()))
        .isEqualTo(new TeamCommand.StartCounting(OF_TEAM.since(7L), List.of(open("r3"))));
    assertThat(ofTeam(protocol.teamAnswered(done(new TeamReply.Counting(List.of())))))
        .isEqualTo(
            new TeamCommand.CountBefore(OF_TEAM.since(7L), List.of(count("1"), count("1.5"))));
    assertThat(ofOrg(protocol.teamAnswered(done(new TeamReply.Done()))))
        .isEqualTo(new OrgCommand.PutBudget(OF_TEAM, List.of(), DRAFT, "key"));
  }

  @Test
  void whatIsOnItsWayForTooLongLeavesTheBudgetUnset() {
    BudgetProtocol protocol = setting(OF_TEAM);
    drafted(protocol, open("r1"));
    BudgetEffect next = protocol.usedBefore(BEFORE);
    while (next instanceof BudgetEffect.AskTeam) {
      next = protocol.teamAnswered(done(new TeamReply.Counting(List.of("r1"))));
      if (next instanceof BudgetEffect.FindUsed) {
        protocol.used(Map.of());
        next = protocol.waited();
      }
    }
    assertThat(next).isEqualTo(new BudgetEffect.Reply(new Answer.Unreachable<>()));
  }

  @Test
  void aBudgetThatIsThereIsOnlyChanged() {
    BudgetProtocol protocol = setting(OF_ORG);
    protocol.start();
    assertThat(ofOrg(protocol.orgAnswered(done(new OrgReply.Done()))))
        .isEqualTo(new OrgCommand.PutBudget(OF_ORG, List.of(), OrgCommand.PutBudget.THERE, "key"));
  }

  @Test
  void whoIsOvertakenBeginsAnewUnderAnotherNameAndGivesUpInTheEnd() {
    BudgetProtocol protocol = setting(OF_ORG);
    BudgetEffect next = protocol.start();
    Answer<OrgReply> overtaken = new Answer.Refused<>(Refusal.overtaken());
    List<Long> waits = new ArrayList<>();
    for (int attempt = 1; attempt < 10; attempt++) {
      assertThat(((OrgCommand.DraftBudget) ofOrg(next)).attempt()).isEqualTo("try-" + attempt);
      assertThat(protocol.orgAnswered(overtaken))
          .isInstanceOfSatisfying(BudgetEffect.Wait.class, wait -> waits.add(wait.toMs()));
      next = protocol.waited();
    }
    assertThat(protocol.orgAnswered(overtaken)).isEqualTo(new BudgetEffect.Reply(overtaken));
    // So long that one of two can read what was used, and set it, before the other begins anew.
    assertThat(waits).isSorted().last().isEqualTo(12_800L);
  }

  @Test
  void whoIsOvertakenAtTheTeamBeginsAnewAndGivesUpInTheEnd() {
    BudgetProtocol protocol = setting(OF_TEAM);
    drafted(protocol, open("r1"));
    protocol.usedBefore(BEFORE);
    Answer<TeamReply> overtaken = new Answer.Refused<>(Refusal.overtaken());
    for (int attempt = 2; attempt <= 10; attempt++) {
      assertThat(protocol.teamAnswered(overtaken)).isInstanceOf(BudgetEffect.Wait.class);
      assertThat(((OrgCommand.DraftBudget) ofOrg(protocol.waited())).attempt())
          .isEqualTo("try-" + attempt);
    }
    assertThat(protocol.teamAnswered(overtaken))
        .isEqualTo(new BudgetEffect.Reply(new Answer.Refused<>(Refusal.overtaken())));
  }

  @Test
  void whoeverDoesNotAnswerEndsIt() {
    BudgetProtocol protocol = setting(OF_TEAM);
    drafted(protocol, open("r1"));
    protocol.usedBefore(BEFORE);
    assertThat(protocol.teamAnswered(new Answer.Busy<>()))
        .isEqualTo(new BudgetEffect.Reply(new Answer.Busy<>()));
  }
}
