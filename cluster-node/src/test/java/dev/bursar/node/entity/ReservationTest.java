package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.await;
import static dev.bursar.node.entity.EntityNode.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.node.TestServer;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reservations over the real actors, journal and PostgreSQL. */
class ReservationTest {

  private static EntityNode node;

  @BeforeAll
  static void start() {
    DatabaseSettings settings = TestServer.fresh();
    node = new EntityNode(settings, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Subject subject(String org) {
    return Subject.ofOrg(org);
  }

  private static Subject member(String org) {
    return new Subject(org, "blue", "u1", null, null, null);
  }

  private static void blueTeam(String org, String teamLimit) {
    node.tell(org, new OrgCommand.PutUnit(new Unit("blue", Unit.Kind.TEAM, "Blue", null), "test"));
    node.tell(
        org,
        new OrgCommand.PutBudget(
            new Budget(
                "team-month",
                new Scope(Scope.Type.TEAM, "blue", null),
                "platform",
                WindowKind.MONTH,
                Credits.parse(teamLimit),
                Budget.Mode.HARD,
                Set.of(),
                Set.of(),
                List.of(),
                ZoneOffset.UTC,
                1),
            "test"));
  }

  private static List<Decided> inParallel(
      int times, Subject subject, String amount, boolean commit) {
    List<CompletionStage<Answer<Decided>>> asked =
        IntStream.range(0, times)
            .mapToObj(i -> node.reserve(subject, amount, commit, subject.org() + i))
            .toList();
    return asked.stream().map(EntityNode::done).toList();
  }

  private static long allowed(List<Decided> decided) {
    return decided.stream().filter(Decided.Allowed.class::isInstance).count();
  }

  @Test
  void ofTwentyReservationsOf75InParallelOn500SixAreAllowed() {
    node.org("twenty");
    node.wallet("twenty", "main", "500");
    assertThat(allowed(inParallel(20, subject("twenty"), "75", false))).isEqualTo(6);
    assertThat(node.balance("twenty", "main").held()).isEqualTo(Credits.of(450));
  }

  @Test
  void ofFiveOneShotsOf10InParallelOn5NoneIsAllowed() {
    node.org("five");
    node.wallet("five", "main", "5");
    List<Decided> decided = inParallel(5, subject("five"), "10", true);
    assertThat(decided)
        .allSatisfy(
            each ->
                assertThat(((Decided.Denied) each).denials())
                    .extracting("code")
                    .containsExactly(DenialCode.INSUFFICIENT_CREDITS));
    assertThat(node.balance("five", "main").balance()).isEqualTo(Credits.of(5));
  }

  @Test
  void oneKeySentAHundredTimesInParallelHasOneEffectAndOneAnswer() {
    node.org("hundred");
    node.wallet("hundred", "main", "500");
    List<CompletionStage<Answer<Decided>>> asked =
        IntStream.range(0, 100)
            .mapToObj(i -> node.reserve(subject("hundred"), "5", true, "the-key"))
            .toList();
    List<Decided> answers = asked.stream().map(EntityNode::done).toList();
    Decided.Allowed first = (Decided.Allowed) answers.getFirst();
    assertThat(answers)
        .allSatisfy(
            each -> {
              Decided.Allowed same = (Decided.Allowed) each;
              assertThat(same.plan().reservation()).isEqualTo(first.plan().reservation());
              assertThat(same.balance()).isEqualTo(first.balance());
              assertThat(same.charged().balance()).isEqualTo(first.charged().balance());
            });
    assertThat(node.balance("hundred", "main").balance()).isEqualTo(Credits.of(495));
  }

  /** The wallet may hear so late of a denial that what it held has run out by then. */
  @Test
  void whatWasDeniedIsShownAsDeniedAlsoWhenItsHoldRanOut() {
    node.org("late");
    node.wallet("late", "main", "500");
    node.orgBudget("late", "1");
    Decided.Denied denied =
        (Decided.Denied) done(node.reserve(subject("late"), "5", false, "the-key"));
    String reservation = denied.plan().reservation();

    node.hold(denied.plan(), 1);
    node.until(() -> node.balance("late", "main").held().isZero());

    assertThat(done(node.entities.find(reservation))).isInstanceOf(Found.Denied.class);
  }

  @Test
  void theSameKeyWithAnotherRequestIsRefused() {
    node.org("reused");
    node.wallet("reused", "main", "500");
    done(node.reserve(subject("reused"), "5", false, "k"));
    Answer<Decided> second = await(node.reserve(subject("reused"), "6", false, "k"));
    assertThat(second).isInstanceOf(Answer.Refused.class);
    assertThat(((Answer.Refused<Decided>) second).refusal().code())
        .isEqualTo(Refusal.Code.IDEMPOTENCY_KEY_REUSED);
  }

  @Test
  void aTeamsBudgetDeniesAndTheWalletTakesItsHoldBack() {
    node.org("team");
    node.wallet("team", "main", "500");
    blueTeam("team", "10");
    List<Decided> decided = inParallel(5, member("team"), "4", false);
    assertThat(allowed(decided)).isEqualTo(2);
    node.until(() -> node.balance("team", "main").held().equals(Credits.of(8)));
  }

  @Test
  void ofOneShotsTheWalletChargesOnlyWhatTheTeamHolds() {
    node.org("shots");
    node.wallet("shots", "main", "500");
    blueTeam("shots", "10");
    assertThat(allowed(inParallel(5, member("shots"), "4", true))).isEqualTo(2);
    assertThat(node.balance("shots", "main").balance()).isEqualTo(Credits.of(492));
    assertThat(node.balance("shots", "main").held()).isEqualTo(Credits.ZERO);
  }

  /** Whether it is denied or allowed hangs on whether the other reservation has been given back. */
  @Test
  void oneKeySentWhileABudgetIsFreedHasOneAnswer() {
    node.org("freed");
    node.wallet("freed", "main", "500");
    node.orgBudget("freed", "10");
    for (int round = 0; round < 20; round++) {
      Decided.Allowed holder =
          (Decided.Allowed) done(node.reserve(subject("freed"), "8", false, "holder" + round));
      String key = "the-key" + round;
      List<CompletionStage<Answer<Decided>>> asked = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        asked.add(node.reserve(subject("freed"), "5", false, key));
        if (i == 5) {
          node.release(holder, "release" + round);
        }
      }
      List<Decided> answers = asked.stream().map(EntityNode::done).toList();
      Decided again = done(node.reserve(subject("freed"), "5", false, key));
      assertThat(answers)
          .allSatisfy(
              each -> {
                assertThat(each).hasSameClassAs(again);
                assertThat(each.plan().reservation()).isEqualTo(again.plan().reservation());
              });
      if (again instanceof Decided.Allowed allowed) {
        done(node.release(allowed, "done" + round));
      }
      node.until(() -> node.orgBudget("freed").held().isZero());
    }
  }

  @Test
  void everyLimitInTheWayIsNamedTheNearestFirst() {
    node.org("both");
    node.wallet("both", "main", "1");
    blueTeam("both", "2");
    Decided.Denied denied = (Decided.Denied) done(node.reserve(member("both"), "3", false, "k"));
    assertThat(denied.denials())
        .extracting("code")
        .containsExactly(DenialCode.BUDGET_EXCEEDED, DenialCode.INSUFFICIENT_CREDITS);
    Answer<WalletReply.Ended> committed =
        await(
            node.entities.commit(
                denied.plan().reservation(), Credits.of(1), null, new Caller("t", "c", "c", 0)));
    assertThat(((Answer.Refused<WalletReply.Ended>) committed).refusal().code())
        .isEqualTo(Refusal.Code.RESERVATION_FINALIZED);
    Decided again = done(node.reserve(member("both"), "3", false, "k"));
    assertThat(((Decided.Denied) again).plan().reservation())
        .isEqualTo(denied.plan().reservation());
  }

  @Test
  void aCommitBelowTheHoldGivesTheRestBackEverywhere() {
    node.org("less");
    node.wallet("less", "main", "100");
    blueTeam("less", "10");
    Decided.Allowed allowed = (Decided.Allowed) done(node.reserve(member("less"), "8", false, "k"));
    WalletReply.Ended ended =
        done(
            node.entities.commit(
                allowed.plan().reservation(),
                Credits.of(3),
                null,
                new Caller("test", "c", "c", 0)));
    assertThat(ended.released()).isEqualTo(Credits.of(5));
    assertThat(node.balance("less", "main").available()).isEqualTo(Credits.of(97));
    assertThat(allowed(inParallel(3, member("less"), "3.5", true))).isEqualTo(2);
  }

  @Test
  void anUnknownOrgAndAnUnknownWalletAreDenied() {
    assertThat(((Decided.Denied) done(node.reserve(subject("nobody"), "1", false, "k"))).denials())
        .extracting("code")
        .containsExactly(DenialCode.UNKNOWN_ORG);
    node.org("walletless");
    assertThat(
            ((Decided.Denied) done(node.reserve(subject("walletless"), "1", false, "k"))).denials())
        .extracting("code")
        .containsExactly(DenialCode.UNKNOWN_WALLET);
    // Nobody gets to fill the journal with names of his own: of these, it has nothing.
    assertThat(node.rows("walletless")).isEqualTo(1);
  }
}
