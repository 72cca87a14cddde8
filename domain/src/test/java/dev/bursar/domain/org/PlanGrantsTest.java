package dev.bursar.domain.org;

import static dev.bursar.domain.org.PlanWords.addOn;
import static dev.bursar.domain.org.PlanWords.catalog;
import static dev.bursar.domain.org.PlanWords.day;
import static dev.bursar.domain.org.PlanWords.monthly;
import static dev.bursar.domain.org.PlanWords.once;
import static dev.bursar.domain.org.PlanWords.plan;
import static dev.bursar.domain.org.PlanWords.put;
import static dev.bursar.domain.org.PlanWords.subscribed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which credits an org's wallet is told to have, by its plan, its add-ons, and the time. */
final class PlanGrantsTest {

  private static final OrgCommand WAKE = new OrgCommand.Wake();
  private static final OrgCommand MAIN = new OrgCommand.PutWallet("main", WalletOwner.ORG, "test");

  private static final AddOn GPU = addOn("gpu", monthly("hours", "31"), once("start", "5"));
  private static final PricingPlan FREE = plan("free");
  private static final PricingPlan TEAM = plan("team", monthly("monthly", "62"));
  private static final Catalog CATALOG =
      catalog(
          List.of(FREE, TEAM, plan("pro", monthly("monthly", "310"), once("welcome", "7"))), GPU);

  private static final Catalog LESS =
      catalog(List.of(FREE, plan("team", monthly("monthly", "31"))), GPU);

  private Catalog counts = CATALOG;

  /** So often whoever looks next what counts finds less. */
  private int less;

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = OrgWords.newOrg(memory);
  private final Given<OrgCommand, OrgEvent, OrgReply> acme =
      Given.nothing(
          new OrgAggregate(org, (name, pinned, at) -> less-- > 0 ? LESS : counts), memory);

  private List<String> changes(OrgSettings settings, Instant at) {
    acme.after(at, put(settings));
    return changes(at);
  }

  private List<String> changes(Instant at) {
    return acme.when(WAKE, at).events().stream()
        .map(OrgEvent.PlanGrantsSettled.class::cast)
        .flatMap(each -> each.changes().stream().map(PlanWords::line))
        .toList();
  }

  private void subscribe(String plan, String... addOns) {
    acme.after(day("01-01"), put(subscribed(plan, addOns)), MAIN, WAKE);
  }

  @Test
  void aSubscriptionThatBeginsGivesAllThatItsPlanAndAddOnsGrant() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    assertThat(changes(subscribed("pro", "gpu", "gpu"), day("01-10")))
        .containsExactly(
            "give plan:gpu:hours:1 31 from 01-10 until never",
            "give plan:gpu:start:2 5 from 01-10 until never",
            "give plan:pro:monthly:3 310 from 01-10 until never",
            "give plan:pro:welcome:4 7 from 01-10 until never");
    assertThat(changes(day("01-11"))).isEmpty();
    assertThat(changes(subscribed("pro", "gpu"), day("01-12"))).isEmpty();
  }

  @Test
  void whatIsGivenBeginsAndEndsWithTheSubscription() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    OrgSettings trial = subscribed("team", List.of(), day("02-01"), day("02-15"), day("12-31"));
    assertThat(changes(trial, day("01-10")))
        .containsExactly("give plan:team:monthly:1 62 from 02-01 until 02-15");
    OrgSettings bought = subscribed("team", List.of(), day("02-01"), null, day("12-31"));
    assertThat(changes(bought, day("02-14"))).containsExactly("plan:team:monthly:1 ends at 12-31");
  }

  @Test
  void aStartInThePastGivesTheWholeOfTheIntervalThatRuns() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    assertThat(changes(subscribed("team", List.of(), day("01-02"), null, null), day("03-10")))
        .containsExactly("give plan:team:monthly:1 62 from 01-02 until never");
  }

  @Test
  void aStartThatIsMovedBeforeItHasComeMovesWhatIsGiven() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("team", List.of(), day("02-01"), null, null), day("01-10"));
    assertThat(changes(subscribed("team", List.of(), day("03-01"), null, null), day("01-11")))
        .containsExactly(
            "end plan:team:monthly:1", "give plan:team:monthly:3 62 from 03-01 until never");
    assertThat(changes(subscribed("pro", List.of(), day("03-01"), null, null), day("01-12")))
        .containsExactly(
            "end plan:team:monthly:3",
            "give plan:pro:monthly:5 310 from 03-01 until never",
            "give plan:pro:welcome:6 7 from 03-01 until never");
  }

  @Test
  void aStartThatIsMovedWithinThePastMovesNothing() {
    subscribe("team");
    assertThat(changes(subscribed("team", List.of(), day("01-05"), null, null), day("01-10")))
        .isEmpty();
    assertThat(changes(subscribed("team", List.of(), day("02-05"), null, null), day("01-20")))
        .containsExactly(
            "end plan:team:monthly:1", "give plan:team:monthly:3 62 from 02-05 until never");
  }

  @Test
  void aPlanThatChangesInAnIntervalGivesTheRestOfIt() {
    subscribe("team", "gpu");
    assertThat(changes(subscribed("pro", "gpu"), day("01-22")))
        .containsExactly(
            "leave plan:team:monthly:3",
            "give plan:pro:monthly:5 100 from 01-22 until never",
            "give plan:pro:welcome:6 7 from 01-22 until never");
    assertThat(changes(subscribed("pro"), day("01-23")))
        .containsExactly("leave plan:gpu:hours:1", "leave plan:gpu:start:2");
    assertThat(changes(subscribed("pro", "gpu"), day("01-24")))
        .containsExactly("give plan:gpu:hours:9 8 from 01-24 until never");
  }

  /** What counted before counts again by then: what was given in between is not what it gives. */
  @Test
  void aCatalogThatIsRolledBackRightAfterItWasReviewedGivesWhatItGaveBefore() {
    subscribe("team");
    less = 2;
    assertThat(changes(day("01-22")))
        .containsExactly(
            "leave plan:team:monthly:1",
            "give plan:team:monthly:3 10 from 01-22 until never",
            "leave plan:team:monthly:3",
            "give plan:team:monthly:5 20 from 01-22 until never");
  }

  @Test
  void theRestIsRoundedDownToTheMillionth() {
    subscribe("free");
    assertThat(changes(subscribed("team"), day("01-22").plusSeconds(1)))
        .containsExactly("give plan:team:monthly:1 19.999976 from 01-22T00:00:01Z until never");
    acme.after(day("01-23"), put(subscribed("free")), WAKE);
    Instant last = day("02-01").minusNanos(1_000);
    counts = catalog(List.of(FREE, plan("team", monthly("monthly", "0.5"))));
    assertThat(changes(subscribed("team"), last))
        .containsExactly("give plan:team:monthly:3 0.5 from 02-01 until never");
  }

  @Test
  void intervalsOfThe31stAreAsLongAsTheirMonths() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("free", List.of(), day("01-31"), null, null), day("02-01"));
    counts = catalog(List.of(plan("free", monthly("a", "29"), monthly("b", "31"))));
    assertThat(changes(day("02-28")))
        .containsExactly(
            "give plan:free:a:1 1 from 02-28 until never",
            "give plan:free:b:2 1.068965 from 02-28 until never");
    counts = catalog(List.of(plan("free", monthly("a", "29"), monthly("b", "62"))));
    assertThat(changes(day("02-29")))
        .containsExactly("leave plan:free:b:2", "give plan:free:b:4 62 from 02-29 until never");
  }

  @Test
  void aCatalogThatSaysOtherwiseIsNoticedAndSoIsItsRollback() {
    subscribe("team");
    counts = catalog(List.of(plan("team", monthly("monthly", "93"), monthly("more", "31"))));
    assertThat(changes(day("01-22")))
        .containsExactly(
            "leave plan:team:monthly:1",
            "give plan:team:monthly:3 30 from 01-22 until never",
            "give plan:team:more:4 10 from 01-22 until never");
    counts = CATALOG;
    assertThat(changes(day("01-27")))
        .containsExactly(
            "leave plan:team:monthly:3",
            "leave plan:team:more:4",
            "give plan:team:monthly:7 10 from 01-27 until never");
    counts = catalog(List.of(FREE));
    assertThat(changes(day("01-28"))).containsExactly("leave plan:team:monthly:7");
    counts = null;
    assertThat(changes(subscribed("team", List.of(), null, null, day("05-01")), day("01-29")))
        .isEmpty();
    counts = CATALOG;
    assertThat(changes(day("01-30")))
        .containsExactly("give plan:team:monthly:9 4 from 01-30 until 05-01");
  }

  @Test
  void whatGivesTheSameGoesOnOnTheTermsThatItHas() {
    subscribe("team");
    counts = catalog(List.of(FREE, plan("team", used(monthly("monthly", "62"), 5))));
    assertThat(changes(day("01-22"))).isEmpty();
    assertThat(org.planGrants().given().firstEntry().getValue().terms().priority()).isEqualTo(20);
    assertThat(changes(subscribed("team", List.of(), null, null, day("05-01")), day("01-23")))
        .containsExactly("plan:team:monthly:1 ends at 05-01");
    counts = catalog(List.of(FREE, plan("team", used(monthly("monthly", "63"), 5))));
    assertThat(changes(day("01-24")))
        .containsExactly(
            "leave plan:team:monthly:1",
            "give plan:team:monthly:4 16.258064 from 01-24 until 05-01");
  }

  @Test
  void whatHasNotBegunIsGivenOnTheTermsThatCount() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("team", List.of(), day("02-01"), null, null), day("01-10"));
    counts = catalog(List.of(FREE, plan("team", used(monthly("monthly", "62"), 5))));
    assertThat(changes(day("01-22")))
        .containsExactly(
            "end plan:team:monthly:1", "give plan:team:monthly:3 62 from 02-01 until never");
  }

  /** The same amount, to be used otherwise. */
  private static PlanGrant used(PlanGrant of, int priority) {
    return new PlanGrant(
        of.id(),
        of.creditType(),
        of.amount(),
        new Recurrence.Terms(of.recurrence().interval(), null, Credits.ZERO, Credits.parse("10")),
        priority,
        Set.of("chat"),
        Set.of());
  }

  @Test
  void whatWasGivenOnceAndTakenBackIsNotGivenAgain() {
    subscribe("pro");
    counts = catalog(List.of(FREE, plan("pro", once("welcome", "9"))));
    assertThat(changes(day("01-02"))).containsExactly("leave plan:pro:monthly:1");
    counts = catalog(List.of(FREE, plan("pro")));
    assertThat(changes(day("01-03"))).isEmpty();
    assertThat(changes(subscribed("free"), day("01-04")))
        .containsExactly("leave plan:pro:welcome:2");
    counts = catalog(List.of(FREE, plan("pro", once("welcome", "9"))));
    assertThat(changes(subscribed("pro"), day("01-05"))).isEmpty();
    assertThat(changes(subscribed(null), day("01-06"))).containsExactly("end plan:pro:monthly:1");
    assertThat(changes(subscribed("pro"), day("01-07"))).isEmpty();
  }

  @Test
  void whatWasGivenOnceIsGivenAgainByAnotherSubscriptionIfItHadItsTime() {
    counts = catalog(List.of(FREE, plan("pro", once("welcome", "9"))));
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    assertThat(changes(subscribed("pro", List.of(), null, null, day("02-10")), day("01-05")))
        .containsExactly("give plan:pro:welcome:1 9 from 01-05 until 02-10");
    assertThat(changes(subscribed("pro"), day("02-11")))
        .containsExactly("give plan:pro:welcome:2 9 from 02-11 until never");
    assertThat(changes(subscribed(null), day("02-12"))).containsExactly("end plan:pro:welcome:2");
    assertThat(changes(subscribed("pro"), day("02-13"))).isEmpty();
  }

  /** A plan has what it extends as its own. */
  @Test
  void whatIsGivenOnceIsGivenByEachPlanThatHasIt() {
    PricingPlan team = plan("team", once("welcome", "10"));
    PricingPlan more = extending("more", team);
    counts = catalog(List.of(team, more, extending("most", more)));
    subscribe("team");
    assertThat(changes(subscribed("more"), day("01-10")))
        .containsExactly(
            "leave plan:team:welcome:1", "give plan:more:welcome:3 10 from 01-10 until never");
    assertThat(changes(subscribed("most"), day("01-11")))
        .containsExactly(
            "leave plan:more:welcome:3", "give plan:most:welcome:5 10 from 01-11 until never");
    assertThat(changes(subscribed("team"), day("01-12")))
        .containsExactly("leave plan:most:welcome:5");
  }

  private static PricingPlan extending(String id, PricingPlan base) {
    return new PricingPlan(
        id, id, base, Map.of(), Map.of(), Map.of(), OveragePolicy.RECORD, FailMode.DENY);
  }

  @Test
  void whatWasGivenOnceIsTakenBackByAnEndBeforeItsTime() {
    counts = catalog(List.of(FREE, plan("pro", once("welcome", "9"))));
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("pro"), day("01-05"));
    assertThat(changes(subscribed("pro", List.of(), null, null, day("01-07")), day("01-06")))
        .containsExactly("plan:pro:welcome:1 ends at 01-07");
    assertThat(changes(subscribed("pro"), day("01-08"))).isEmpty();
  }

  /** A subscription that is put off gives what has begun once no more, and takes nothing of it. */
  @Test
  void whatWasGivenOnceStaysWhenTheSubscriptionIsPutOff() {
    counts = catalog(List.of(FREE, plan("pro", once("welcome", "9"))));
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("pro"), day("01-05"));
    assertThat(changes(subscribed("pro", List.of(), day("02-01"), null, null), day("01-10")))
        .isEmpty();
  }

  @Test
  void aSubscriptionThatEndsByItselfLeavesItToTheWallet() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("team", List.of(), null, null, day("02-10")), day("01-05"));
    assertThat(changes(day("02-10"))).isEmpty();
    assertThat(changes(subscribed("team", List.of(), null, null, day("05-01")), day("02-10")))
        .containsExactly("give plan:team:monthly:2 62 from 02-10 until 05-01");
  }

  @Test
  void aSubscriptionThatIsEndedEndsWhatItGave() {
    subscribe("team", "gpu");
    assertThat(changes(subscribed("team", List.of("gpu"), null, null, day("01-10")), day("01-10")))
        .containsExactly("end plan:gpu:hours:1", "end plan:gpu:start:2", "end plan:team:monthly:3");
    assertThat(changes(subscribed(null), day("01-11"))).isEmpty();
  }

  @Test
  void whatIsLeftOfAPlanEndsWithTheSubscriptionToo() {
    subscribe("team");
    changes(subscribed("free"), day("01-22"));
    assertThat(changes(subscribed("free", List.of(), null, null, day("01-28")), day("01-23")))
        .containsExactly("plan:team:monthly:1 ends at 01-28");
    assertThat(changes(subscribed("free", List.of(), null, null, day("03-28")), day("01-24")))
        .isEmpty();
    assertThat(changes(subscribed(null), day("01-25"))).containsExactly("end plan:team:monthly:1");
    assertThat(changes(day("01-26"))).isEmpty();
  }

  @Test
  void aSubscriptionThatEndsAndBeginsBetweenTwoLooksIsANewOne() {
    subscribe("team");
    acme.after(day("01-10"), put(subscribed("team", List.of(), null, null, day("01-12"))), WAKE);
    acme.after(day("01-12"), put(subscribed("team")));
    assertThat(changes(day("01-12")))
        .containsExactly("give plan:team:monthly:3 62 from 01-12 until never");
  }

  @Test
  void nothingIsGivenBeforeThereIsAWalletForIt() {
    acme.after(day("01-01"), put(subscribed("team")));
    acme.after(day("01-05"), new OrgCommand.PutWallet("other", WalletOwner.ORG, "test"));
    assertThat(changes(day("01-06"))).isEmpty();
    acme.after(day("01-10"), MAIN);
    assertThat(changes(day("01-10")))
        .containsExactly("give plan:team:monthly:1 62 from 01-01 until never");
  }

  @Test
  void whatWasOverBeforeItCouldBeChangedIsGivenAnew() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    changes(subscribed("team", List.of(), day("01-01"), null, day("01-22")), day("01-01"));
    changes(subscribed("team", List.of(), day("01-01"), null, null), day("01-21"));
    acme.when(wallet(2, true), day("01-22"))
        .then(
            new OrgEvent.PlanGrantTold(day("01-22"), 2, "plan:team:monthly:1", true),
            new OrgEvent.PlanGrantsSettled(
                day("01-22"), day("01-01"), List.copyOf(org.planGrants().untold()).subList(1, 2)));
    assertThat(untold()).containsExactly(1L, 3L);
    assertThat(PlanWords.line(List.copyOf(org.planGrants().untold()).getLast()))
        .isEqualTo("give plan:team:monthly:3 20 from 01-22 until never");
  }

  @Test
  void aChangeIsToldUntilTheWalletHasIt() {
    subscribe("team");
    changes(subscribed("pro"), day("01-22"));
    assertThat(untold()).containsExactly(1L, 2L, 3L, 4L);
    acme.after(day("01-23"), wallet(1, false));
    assertThat(acme.when(wallet(1, false), day("01-23")).events()).isEmpty();
    assertThat(untold()).containsExactly(2L, 3L, 4L);
    assertThat(new OrgAggregate(org, (name, pinned, at) -> counts).nextDue())
        .isEqualTo(day("01-23").plusSeconds(60));
  }

  @Test
  void whatIsToBeToldIsReadInTheJournalBeforeAnyoneReliesOnIt() {
    assertConfirmed(day("01-01"), null);
    subscribe("team");
    assertConfirmed(day("01-23"), day("01-23").plusSeconds(60));
    acme.after(day("01-23"), wallet(1, false));
    assertConfirmed(day("01-24"), null);
  }

  /** The wallet has a change, which is of the grant that the test is about. */
  private static OrgCommand wallet(long number, boolean over) {
    return new OrgCommand.SettlePlanGrants(
        List.of(new WalletReply.PlanGrantDone(number, "plan:team:monthly:1", over, null)));
  }

  private static OrgCommand.Reserve reserve(String wallet) {
    return new OrgCommand.Reserve(
        new ReserveRequest(
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            wallet,
            null,
            Credits.of(1),
            "c",
            60,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of()),
        "k",
        "test",
        null,
        OrgWords.salt());
  }

  private List<Long> behind(OrgCommand.Reserve reserve, Instant at) {
    return acme.when(reserve, at).reply(OrgReply.WalletBehind.class).changes().stream()
        .map(PlanGrantChange::number)
        .toList();
  }

  @Test
  void nothingIsDecidedBeforeTheWalletHasWhatThePlanGrants() {
    acme.after(day("01-01"), put(subscribed("team")), MAIN);
    assertThat(behind(reserve("main"), day("01-01"))).containsExactly(1L);
    assertThat(behind(reserve(null), day("01-01"))).containsExactly(1L);
    acme.after(day("01-01"), wallet(1, false));
    acme.when(reserve("main"), day("01-01")).event(OrgEvent.ReservationBegun.class);

    counts =
        catalog(
            List.of(FREE, plan("team", monthly("monthly", "93")), plan("pro", monthly("a", "1"))));
    assertThat(behind(reserve("main"), day("01-22"))).containsExactly(2L, 3L);
    assertThat(behind(reserve("main").walletToldThrough(2), day("01-22"))).containsExactly(2L, 3L);
    // It may have refused some of it; it has answered.
    acme.when(reserve("main").walletToldThrough(3), day("01-22"))
        .event(OrgEvent.ReservationBegun.class);
  }

  /** Also of what is asked for together with a change of plan. */
  @Test
  void nothingIsDecidedByAPlanBeforeItIsKnownWhatItGrants() {
    subscribe("team");
    Entity<OrgCommand, OrgEvent, OrgReply> entity = fresh();
    var decided =
        entity.decide(
            List.of(
                new Request<>(put(subscribed("pro")), null),
                new Request<>(reserve("main").walletToldThrough(1), null)),
            day("01-22"));
    assertThat(decided.outcomes().getLast())
        .isEqualTo(
            new Outcome.Replied<>(
                new OrgReply.WalletBehind(List.copyOf(org.planGrants().untold())), false));
  }

  private Entity<OrgCommand, OrgEvent, OrgReply> fresh() {
    Entity<OrgCommand, OrgEvent, OrgReply> entity =
        new Entity<>(new OrgAggregate(org, (name, pinned, at) -> counts), memory);
    entity.restored(9, new byte[32]);
    return entity;
  }

  @Test
  void whatDrawsOnAnotherWalletDoesNotWaitForIt() {
    acme.after(
        day("01-01"),
        put(subscribed("team")),
        MAIN,
        new OrgCommand.PutWallet("other", WalletOwner.ORG, "test"));
    acme.when(reserve("other"), day("01-01")).event(OrgEvent.ReservationBegun.class);
  }

  @Test
  void withoutAPlanNothingIsWaitedFor() {
    acme.after(day("01-01"), put(subscribed(null)), MAIN);
    acme.when(reserve("main"), day("01-01")).event(OrgEvent.ReservationBegun.class);
  }

  private void assertConfirmed(Instant at, Instant next) {
    assertThat(acme.when(WAKE, at).outcome())
        .isEqualTo(new Outcome.Unchanged<>(new OrgReply.Woken(next)));
    assertThat(acme.when(new OrgCommand.ListPlanGrants(), at).outcome())
        .isInstanceOf(Outcome.Unchanged.class);
  }

  private List<Long> untold() {
    return acme
        .when(new OrgCommand.ListPlanGrants(), day("01-23"))
        .reply(OrgReply.PlanGrants.class)
        .changes()
        .stream()
        .map(PlanGrantChange::number)
        .toList();
  }
}
