package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.BEGINNING;
import static dev.bursar.entities.HandDrivenWallet.ATTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an entity has forgotten it finds in its journal, however long ago it was. */
final class LongAgoTest {

  private static final int REMEMBERED = 3;

  private static final Limits LIMITS =
      new Limits(
          100,
          10,
          100,
          REMEMBERED,
          Duration.ofHours(24),
          Duration.ofSeconds(60),
          Duration.ofMinutes(2),
          Duration.ofSeconds(5),
          1_000_000,
          1,
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          4,
          Duration.ofSeconds(3));

  private static final EntityModels MODELS =
      new EntityModels(
          LIMITS, new Catalog(Map.of("platform", "Platform credits"), Set.of(), List.of()));

  /** More rows than are read for one who asks, and not many more. */
  private static final int VERY_FAR = 7_700;

  private static final Origin LONG_AGO = Origin.of(BEGINNING);
  private static final Credits AMOUNT = Credits.of(3);

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<WalletReply>> told = new ArrayList<>();

  // ---- a wallet

  private static WalletCommand.HoldCredits charge(String reservation) {
    return new WalletCommand.HoldCredits(
        reservation,
        "platform",
        AMOUNT,
        null,
        60,
        OveragePolicy.RECORD,
        true,
        true,
        ATTRIBUTION,
        LONG_AGO);
  }

  private void ask(
      HandDriven<WalletCommand, ?, ?, ?> wallet, String reservation, WalletCommand command) {
    Operation operation =
        command instanceof WalletCommand.HoldCredits ? Operation.holding(reservation) : null;
    wallet.receive(
        new EntityMessage.AskFor<>(
            reservation,
            new Request<>(command, operation),
            message -> told.add(((EntityMessage.WalletAnswered) message).answer())));
  }

  private static WalletReply reply(Answer<WalletReply> answer) {
    assertThat(answer).isInstanceOf(Answer.Done.class);
    return ((Answer.Done<WalletReply>) answer).value();
  }

  private static long charges(HandDriven<?, WalletEvent, ?, ?> wallet, String reservation) {
    return wallet.events().stream()
        .filter(WalletEvent.Charged.class::isInstance)
        .filter(each -> ((WalletEvent.Charged) each).reservation().equals(reservation))
        .count();
  }

  /** It has charged {@code r1}, and others after it, each in a row of its own. */
  private HandDriven<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> charged(int others) {
    var wallet = HandDrivenWallet.start(MODELS, LIMITS, rows);
    HandDrivenWallet.open(wallet, 10_000);
    ask(wallet, "r1", charge("r1"));
    for (int i = 0; i < others; i++) {
      ask(wallet, "other" + i, charge("other" + i));
    }
    told.clear();
    return wallet;
  }

  /** Some rows, and more than are read at once. */
  @ParameterizedTest
  @ValueSource(ints = {5, 200})
  void whatWasChargedIsToldAndNotChargedAgain(int others) {
    var wallet = charged(others);
    ask(wallet, "r1", charge("r1"));
    assertThat(told).hasSize(1);
    assertThat(reply(told.getFirst()))
        .isInstanceOfSatisfying(
            WalletReply.Ended.class,
            ended -> {
              assertThat(ended.reservation()).isEqualTo("r1");
              assertThat(ended.status()).isEqualTo("committed");
              assertThat(ended.amount()).isEqualTo(AMOUNT);
            });
    assertThat(charges(wallet, "r1")).isEqualTo(1);
  }

  /** It was charged for a decision that is not on record, and the one that is was made later. */
  @Test
  void whatWasChargedForADecisionBeforeIsToldAndNotChargedAgain() {
    var wallet = charged(200);
    ask(wallet, "r1", charge("r1").from(Origin.recordedAt(BEGINNING.plusSeconds(1))));
    assertThat(reply(told.getFirst())).isInstanceOf(WalletReply.Ended.class);
    assertThat(charges(wallet, "r1")).isEqualTo(1);
  }

  /** It may be in what is missing. */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 100})
  void whereRowsAreMissingNothingIsChargedAgain(int lost) {
    var wallet = charged(200);
    wallet.lost = lost;
    ask(wallet, "r1", charge("r1"));
    assertThat(told).containsExactly(new Answer.Unreachable<>());
    assertThat(charges(wallet, "r1")).isEqualTo(1);
  }

  @Test
  void whatWasNeverChargedIsChargedOnce() {
    var wallet = charged(5);
    ask(wallet, "new", charge("new"));
    ask(wallet, "new", charge("new"));
    assertThat(told).hasSize(2).allMatch(each -> reply(each) instanceof WalletReply.Ended);
    assertThat(charges(wallet, "new")).isEqualTo(1);
  }

  @Test
  void whoeverAsksWhatHasBecomeOfItIsTold() {
    var wallet = charged(5);
    ask(wallet, "r1", new WalletCommand.Find("r1", LONG_AGO));
    ask(wallet, "r1", new WalletCommand.Bar("r1", LONG_AGO));
    assertThat(told).hasSize(2).allMatch(each -> reply(each) instanceof WalletReply.Ended);
  }

  @Test
  void ofWhatNothingHasBecomeThatIsTold() {
    var wallet = charged(5);
    ask(wallet, "new", new WalletCommand.Find("new", LONG_AGO));
    ask(wallet, "new", new WalletCommand.Bar("new", LONG_AGO));
    assertThat(told).hasSize(2);
    assertThat(((Answer.Refused<WalletReply>) told.getFirst()).refusal().code())
        .isEqualTo(Refusal.Code.RESERVATION_NOT_FOUND);
    assertThat(reply(told.getLast())).isEqualTo(new WalletReply.Barred("new"));
  }

  /** Several at once are looked for in one go; each is told its own. */
  @Test
  void severalAtOnceAreToldEachItsOwn() {
    var wallet = charged(200);
    EntityMessage[] asked = new EntityMessage[3];
    String[] reservations = {"other7", "new", "other100"};
    Arrays.setAll(asked, i -> asking(reservations[i]));
    wallet.receive(asked);
    assertThat(told.stream().map(each -> ((WalletReply.Ended) reply(each)).reservation()))
        .containsExactlyInAnyOrder(reservations);
    for (String each : reservations) {
      assertThat(charges(wallet, each)).isEqualTo(1);
    }
  }

  /** Whoever asks for what is looked for already waits for that. */
  @Test
  void whoAsksForTheSameReadsNothingMore() {
    var wallet = charged(200);
    wallet.reads = 0;
    ask(wallet, "r1", charge("r1"));
    int once = wallet.reads;
    EntityMessage[] asked = new EntityMessage[5];
    Arrays.setAll(asked, i -> asking("r1"));
    wallet.reads = 0;
    wallet.receive(asked);
    assertThat(wallet.reads).isEqualTo(once);
    assertThat(told).hasSize(6).allMatch(each -> reply(each) instanceof WalletReply.Ended);
  }

  /** Who looks for what is near does not wait for who looks far back. */
  @Test
  void whatIsNearIsToldFirst() {
    var wallet = charged(200);
    wallet.receive(asking("r1"), asking("other190"));
    assertThat(told.stream().map(each -> ((WalletReply.Ended) reply(each)).reservation()))
        .containsExactly("other190", "r1");
  }

  private EntityMessage asking(String reservation) {
    return new EntityMessage.AskFor<WalletCommand>(
        reservation,
        new Request<>(charge(reservation), Operation.holding(reservation)),
        message -> told.add(((EntityMessage.WalletAnswered) message).answer()));
  }

  /** So many pages for one who asks, and asked again it goes on. */
  @Test
  void whatIsVeryFarBackIsFoundWhenItIsAskedForAgain() {
    var wallet = charged(4);
    WalletCommand nothing =
        new WalletCommand.Adjust("platform", new Credits(-1), null, ATTRIBUTION);
    for (int i = 0; i < VERY_FAR; i++) {
      ask(wallet, "", nothing);
    }
    for (int i = 0; i <= REMEMBERED; i++) {
      ask(wallet, "later" + i, charge("later" + i));
    }
    told.clear();
    wallet.reads = 0;
    ask(wallet, "r1", charge("r1"));
    assertThat(told).containsExactly(new Answer.Unreachable<>());
    assertThat(wallet.reads).isEqualTo(JournalSearch.PAGES_MAX);
    ask(wallet, "r1", charge("r1"));
    assertThat(reply(told.getLast())).isInstanceOf(WalletReply.Ended.class);
    assertThat(wallet.reads).isEqualTo(JournalSearch.PAGES_MAX + 1);
    assertThat(charges(wallet, "r1")).isEqualTo(1);
  }

  @Test
  void whereTheJournalCantBeReadNothingIsDone() {
    var wallet = charged(5);
    wallet.readable = false;
    ask(wallet, "r1", charge("r1"));
    assertThat(told).containsExactly(new Answer.Unreachable<>());
    wallet.readable = true;
    ask(wallet, "r1", charge("r1"));
    assertThat(reply(told.getLast())).isInstanceOf(WalletReply.Ended.class);
    assertThat(charges(wallet, "r1")).isEqualTo(1);
  }

  // ---- a team

  @Test
  void whatATeamHasSettledIsToldAndNotHeldAgain() {
    List<TeamReply> replies = new ArrayList<>();
    var team = teamThatForgot("r1", replies);

    ask(team, replies, "r1");

    assertThat(replies.getLast()).isEqualTo(replies.getFirst());
    assertThat(
            team.events().stream()
                .filter(
                    each ->
                        each instanceof TeamEvent.BudgetHeld held
                            && held.reservation().equals("r1")))
        .hasSize(1);
  }

  /** A team that held a reservation's budget and settled it, and has forgotten that since. */
  private HandDriven<TeamCommand, TeamEvent, TeamReply, Team.Snapshot> teamThatForgot(
      String reservation, List<TeamReply> replies) {
    var team = team();
    ask(team, replies, reservation);
    team.receive(
        new EntityMessage.Ask<TeamCommand, TeamReply>(
            new Request<>(
                new TeamCommand.Settle(Closure.of(reservation, AMOUNT, Closure.Kind.COMMITTED)),
                null),
            answer -> {}));
    for (int i = 0; i < 5; i++) {
      ask(team, replies, "other" + i);
    }
    return team;
  }

  private HandDriven<TeamCommand, TeamEvent, TeamReply, Team.Snapshot> team() {
    return new HandDriven<>(
        EntityId.team("acme", "red"),
        MODELS.teams(),
        LIMITS,
        rows,
        (id, host) -> new TeamEntity(id, MODELS.teams().reply(), LIMITS, host));
  }

  /** What has ended long ago is taken back by that. */
  @Test
  void whatATeamHasSettledIsNotBarredByWhoeverTakesItBack() {
    List<TeamReply> replies = new ArrayList<>();
    var team = teamThatForgot("r1", replies);
    int before = rows.size();
    team.receive(
        new EntityMessage.AskFor<TeamCommand>(
            "r1",
            new Request<>(new TeamCommand.Cancel("r1", LONG_AGO), null),
            message ->
                assertThat(((EntityMessage.TeamAnswered) message).answer())
                    .isEqualTo(new Answer.Done<>(new TeamReply.Done(), true))));
    assertThat(rows).hasSize(before);
  }

  private static void ask(
      HandDriven<TeamCommand, ?, ?, ?> team, List<TeamReply> replies, String reservation) {
    Scope scope = new Scope(Scope.Type.TEAM, "red", null);
    Budget budget =
        new Budget(
            "b",
            scope,
            "platform",
            WindowKind.DAY,
            Credits.of(100),
            Budget.Mode.HARD,
            Set.of(),
            Set.of(),
            List.of(),
            ZoneOffset.UTC,
            1);
    team.receive(
        new EntityMessage.AskFor<TeamCommand>(
            reservation,
            new Request<>(
                new TeamCommand.HoldBudget(
                    reservation,
                    Quantities.of(AMOUNT),
                    List.of(new Budgets.Applicable(budget, scope)),
                    LONG_AGO),
                Operation.holding(reservation)),
            message ->
                replies.add(
                    ((Answer.Done<TeamReply>) ((EntityMessage.TeamAnswered) message).answer())
                        .value())));
  }
}
