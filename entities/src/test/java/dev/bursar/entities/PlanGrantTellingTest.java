package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.LIMITS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.PlanGrantStep;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What an org tells its wallet of what its plan grants, message by message. */
final class PlanGrantTellingTest {

  private static final EntityId WALLET = EntityId.wallet("acme", "main");
  private static final String A = "plan:team:a:1";
  private static final String B = "plan:team:b:2";
  private static final String C = "plan:team:c:3";

  private static final Catalog FIRST = catalog("a", "b");
  private static final Catalog SECOND = catalog("a", "b", "c");

  private final EntityModels models = new EntityModels(LIMITS, (org, pinned, at) -> this.published);
  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<Decided>> decided = new ArrayList<>();

  /** What the wallet was asked last, of what plans grant. */
  private EntityMessage.AskFor<?> asked;

  /** For which reservation it was asked last to hold. */
  private String held;

  private byte attempts;
  private Catalog published = FIRST;
  private HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = org(LIMITS);

  private HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org(Limits limits) {
    return new HandDriven<>(
        EntityId.org("acme"),
        models.orgs(),
        limits,
        rows,
        (id, host) -> new OrgEntity(id, models.orgs().reply(), limits, host));
  }

  private static Limits atMost(int waiting, int reservations) {
    return new Limits(
        waiting,
        LIMITS.batchMax(),
        reservations,
        LIMITS.operationsRemembered(),
        LIMITS.operationsRememberedFor(),
        LIMITS.grace(),
        LIMITS.correction(),
        LIMITS.reportsAheadMax(),
        LIMITS.snapshotAfterBytes(),
        LIMITS.snapshotAfterSizes(),
        LIMITS.unhurriedWithin(),
        LIMITS.teamsUnhurriedWithin(),
        LIMITS.settledWithin(),
        LIMITS.restartsMax(),
        LIMITS.askTimeout());
  }

  private static Catalog catalog(String... grants) {
    return new Catalog(
        Map.of("platform", new CreditType("platform", "Platform credits", 6)),
        Set.of(),
        Map.of(),
        new PriceList(List.of()),
        Map.of("team", team(grants)),
        Map.of(),
        Map.of(),
        Map.of());
  }

  private static PricingPlan team(String... grants) {
    return new PricingPlan(
        "team",
        "Team",
        null,
        Map.of(),
        Arrays.stream(grants).collect(Collectors.toMap(each -> each, PlanGrantTellingTest::once)),
        Map.of(),
        OveragePolicy.RECORD,
        FailMode.DENY);
  }

  private static PlanGrant once(String id) {
    return new PlanGrant(id, "platform", Credits.of(3), null, 20, Set.of(), Set.of());
  }

  private void put(OrgCommand... commands) {
    for (OrgCommand each : commands) {
      org.receive(
          new EntityMessage.Ask<OrgCommand, OrgReply>(new Request<>(each, null), answer -> {}));
    }
  }

  private void subscribe() {
    put(settings("team"), new OrgCommand.PutWallet("main", WalletOwner.ORG, ""));
  }

  private static OrgCommand settings(String plan) {
    return new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, plan, List.of()), "");
  }

  /** What the wallet is asked since this was asked, each message as what it says of each grant. */
  private List<List<String>> asked() {
    List<List<String>> messages = new ArrayList<>();
    for (HandDriven.Sent each : org.sent()) {
      if (each.to().equals(WALLET) && each.message() instanceof EntityMessage.AskFor<?> ask) {
        messages.add(
            switch (ask.request().command()) {
              case WalletCommand.ChangePlanGrants change -> {
                asked = ask;
                yield change.steps().stream().map(PlanGrantTellingTest::words).toList();
              }
              case WalletCommand.HoldCredits hold -> {
                held = ask.reservation();
                yield List.of("hold");
              }
              case Object other -> List.of(other.toString());
            });
      }
    }
    return messages;
  }

  private static String words(PlanGrantStep step) {
    return switch (step) {
      case PlanGrantStep.Give give -> give.grant();
      case PlanGrantStep.End end -> "end " + end.grant();
      case PlanGrantStep other -> other.toString();
    };
  }

  private void answer(Answer<WalletReply> answer) {
    org.receive(new EntityMessage.WalletAnswered(asked.reservation(), answer, 0));
  }

  /** The wallet has all that it was asked last, but for what is of this grant. */
  private void takesAllBut(String refused) {
    var change = (WalletCommand.ChangePlanGrants) asked.request().command();
    answer(
        new Answer.Done<>(
            new WalletReply.PlanGrantsChanged(
                change.steps().stream()
                    .map(
                        step ->
                            new WalletReply.PlanGrantDone(
                                step.number(),
                                step.grant(),
                                false,
                                step.grant().equals(refused)
                                    ? Refusal.of(Refusal.Code.AMOUNT_OVERFLOW, "")
                                    : null))
                    .toList()),
            false));
  }

  private void takesAll() {
    takesAllBut("");
  }

  private void isNotOpen() {
    answer(new Answer.Refused<>(Refusal.of(Refusal.Code.WALLET_NOT_FOUND, "")));
  }

  private List<Long> told() {
    return org.events().stream()
        .filter(OrgEvent.PlanGrantTold.class::isInstance)
        .map(each -> ((OrgEvent.PlanGrantTold) each).number())
        .toList();
  }

  private void ticks() {
    ticks(5);
  }

  private void ticks(int seconds) {
    for (int i = 0; i < seconds; i++) {
      org.tick();
    }
  }

  private void reserve() {
    reserve("k1");
  }

  private void reserve(String key) {
    org.receive(reservation(key));
  }

  private EntityMessage reservation(String key) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            "main",
            null,
            Credits.of(3),
            "platform",
            60,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    byte[] salt = new byte[16];
    salt[0] = ++attempts;
    return new EntityMessage.Reserve(
        new OrgCommand.Reserve(request, key, "key_test", key, salt),
        Operation.ofClient("reserve", key, 7),
        decided::add);
  }

  private boolean hasBegun() {
    return org.events().stream().anyMatch(OrgEvent.ReservationBegun.class::isInstance);
  }

  @Test
  void whatIsNotAnsweredIsToldAgain() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    ticks();
    assertThat(asked()).isNotEmpty().containsOnly(List.of(A, B));
    takesAll();
    takesAll();
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(told()).containsExactly(1L, 2L);
  }

  @Test
  void aWalletThatWasNotOpenedIsAskedOnceItIs() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    isNotOpen();
    ticks();
    assertThat(asked()).isEmpty();
    org.receive(new EntityMessage.MainWalletOpened());
    assertThat(asked()).containsExactly(List.of(A, B));
  }

  @Test
  void anAnswerFromBeforeTheWalletWasOpenedKeepsNothingFromIt() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    org.receive(new EntityMessage.MainWalletOpened());
    isNotOpen();
    ticks();
    assertThat(asked()).isNotEmpty().containsOnly(List.of(A, B));
    takesAll();
    assertThat(told()).containsExactly(1L, 2L);
  }

  @Test
  void whatIsRefusedHoldsUpOnlyWhatBecomesOfTheSame() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    takesAllBut(A);
    put(settings(null));
    // The refused one goes along: what becomes of it makes no sense without it.
    assertThat(asked()).containsExactly(List.of(A, "end " + A, "end " + B));
    takesAllBut(A);
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(told()).containsExactly(2L, 4L);

    org.receive(new EntityMessage.Reopen());
    assertThat(asked()).containsExactly(List.of(A, "end " + A));
    takesAll();
    assertThat(told()).containsExactly(2L, 4L, 1L, 3L);
  }

  @Test
  void whatChangesWhileItIsToldIsToldAfterwards() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    put(settings(null));
    assertThat(asked()).isEmpty();
    takesAll();
    assertThat(asked()).containsExactly(List.of(A, B, "end " + A, "end " + B));
    takesAll();
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(told()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void aRequestIsDecidedOnceTheWalletHasWhatThePlanGrants() {
    subscribe();
    reserve();
    assertThat(asked()).containsExactly(List.of(A, B));
    assertThat(hasBegun()).isFalse();
    takesAll();
    assertThat(asked()).containsExactly(List.of("hold"));
    assertThat(told()).containsExactly(1L, 2L);
    assertThat(decided).isEmpty();
  }

  @Test
  void whatTheWalletRefusesHoldsUpNoRequest() {
    subscribe();
    reserve();
    assertThat(asked()).containsExactly(List.of(A, B));
    takesAllBut(A);
    assertThat(asked()).containsExactly(List.of("hold"));
    org.receive(new EntityMessage.Reopen());
  }

  @Test
  void aWalletThatIsNotOpenHoldsUpNoRequest() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    isNotOpen();
    reserve();
    assertThat(asked()).containsExactly(List.of(A, B));
    isNotOpen();
    assertThat(asked()).containsExactly(List.of("hold"));
  }

  @Test
  void aRequestWhoseWalletDoesNotAnswerIsNotDecided() {
    subscribe();
    reserve();
    ticks();
    assertThat(decided).containsExactly(new Answer.Unreachable<>());
    assertThat(hasBegun()).isFalse();
    // The same again is decided, once the wallet has answered.
    reserve();
    asked();
    takesAll();
    assertThat(asked()).containsExactly(List.of("hold"));
  }

  @Test
  void whoStopsLetsNobodyWait() {
    subscribe();
    reserve();
    org.receive(new EntityMessage.Stop());
    assertThat(decided).containsExactly(new Answer.Unreachable<>());
    reserve();
    assertThat(decided).hasSize(2).containsOnly(new Answer.Unreachable<>());
  }

  @Test
  void aRequestWaitsNoLongerThanOnceHoweverOftenThePlanChanges() {
    subscribe();
    reserve();
    asked();
    ticks(1);
    put(settings(null));
    takesAll();
    assertThat(asked()).containsExactly(List.of(A, B, "end " + A, "end " + B));
    assertThat(decided).isEmpty();
    ticks(1);
    assertThat(decided).containsExactly(new Answer.Unreachable<>());
    assertThat(hasBegun()).isFalse();
  }

  @Test
  void aWalletThatWasBusyIsAskedSoon() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    ticks(1);
    assertThat(asked()).isEmpty();
    answer(new Answer.Busy<>());
    ticks(1);
    assertThat(asked()).containsExactly(List.of(A, B));
  }

  /** Nor do later ones find out each for itself that there is something to be waited for. */
  @Test
  void whatTheWalletHasRefusedHoldsUpNoLaterRequest() {
    subscribe();
    asked();
    takesAllBut(A);
    int before = org.decisions;
    reserve();
    assertThat(asked()).containsExactly(List.of("hold"));
    assertThat(org.decisions).isEqualTo(before + 1);
    // What has changed since is waited for all the same.
    put(settings(null));
    asked();
    reserve("k2");
    assertThat(asked()).isEmpty();
    takesAllBut(A);
    assertThat(asked()).containsExactly(List.of("hold"));
  }

  @Test
  void noMoreWaitThanMay() {
    org = org(atMost(3, 100));
    subscribe();
    reserve("k1");
    reserve("k2");
    reserve("k3");
    assertThat(decided).isEmpty();
    reserve("k4");
    assertThat(decided).containsExactly(new Answer.Busy<>());
    asked();
    takesAll();
    assertThat(asked()).hasSize(3).containsOnly(List.of("hold"));
  }

  @Test
  void whoeverWaitsIsOnItsWay() {
    org = org(atMost(100, 2));
    subscribe();
    reserve("k1");
    reserve("k2");
    reserve("k3");
    assertThat(decided).containsExactly(new Answer.Busy<>());
    asked();
    takesAll();
    assertThat(asked()).containsExactly(List.of("hold"), List.of("hold"));
  }

  @Test
  void twoOfOneKeyAreOneReservation() {
    subscribe();
    reserve();
    reserve();
    asked();
    takesAll();
    assertThat(asked()).containsExactly(List.of("hold"));
    org.receive(
        new EntityMessage.WalletAnswered(
            held,
            new Answer.Done<>(
                new WalletReply.NotHeld(List.of(Denial.unknownWallet("main", null))), false),
            0));
    assertThat(decided)
        .hasSize(2)
        .allMatch(
            each ->
                each instanceof Answer.Done<Decided> done
                    && done.value() instanceof Decided.Denied no
                    && no.plan().reservation().equals(held));
  }

  @Test
  void aWalletThatIsNotOpenHoldsUpNobodyWhoWaitsForMoreThanItWasAsked() {
    subscribe();
    assertThat(asked()).containsExactly(List.of(A, B));
    put(settings(null));
    reserve();
    assertThat(asked()).isEmpty();
    isNotOpen();
    assertThat(asked()).containsExactly(List.of("hold"));
  }

  @Test
  void aWalletThatHasAnsweredIsOpenWhateverAnEarlierAnswerSays() {
    subscribe();
    asked();
    takesAll();
    put(settings(null));
    assertThat(asked()).containsExactly(List.of("end " + A, "end " + B));
    isNotOpen();
    ticks();
    assertThat(asked()).isNotEmpty().containsOnly(List.of("end " + A, "end " + B));
  }

  @Test
  void nothingIsLookedForWhileTheWalletIsNotOpen() {
    subscribe();
    asked();
    isNotOpen();
    published = SECOND;
    put(new OrgCommand.ViewOrg());
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(org.isTicking()).isFalse();
    org.receive(new EntityMessage.MainWalletOpened());
    assertThat(asked()).containsExactly(List.of(A, B, C));
  }

  /** What was decided first did not come into the journal; by then the catalog had changed. */
  @Test
  void aRequestThatWouldHaveToWaitWhenItIsDecidedAgainIsTakenBack() {
    subscribe();
    asked();
    takesAll();
    org.writesLate = true;
    org.receive(
        reservation("k1"),
        new EntityMessage.Run(
            () ->
                org.self()
                    .tell(
                        new EntityMessage.Run(
                            () -> {
                              org.writesLate = false;
                              published = SECOND;
                            }))));
    assertThat(decided).containsExactly(new Answer.Unreachable<>());
    assertThat(hasBegun()).isFalse();
    assertThat(org.events()).anyMatch(OrgEvent.ReservationBarred.class::isInstance);
    decided.clear();
    // Whoever asks again waits for the wallet.
    reserve();
    asked();
    assertThat(hasBegun()).isFalse();
    takesAll();
    assertThat(asked()).contains(List.of("hold"));
    assertThat(hasBegun()).isTrue();
  }
}
