package dev.bursar.sidecar.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.Subscription.Status;
import dev.bursar.sidecar.decision.Decision.Allowed;
import dev.bursar.sidecar.decision.Decision.Denied;
import dev.bursar.sidecar.decision.Decision.Elsewhere;
import dev.bursar.sidecar.decision.Decision.Wait;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Features;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.LeasingServer;
import dev.bursar.sidecar.lease.LeasingServer.Item;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Room;
import dev.bursar.sidecar.lease.Spending;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.lease.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LocalDeciderTest {

  private static Allowed allowed(Decision decision) {
    assertThat(decision).isInstanceOf(Allowed.class);
    return (Allowed) decision;
  }

  private static String reservation(Decision decision) {
    return String.valueOf(allowed(decision).reservation());
  }

  private static HeldLease only(Desk desk) {
    assertThat(desk.decider.leases().held().all()).hasSize(1);
    return desk.decider.leases().held().all().iterator().next();
  }

  @Test
  void theFirstRequestLeasesForSomeAndTheNextAskNobody() {
    Desk desk = new Desk(1_000);
    allowed(desk.reserve("2"));
    assertThat(desk.server.leases.values())
        .extracting(each -> each.granted)
        .containsExactly(16_000_000L);
    assertThat(
            desk.decider.reserve(Desk.request("ben", "3", null, false), "x", desk.now, Desk.NOON))
        .isInstanceOf(Allowed.class);
    assertThat(only(desk).left()).isEqualTo(11_000_000);
  }

  @Test
  void whatIsSetAsideTakesRoomForAllThatIsSaidOfIt() {
    Desk desk = new Desk(1_000);
    Room room = desk.decider.leases().rooms().open();
    String ann = reservation(desk.ask(Desk.request("ann", "1", null, false)));
    long small = room.taken();
    String long_ = reservation(desk.ask(Desk.request("x".repeat(250), "1", null, false)));
    assertThat(room.taken() - small).isBetween(small + 240, small + 260);
    desk.decider.release(long_, desk.now);
    desk.decider.release(ann, desk.now);
    assertThat(room.taken()).isZero();
  }

  @Test
  void whatTheServerDoesNotFindIsNotClosed() {
    Desk desk = new Desk(1_000);
    allowed(desk.ask(Desk.request("ann", null, 10L, true)));
    LeaseBook book = desk.decider.leases();
    Ask.Settle report = book.held().report("L1", 5_000_000, 1, 0);
    assertThat(report).isNotNull();
    book.told(report, new Told.Refused("lease_not_found", "lease"), desk.now, desk.now);
    assertThat(book.nextAsk()).as("it may be there all the same").isNull();
    assertThat(book.held().all()).isEmpty();
    assertThat(book.held().isForgotten("L1")).isTrue();
  }

  @Test
  void whatIsChargedAtOnceIsSpentAndIsToBeReported() {
    Desk desk = new Desk(1_000);
    Allowed it = allowed(desk.ask(Desk.request("ann", null, 10L, true)));
    assertThat(it.amount()).isEqualTo(5_000_000);
    assertThat(it.use()).isNotNull();
    assertThat(it.use().usage()).isEqualTo(Map.of("tokens", 10L));
    desk.report("L1", new Item("u1", 5_000_000));
    assertThat(desk.server.leases.get("L1").reported).isEqualTo(5_000_000);
    assertThat(only(desk).left()).isEqualTo(35_000_000);
  }

  @Test
  void aCommitChargesWhatItCameToAndTheRestGoesBack() {
    Desk desk = new Desk(1_000);
    String id = reservation(desk.ask(Desk.request("ann", null, 10L, false)));
    Ended.Done done = (Ended.Done) desk.decider.commit(id, null, Map.of("tokens", 4L), desk.now);
    assertThat(done.amount()).isEqualTo(2_000_000);
    assertThat(done.released()).isEqualTo(3_000_000);
    assertThat(only(desk).left()).isEqualTo(38_000_000);
    assertThat(((Ended.Refused) desk.decider.commit(id, Credits.of(1), null, desk.now)).fault())
        .isEqualTo(Ended.Fault.FINALIZED);
  }

  @Test
  void whatItCameToBeyondTheEstimateIsChargedAllTheSame() {
    Desk desk = new Desk(10);
    String id = reservation(desk.reserve("1"));
    Ended.Done done = (Ended.Done) desk.decider.commit(id, Credits.of(20), null, desk.now);
    assertThat(done.amount()).isEqualTo(20_000_000);
    assertThat(only(desk).left()).isNegative();
    assertThat(
            desk.decider.reserve(Desk.request("ann", "1", null, false), "x", desk.now, Desk.NOON))
        .isNotInstanceOf(Allowed.class);
  }

  @Test
  void whatIsReleasedOrExpiresCanBeSpentAgain() {
    Desk desk = new Desk(1_000);
    String one = reservation(desk.reserve("2"));
    String two = reservation(desk.reserve("2"));
    desk.decider.release(one, desk.now);
    assertThat(only(desk).left()).isEqualTo(14_000_000);
    desk.pass(301);
    assertThat(((Ended.Refused) desk.decider.release(two, desk.now)).fault())
        .isEqualTo(Ended.Fault.EXPIRED);
    Ended.Done late = (Ended.Done) desk.decider.commit(two, Credits.of(2), null, desk.now);
    assertThat(late.late()).isTrue();
  }

  @Test
  void aReservationIsProlonged() {
    Desk desk = new Desk(1_000);
    String id = reservation(desk.reserve("2"));
    desk.pass(200);
    assertThat(desk.decider.extend(id, 300, desk.now, Desk.NOON))
        .isInstanceOf(Ended.Prolonged.class);
    desk.pass(200);
    assertThat(desk.decider.commit(id, Credits.of(1), null, desk.now))
        .isInstanceOf(Ended.Done.class);
  }

  @Test
  void whatThePlanDoesNotIncludeIsDenied() {
    Desk desk = new Desk(1_000);
    desk.decider.terms(Desk.terms("free", Status.ACTIVE), desk.now);
    assertThat(((Denied) desk.reserve("1")).code()).isEqualTo("not_entitled");
    desk.decider.terms(Desk.terms("free", Status.ENDED), desk.now);
    assertThat(((Denied) desk.reserve("1")).detail()).contains("not in force");
  }

  @Test
  void whatHasNoRateIsForTheServerToSay() {
    Desk desk = new Desk(1_000);
    assertThat(
            desk.decider.reserve(
                Desk.request("ann", null, 1L, false).withDefault(null), "x", desk.now, Desk.NOON))
        .isInstanceOf(Wait.class);
    assertThat(desk.decider.commit("other", Credits.of(1), null, desk.now))
        .isInstanceOf(Ended.Refused.class);
  }

  @Test
  void thoseWhoWaitForTheSameLeaseAskOnce() {
    Desk desk = new Desk(1_000);
    for (int i = 0; i < 5; i++) {
      assertThat(desk.decider.reserve(Desk.request("ann", "2", null, false), "r" + i, 0, Desk.NOON))
          .isInstanceOf(Wait.class);
    }
    assertThat(desk.decider.leases().nextAsk()).isInstanceOf(Ask.Acquire.class);
    assertThat(desk.decider.leases().nextAsk()).isNull();
  }

  @Test
  void whoNeedsMoreThanWasAskedForMeanwhileIsLeasedThatToo() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    assertThat(desk.decider.reserve(Desk.request("ann", "2", null, true), "x", 0, Desk.NOON))
        .isInstanceOf(Wait.class);
    Ask first = leases.nextAsk();
    assertThat(first).isInstanceOf(Ask.Acquire.class);
    assertThat(desk.decider.reserve(Desk.request("ann", "100", null, true), "y", 0, Desk.NOON))
        .isInstanceOf(Wait.class);
    leases.told(first, desk.server.answer(first, List.of(), 0), 0, 0);
    desk.deliver();
    allowed(desk.decider.reserve(Desk.request("ann", "100", null, true), "y", 0, Desk.NOON));
    assertThat(desk.server.leases).as("by the same lease").hasSize(1);
  }

  @Test
  void moreIsAskedForBeforeItIsShort() {
    Desk desk = new Desk(100_000);
    for (int i = 0; i < 6; i++) {
      allowed(desk.charge("2"));
    }
    Ask ask = desk.decider.leases().nextAsk();
    assertThat(ask).isInstanceOf(Ask.Settle.class);
    desk.decider.leases().told(ask, desk.server.answer(ask, List.of(), 0), 0, 0);
    int waited = 0;
    for (int i = 0; i < 2_000; i++) {
      desk.deliver();
      Decision decision =
          desk.decider.reserve(Desk.request("ann", "2", null, true), "s" + i, desk.now, Desk.NOON);
      waited += decision instanceof Wait ? 1 : 0;
      desk.now += Desk.SECOND / 1_000;
    }
    assertThat(waited).isLessThan(10);
  }

  @Test
  void aWishThatIsLargerThanWhatThereIsIsForTheServerAndNothingIsKept() {
    Desk desk = new Desk(10);
    assertThat(desk.reserve("11")).isInstanceOf(Elsewhere.class);
    assertThat(desk.server.available()).isEqualTo(10_000_000);
  }

  private static ReserveRequest dry(String amount) {
    return new ReserveRequest(
        new Subject("acme", "red", "ann", null, null, null),
        "chat",
        "m",
        null,
        null,
        null,
        Credits.parse(amount),
        "platform",
        300,
        null,
        false,
        true,
        Map.of());
  }

  /** The server would count the lease against it. */
  @Test
  void whatIsLeasedGoesBackBeforeTheServerTellsADryRunWhatThereIs() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("1"));
    assertThat(desk.ask(dry("995"))).isInstanceOf(Elsewhere.class);
    assertThat(desk.server.available()).isEqualTo(999 * Desk.CREDIT);
    assertThat(desk.ask(dry("2000"))).isInstanceOf(Elsewhere.class);
    desk.pass(2);
    allowed(desk.charge("1"));
    allowed(desk.ask(dry("1")));
    assertThat(desk.server.leases).hasSize(1);
  }

  @Test
  void whereThereIsPlentyNothingGoesBackForADryRun() {
    Desk desk = new Desk(1_000_000);
    allowed(desk.charge("1"));
    long before = only(desk).left();
    assertThat(desk.ask(dry(String.valueOf(2 * before / Desk.CREDIT))))
        .isInstanceOf(Elsewhere.class);
    assertThat(only(desk).left()).isGreaterThanOrEqualTo(before);
  }

  /** B needs five of ten, of which A has needed one. */
  @Test
  void aFirstLeaseLeavesOthersMostOfASmallWallet() {
    for (long credits : List.of(4L, 10L, 16L, 30L)) {
      Desk desk = new Desk(credits);
      allowed(desk.charge("1"));
      desk.deliver();
      assertThat(desk.server.available())
          .as("of %d", credits)
          .isGreaterThanOrEqualTo((credits - credits / 4) * Desk.CREDIT - Desk.CREDIT / 2);
    }
  }

  /** Else a lease that is low is always being added to, and what was used is never reported. */
  @Test
  void whatIsShortIsAskedForWithAReportThatWaits() {
    Desk desk = new Desk(100_000);
    for (int i = 0; i < 6; i++) {
      allowed(desk.charge("2"));
    }
    HeldLease lease = only(desk);
    assertThat(desk.decider.leases().held().report(lease.id(), 12 * Desk.CREDIT, 6, desk.now))
        .as("it is being added to")
        .isNull();
    desk.deliver();
    for (int i = 0; desk.decider.leases().nextAsk() == null && i < 1_000; i++) {
      Decision decision = atOnce(desk, Desk.request("ann", "2", null, true));
      if (decision instanceof Wait) {
        break;
      }
      assertThat(desk.decider.leases().nextAsk()).as("%d", i).isNull();
    }
  }

  @Test
  void nearTheLimitTheLastCreditIsLeftForOthers() {
    LeasingServer server = new LeasingServer(10 * Desk.CREDIT);
    Desk one = new Desk(server, "a");
    Desk two = new Desk(server, "b");
    allowed(one.charge("2"));
    one.deliver();
    assertThat(server.available()).isGreaterThanOrEqualTo(5 * Desk.CREDIT);
    allowed(two.charge("2"));
    assertThat(server.leases).hasSize(2);
  }

  @Test
  void howeverFastItIsSpentOthersHaveMostOfWhatIsLeft() {
    Desk desk = new Desk(100);
    for (int i = 0; i < 60; i++) {
      allowed(desk.charge("0.5"));
      desk.deliver();
      long left = 100 * Desk.CREDIT - (i + 1) * Desk.CREDIT / 2;
      assertThat(desk.server.available()).as("of %d", left).isGreaterThanOrEqualTo(left / 2);
    }
  }

  @Test
  void anIdleLeaseIsGivenBack() {
    Desk desk = new Desk(1_000);
    reservation(desk.charge("2"));
    desk.report("L1", new Item("u", 2_000_000));
    desk.pass(31);
    desk.pass(1);
    assertThat(desk.server.available()).isEqualTo(998_000_000);
    assertThat(desk.decider.leases().held().all()).isEmpty();
  }

  @Test
  void whereThereIsPlentyAnIdleLeaseIsKeptForLonger() {
    Desk desk = new Desk(1_000_000);
    allowed(desk.charge("2"));
    desk.deliver();
    desk.report("L1", new Item("u", 2_000_000));
    for (int minute = 0; minute < 10; minute++) {
      desk.pass(60);
      assertThat(desk.server.leases.get("L1").held()).isPositive();
    }
    desk.pass(1);
    desk.pass(1);
    assertThat(desk.decider.leases().held().all()).isEmpty();
    assertThat(desk.server.available()).isEqualTo(999_998_000_000L);
  }

  private static ReserveRequest search(String user) {
    return ModelServer.of(Desk.request(user, "2", null, true), "search");
  }

  private static Decision atOnce(Desk desk, ReserveRequest request) {
    return desk.decider.reserve(request, "at-once-" + request.feature(), desk.now, Desk.NOON);
  }

  @Test
  void whatOthersOfTheTeamUseIsLeasedAheadWhereThereIsPlenty() {
    Desk desk = new Desk(1_000_000);
    desk.server.byUser = true;
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(search("ann")));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    desk.deliver();
    allowed(atOnce(desk, search("ben")));
    assertThat(desk.server.leases).hasSize(4);
  }

  @Test
  void aFeatureThatIsNewIsLeasedAheadForAllOfTheTeam() {
    Desk desk = new Desk(1_000_000);
    desk.server.byUser = true;
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    allowed(desk.ask(search("ben")));
    desk.deliver();
    allowed(atOnce(desk, search("ann")));
  }

  /** Somebody of another team asks for the first time. */
  @Test
  void whatOtherTeamsUseIsLeasedAheadWhereThereIsPlenty() {
    Desk desk = new Desk(1_000_000);
    desk.server.byUser = true;
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(search("ann")));
    ReserveRequest first = Desk.ofTeam("blue", "cid", "2");
    allowed(desk.ask(first));
    desk.deliver();
    allowed(atOnce(desk, ModelServer.of(first, "search")));
  }

  private static Desk withThreeUsers(long credits, boolean byFeature) {
    Desk desk = new Desk(credits);
    desk.server.byUser = true;
    desk.server.byFeature = byFeature;
    desk.server.users =
        Stream.of("red ann", "red ben", "blue cid")
            .map(each -> each.split(" "))
            .map(each -> new Subject("acme", each[0], each[1], null, null, null))
            .toList();
    allowed(desk.charge("2"));
    desk.deliver();
    return desk;
  }

  /** Only one of them has asked. */
  @Test
  void whomTheServerTellsOfIsLeasedForAheadWhereThereIsPlenty() {
    Desk desk = withThreeUsers(1_000_000, false);
    allowed(atOnce(desk, Desk.request("ben", "2", null, true)));
    allowed(atOnce(desk, search("ben")));
    allowed(atOnce(desk, Desk.ofTeam("blue", "cid", "2")));
    assertThat(desk.server.leases).hasSize(3);
    assertThat(withThreeUsers(1_000, false).server.leases).hasSize(1);
  }

  /** One user has asked for two features, and all get both. */
  @Test
  void aFeatureIsLeasedForAheadForAllWhomTheServerTellsOf() {
    Desk desk = withThreeUsers(1_000_000, true);
    allowed(desk.ask(search("ann")));
    desk.deliver();
    assertThat(desk.server.leases).hasSize(6);
    allowed(atOnce(desk, search("ben")));
  }

  private static LeasingServer byFeature(long credits) {
    LeasingServer server = new LeasingServer(credits * Desk.CREDIT);
    server.byFeature = true;
    return server;
  }

  @Test
  void whatOthersWantIsLeasedAheadForAnOrgThatIsNewWhereThereIsPlenty() {
    Features features = new Features();
    Desk other = new Desk(byFeature(1_000_000), "other", features);
    allowed(other.charge("2"));
    allowed(other.ask(search("ann")));
    Desk desk = new Desk(byFeature(1_000_000), "new", features);
    allowed(desk.charge("2"));
    desk.deliver();
    allowed(atOnce(desk, search("ann")));
    Desk poor = new Desk(byFeature(1_000), "poor", features);
    allowed(poor.charge("2"));
    poor.deliver();
    assertThat(poor.server.leases).hasSize(1);
  }

  @Test
  void whatIsLeasedAheadIsAskedForSomeAtATimeAndNotOnceThereIsNoMore() {
    Desk desk = new Desk(1_000_000);
    desk.server.byUser = true;
    desk.server.users =
        IntStream.range(0, 20)
            .mapToObj(i -> new Subject("acme", "red", "u" + i, null, null, null))
            .toList();
    desk.decider.reserve(Desk.request("u0", "2", null, true), "x", desk.now, Desk.NOON);
    answerNext(desk);
    desk.decider.reserve(Desk.request("u0", "2", null, true), "x", desk.now, Desk.NOON);
    answerNext(desk);
    List<Ask> ahead = new ArrayList<>();
    for (Ask ask = desk.decider.leases().nextAsk();
        ask != null;
        ask = desk.decider.leases().nextAsk()) {
      assertThat(ask.isUrgent()).isFalse();
      ahead.add(ask);
    }
    assertThat(ahead).hasSize(8);
    desk.server.frozen = true;
    for (Ask ask : ahead) {
      Told told = desk.server.answer(ask, List.of(), desk.now);
      desk.decider.leases().told(ask, told, desk.now, desk.now);
    }
    assertThat(desk.decider.leases().nextAsk()).isNull();
  }

  @Test
  void whatAnEarlierLifeHasWantedIsLeasedAgainWhereThereIsPlenty() {
    Desk first = new Desk(1_000_000);
    first.server.byUser = true;
    first.server.byFeature = true;
    allowed(first.charge("2"));
    allowed(first.ask(search("ann")));
    allowed(first.ask(Desk.ofTeam("blue", "cid", "2")));
    List<Wanted> wanted = first.decider.leases().wanted(60 * Desk.SECOND, first.now);
    assertThat(wanted).hasSize(3);

    Desk second = new Desk(new LeasingServer(1_000_000 * Desk.CREDIT), "second");
    second.server.byUser = true;
    second.server.byFeature = true;
    second.server.meter = "requests";
    second.decider.leases().expect(wanted, second.now);
    second.deliver();
    assertThat(second.server.leases).hasSize(3);
    allowed(atOnce(second, search("ann")));

    Desk poor = new Desk(new LeasingServer(1_000 * Desk.CREDIT), "poor");
    poor.server.byUser = true;
    poor.server.byFeature = true;
    poor.server.meter = "requests";
    poor.decider.leases().expect(wanted, poor.now);
    poor.deliver();
    assertThat(poor.server.leases).hasSize(1);
  }

  private static void answerNext(Desk desk) {
    Ask ask = desk.decider.leases().nextAsk();
    assertThat(ask).isNotNull();
    desk.decider
        .leases()
        .told(ask, desk.server.answer(ask, List.of(), desk.now), desk.now, desk.now);
  }

  @Test
  void whatLimitsCountOfOneFeatureIsNamedForTheOthersOfItsTeamAtOnce() {
    Desk desk = new Desk(1_000);
    desk.server.byUser = true;
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    desk.deliver();
    assertThat(desk.decider.reserve(search("ann"), "s", desk.now, Desk.NOON))
        .isInstanceOf(Wait.class);
    assertThat(desk.decider.leases().nextAsk())
        .isInstanceOfSatisfying(
            Ask.Acquire.class,
            ask -> {
              assertThat(ask.key().subject().user()).isEqualTo("ann");
              assertThat(ask.key().feature()).isEqualTo("search");
              assertThat(ask.ofAnyFeature()).isFalse();
            });
  }

  private static ReserveRequest ofNoFeature() {
    return ModelServer.of(Desk.request("ann", "2", null, true), null);
  }

  @Test
  void allFeaturesShareALease() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    allowed(atOnce(desk, search("ann")));
    allowed(atOnce(desk, ofNoFeature()));
    assertThat(only(desk).left()).isEqualTo(10 * Desk.CREDIT);
  }

  @Test
  void whereFeaturesCountByThemselvesEachHasALeaseAndSoHasWhatIsOfNone() {
    Desk desk = new Desk(1_000);
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(search("ann")));
    allowed(desk.ask(ofNoFeature()));
    allowed(atOnce(desk, ofNoFeature()));
    allowed(atOnce(desk, Desk.request("ben", "2", null, true)));
    assertThat(desk.server.leases).hasSize(3);
    assertThat(desk.decider.leases().held().all()).hasSize(3);
    assertThat(desk.server.leases.values()).noneMatch(each -> each.ofAnyFeature);
  }

  /** A limit is set, or credits are granted, that are for one of them. */
  @Test
  void whatIsLeasedForAnyFeatureIsGivenBackOnceFeaturesCountByThemselves() {
    Desk desk = new Desk(1_000);
    desk.server.byUser = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    String open = reservation(desk.reserve("3"));
    desk.server.byFeature = true;
    desk.report("L1", new Item("u1", 2 * Desk.CREDIT));
    allowed(desk.charge("2"));
    allowed(desk.ask(search("ann")));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    assertThat(desk.server.leases.values().stream().filter(each -> each.ofAnyFeature))
        .as("those of both users, from which nothing more is decided")
        .hasSize(2);
    assertThat(desk.server.leases).hasSize(5);
    allowed(atOnce(desk, search("ann")));
    assertThat(desk.decider.commit(open, Credits.of(3), null, desk.now))
        .isInstanceOf(Ended.Done.class);
    desk.report("L1", new Item(open, 3 * Desk.CREDIT));
    desk.report("L2", new Item("u2", 2 * Desk.CREDIT));
    desk.pass(1);
    assertThat(desk.server.leases.get("L1").held()).isZero();
    assertThat(desk.server.leases.get("L2").held()).isZero();
    assertThat(desk.server.charged).isEqualTo(7 * Desk.CREDIT);
  }

  /** Another user's is being granted while that is found out. */
  @Test
  void whatIsGrantedForAnyFeatureOnceFeaturesCountByThemselvesIsGivenBack() {
    Desk desk = new Desk(1_000);
    desk.server.byUser = true;
    desk.ask(Desk.request("ann", "2", null, true));
    ReserveRequest ben = Desk.request("ben", "2", null, true);
    assertThat(atOnce(desk, ben)).isInstanceOf(Wait.class);
    Ask late = desk.decider.leases().nextAsk();
    assertThat(late).isNotNull();
    Told granted = desk.server.answer(late, List.of(), desk.now);
    desk.server.byFeature = true;
    desk.report("L1", new Item("u1", 2 * Desk.CREDIT));
    desk.deliver();
    allowed(desk.charge("2"));
    desk.decider.leases().told(late, granted, desk.now, desk.now);
    desk.deliver();
    allowed(desk.ask(ben));
    assertThat(desk.server.leases.get("L2").held()).isZero();
    assertThat(desk.decider.leases().held().all()).hasSize(2);
  }

  @Test
  void anotherTeamThatIsPaidAlikeIsLeasedForByFeatureAtOnce() {
    Desk desk = new Desk(1_000);
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    assertThat(atOnce(desk, Desk.ofTeam("blue", "cid", "2"))).isInstanceOf(Wait.class);
    assertThat(desk.decider.leases().nextAsk())
        .isInstanceOfSatisfying(
            Ask.Acquire.class, ask -> assertThat(ask.key().feature()).isEqualTo("chat"));
  }

  @Test
  void aLeaseForAnyFeatureIsTakenAgainAfterARestart() {
    Desk first = new Desk(1_000_000);
    first.server.byUser = true;
    allowed(first.charge("2"));
    allowed(atOnce(first, search("ann")));
    List<Wanted> wanted = first.decider.leases().wanted(60 * Desk.SECOND, first.now);
    assertThat(wanted).hasSize(1);
    Desk second = new Desk(new LeasingServer(1_000_000 * Desk.CREDIT), "second");
    second.server.byUser = true;
    second.decider.leases().expect(wanted, second.now);
    second.deliver();
    allowed(atOnce(second, search("ann")));
    assertThat(second.server.leases).hasSize(1);
  }

  /** The first of one asks for little, the next for as much as others do. */
  @Test
  void aFirstLeaseIsForWhatOthersAskForWhereThereIsPlenty() {
    Desk desk = new Desk(1_000_000);
    desk.server.byUser = true;
    allowed(desk.charge("20"));
    allowed(desk.ask(Desk.request("ben", "1", null, true)));
    desk.deliver();
    allowed(desk.decider.reserve(Desk.request("ben", "20", null, true), "b", desk.now, Desk.NOON));
  }

  @Test
  void nothingIsLeasedAheadWhereThereIsLittle() {
    Desk desk = new Desk(1_000);
    desk.server.byUser = true;
    desk.server.byFeature = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(search("ann")));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    desk.deliver();
    assertThat(desk.server.leases).hasSize(3);
  }

  @Test
  void nothingIsDecidedFromALeaseThatMayBeOver() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    desk.now += 596 * Desk.SECOND;
    assertThat(desk.decider.reserve(Desk.request("ann", "1", null, true), "x", desk.now, Desk.NOON))
        .isNotInstanceOf(Allowed.class);
  }

  @Test
  void theTimeOfALeaseIsCountedFromWhenItWasFirstAskedFor() {
    Desk desk = new Desk(1_000);
    assertThat(desk.decider.reserve(Desk.request("ann", "2", null, true), "x", desk.now, Desk.NOON))
        .isInstanceOf(Wait.class);
    Ask ask = desk.decider.leases().nextAsk();
    assertThat(ask).isNotNull();
    desk.server.answer(ask, List.of(), desk.now);
    desk.decider.leases().told(ask, new Told.Lost(), desk.now, desk.now);
    desk.pass(500);
    allowed(desk.charge("2"));
    assertThat(desk.server.leases).hasSize(1);
    desk.now += 99 * Desk.SECOND;
    assertThat(desk.decider.reserve(Desk.request("ann", "1", null, true), "y", desk.now, Desk.NOON))
        .isNotInstanceOf(Allowed.class);
  }

  @Test
  void whileTheServerIsAwayNobodyWaits() {
    Desk desk = new Desk(1_000);
    desk.decider.reserve(Desk.request("ann", "2", null, true), "x", desk.now, Desk.NOON);
    Ask ask = desk.decider.leases().nextAsk();
    assertThat(ask).isNotNull();
    desk.decider.leases().told(ask, new Told.Lost(), desk.now, desk.now);
    desk.now += 5 * Desk.SECOND;
    assertThat(desk.decider.reserve(Desk.request("ann", "2", null, true), "x", desk.now, Desk.NOON))
        .isInstanceOf(Elsewhere.class);
  }

  /** Many sidecars would be a storm, otherwise, for a server that has just come back. */
  @Test
  void whatIsLostIsAskedAgainAfterPausesThatGrow() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    desk.decider.reserve(Desk.request("ann", "2", null, true), "x", 0, Desk.NOON);
    Ask ask = leases.nextAsk();
    assertThat(ask).isNotNull();
    long now = 0;
    for (long tenths : new long[] {5, 10, 20, 40, 40}) {
      leases.told(ask, new Told.Lost(), now, now);
      now += tenths * Desk.SECOND / 10;
      leases.tick(now - 1);
      assertThat(leases.nextAsk()).isNull();
      leases.tick(now);
      assertThat(leases.nextAsk()).isSameAs(ask);
    }
  }

  @Test
  void aLeaseIsProlongedWhileItIsUsed() {
    Desk desk = new Desk(1_000);
    for (int i = 0; i < 100; i++) {
      desk.pass(20);
      allowed(desk.charge("0.01"));
    }
    assertThat(desk.server.leases).hasSize(1);
  }

  @Test
  void metersAndUsersAreNamedOnceTheServerMindsThem() {
    Desk desk = new Desk(1_000);
    desk.server.meter = "requests";
    desk.server.byUser = true;
    allowed(desk.charge("2"));
    allowed(desk.ask(Desk.request("ben", "2", null, true)));
    assertThat(desk.server.leases).hasSize(2);
    assertThat(desk.ask(Desk.request(null, "2", null, true))).isInstanceOf(Elsewhere.class);
  }

  @Test
  void aUsersLeaseIsDecidedFromAlsoLongAfterUsersWereFirstNamed() {
    Desk desk = new Desk(1_000);
    desk.server.byUser = true;
    for (int i = 0; i < 100; i++) {
      desk.pass(20);
      allowed(desk.charge("0.01"));
    }
    assertThat(
            desk.decider.reserve(Desk.request("ann", "0.01", null, true), "x", desk.now, Desk.NOON))
        .isInstanceOf(Allowed.class);
  }

  @Test
  void productsShareALeaseUntilTheServerMinds() {
    Desk desk = new Desk(1_000);
    allowed(desk.ask(Desk.ofProduct("copilot", "2")));
    allowed(desk.ask(Desk.ofProduct("search", "2")));
    assertThat(desk.server.leases).hasSize(1);
    desk = new Desk(1_000);
    desk.server.byProduct = true;
    allowed(desk.ask(Desk.ofProduct("copilot", "2")));
    allowed(desk.ask(Desk.ofProduct("search", "2")));
    assertThat(desk.server.leases).hasSize(2);
    assertThat(desk.ask(Desk.ofProduct(null, "2"))).isInstanceOf(Elsewhere.class);
  }

  @Test
  void aMeterIsCountedAsCreditsAre() {
    Desk desk = new Desk(1_000);
    desk.server.meter = "requests";
    allowed(desk.charge("10"));
    int granted = 2;
    for (int i = 1; i < granted; i++) {
      assertThat(
              desk.decider.reserve(
                  Desk.request("ann", "0", null, true), "z" + i, desk.now, Desk.NOON))
          .isInstanceOf(Allowed.class);
    }
    assertThat(desk.decider.reserve(Desk.request("ann", "0", null, true), "z", desk.now, Desk.NOON))
        .isInstanceOf(Wait.class);
  }

  /**
   * Such as a proxy on the way, that lets less pass at once: the server has heard nothing of it.
   */
  @Test
  void aLeaseIsDecidedFromThoughTooMuchOfItWasReportedAtOnce() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    allowed(desk.charge("2"));
    HeldLease lease = only(desk);
    long left = lease.left();
    Ask.Settle report = desk.decider.leases().held().report(lease.id(), 4_000_000, 2, desk.now);
    assertThat(report).isNotNull();
    desk.decider.leases().told(report, new Told.Refused("too_large", null), desk.now, desk.now);
    assertThat(desk.decider.leases().nextAsk()).as("it is not given back").isNull();
    assertThat(lease.left()).isEqualTo(left);
    allowed(desk.decider.reserve(Desk.request("ann", "2", null, true), "x", desk.now, Desk.NOON));
    desk.report(lease.id(), new Item("u1", 2_000_000));
    desk.report(lease.id(), new Item("u2", 2_000_000));
    assertThat(only(desk)).isSameAs(lease);
    assertThat(desk.server.charged).isEqualTo(4_000_000);
  }

  @Test
  void whoIsFrozenSpendsNothingAfterTheNextReport() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    String open = reservation(desk.reserve("1"));
    desk.server.frozen = true;
    allowed(desk.charge("1"));
    desk.report("L1", new Item("u", 2_000_000));
    assertThat(desk.decider.reserve(Desk.request("ann", "1", null, true), "x", desk.now, Desk.NOON))
        .isNotInstanceOf(Allowed.class);
    assertThat(desk.decider.commit(open, Credits.of(1), null, desk.now))
        .isInstanceOf(Ended.Done.class);
  }

  @Test
  void aRevokedLeaseIsNotDecidedFromAndIsClosed() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    desk.server.revoke("L1");
    desk.report("L1", new Item("u", 2_000_000));
    desk.deliver();
    assertThat(desk.server.available()).isEqualTo(998_000_000);
    allowed(desk.charge("2"));
    assertThat(desk.server.leases).hasSize(2);
  }

  private static Decision byTokens(Desk desk, String id) {
    return desk.decider.reserve(Desk.request("ann", null, 10L, false), id, desk.now, Desk.NOON);
  }

  @Test
  void nothingIsDecidedFromALeaseThatIsChargedByPricesThatAreNotKnown() {
    Desk desk = new Desk(1_000);
    desk.server.version = 2;
    assertThat(desk.ask(Desk.request("ann", null, 10L, false))).isInstanceOf(Wait.class);
    assertThat(desk.decider.leases().pricesWanted()).isTrue();
    assertThat(only(desk).version()).isEqualTo(2);
    desk.decider.terms(Desk.terms(null, Status.NONE, 2, "2"), desk.now);
    assertThat(desk.decider.leases().woken()).hasSize(1);
    assertThat(allowed(byTokens(desk, "x")).amount()).isEqualTo(20_000_000);
  }

  @Test
  void pricesThatCantBeHadAreNotWaitedFor() {
    Desk desk = new Desk(1_000);
    desk.server.version = 2;
    desk.ask(Desk.request("ann", null, 10L, false));
    desk.decider.leases().woken();
    desk.decider.leases().pricesLost(desk.now);
    assertThat(desk.decider.leases().woken()).hasSize(1);
    assertThat(byTokens(desk, "x")).isInstanceOf(Elsewhere.class);
  }

  @Test
  void aLeaseIsOverWithItsPricesAndWhatIsHeldOfItIsChargedByThem() {
    Desk desk = new Desk(1_000);
    String id = reservation(desk.ask(Desk.request("ann", null, 10L, false)));
    desk.server.version = 2;
    desk.decider.terms(Desk.terms(null, Status.NONE, 2, "2"), desk.now);
    assertThat(allowed(desk.ask(Desk.request("ann", null, 10L, false))).amount())
        .isEqualTo(20_000_000);
    assertThat(desk.server.leases).hasSize(2);
    Ended.Done done = (Ended.Done) desk.decider.commit(id, null, Map.of("tokens", 8L), desk.now);
    assertThat(done.amount()).as("by the prices of its lease").isEqualTo(4_000_000);
    assertThat(done.use().lease()).isEqualTo("L1");
  }

  @Test
  void aLeaseThatCantBeAddedToIsFollowedByAnother() {
    Desk desk = new Desk(100_000);
    desk.server.version = 2;
    desk.decider.terms(Desk.terms(null, Status.NONE, 2, "2"), desk.now);
    allowed(desk.charge("2"));
    desk.server.version = 3;
    for (int i = 0; i < 6; i++) {
      allowed(desk.charge("2"));
    }
    desk.deliver();
    assertThat(desk.decider.leases().held().find("L1").fits(new Spending(1, Map.of()), desk.now))
        .isFalse();
  }

  @Test
  void afterARestartWhatWasOpenIsStillHeldUntilItEnds() {
    Desk before = new Desk(1_000);
    String id = reservation(before.reserve("2"));
    Desk after = new Desk(before.server, "a2");
    after.decider.restored(
        id,
        Desk.request("ann", "2", null, false),
        "platform",
        "L1",
        1,
        2_000_000,
        Desk.NOON,
        300 * Desk.SECOND,
        0);
    after.pass(1);
    assertThat(before.server.leases.get("L1").held()).as("the rest goes back").isEqualTo(2_000_000);
    assertThat(
            after.decider.reserve(Desk.request("ann", "1", null, true), "n", after.now, Desk.NOON))
        .isInstanceOf(Wait.class);
    assertThat(after.decider.commit(id, Credits.of(2), null, after.now))
        .isInstanceOf(Ended.Done.class);
    after.report("L1", new Item(id, 2_000_000));
    after.deliver();
    assertThat(before.server.leases.get("L1").held()).isZero();
    assertThat(before.server.charged).isEqualTo(2_000_000);
  }

  @Test
  void afterARestartWhatWasOpenIsProlongedAsFarAsItsLeaseCanBeSettled() {
    Desk before = new Desk(1_000);
    String id = reservation(before.reserve("2"));
    Desk after = new Desk(before.server, "a2");
    after.decider.restored(
        id,
        Desk.request("ann", "2", null, false),
        "platform",
        "L1",
        1,
        2_000_000,
        Desk.NOON,
        300 * Desk.SECOND,
        0);
    after.pass(1);
    assertThat(after.decider.extend(id, 600, after.now, Desk.NOON))
        .isEqualTo(new Ended.Prolonged(id, Desk.NOON.plusSeconds(600)));
    after.pass(590);
    assertThat(after.decider.extend(id, 600, after.now, Desk.NOON))
        .as("half of the time in which it can be settled")
        .isInstanceOfSatisfying(
            Ended.Prolonged.class,
            it ->
                assertThat(it.expiresAt())
                    .isBetween(Desk.NOON.plusSeconds(295), Desk.NOON.plusSeconds(310)));
  }

  /** How long ago its lease has expired nobody tells it, nor until when it can be settled. */
  @Test
  void afterARestartWhatWasOpenOfALeaseThatIsOverIsNotProlonged() {
    Desk before = new Desk(1_000);
    String id = reservation(before.reserve("2"));
    Desk after = new Desk(before.server, "a2");
    after.pass(700);
    after.decider.restored(
        id,
        Desk.request("ann", "2", null, false),
        "platform",
        "L1",
        1,
        2_000_000,
        Desk.NOON,
        750 * Desk.SECOND,
        after.now);
    after.pass(1);
    assertThat(after.decider.extend(id, 300, after.now, Desk.NOON.plusSeconds(701)))
        .isEqualTo(new Ended.Prolonged(id, Desk.NOON.plusSeconds(750)));
  }

  @Test
  void aLeaseIsNotClosedBeforeWhatCostNothingIsReported() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    allowed(desk.charge("0"));
    desk.report("L1", new Item("u1", 2_000_000));
    desk.decider.leases().held().revoke("L1");
    desk.pass(1);
    assertThat(desk.server.leases.get("L1").held()).isPositive();
    desk.report("L1", new Item("u2", 0));
    desk.deliver();
    assertThat(desk.server.leases.get("L1").held()).isZero();
    assertThat(desk.decider.leases().held().all()).isEmpty();
  }

  @Test
  void aLeaseOfAnEarlierLifeThatIsOverIsAskedAboutOnceAndNobodyWaitsForThat() {
    Desk before = new Desk(1_000);
    allowed(before.charge("2"));
    before.report("L1", new Item("u1", 2_000_000));
    before.decider.leases().held().revoke("L1");
    before.deliver();
    LeaseBook leases = new Desk(before.server, "a2").decider.leases();
    leases.held().unreported("L1", 0, 0);
    leases.tick(0);
    Ask ask = leases.nextAsk();
    assertThat(ask).isInstanceOf(Ask.Look.class);
    assertThat(ask.isUrgent()).isFalse();
    leases.told(ask, before.server.answer(ask, List.of(), 0), 0, 0);
    assertThat(leases.nextAsk()).isNull();
    assertThat(leases.held().all()).isEmpty();
  }

  @Test
  void aLeaseOfAnEarlierLifeThatIsOpenIsClosedInItsTurn() {
    Desk before = new Desk(1_000);
    allowed(before.charge("2"));
    before.report("L1", new Item("u1", 2_000_000));
    LeaseBook leases = new Desk(before.server, "a2").decider.leases();
    leases.held().unreported("L1", 0, 0);
    leases.tick(0);
    Ask look = leases.nextAsk();
    leases.told(look, before.server.answer(look, List.of(), 0), 0, 0);
    Ask close = leases.nextAsk();
    assertThat(close).isInstanceOf(Ask.Close.class);
    assertThat(close.isUrgent()).isFalse();
  }

  @Test
  void whoReportsOnALeaseOfAnEarlierLifeWaitsForHowItStands() {
    LeaseBook leases = new Desk(1_000).decider.leases();
    leases.held().unreported("L1", 1, 1);
    leases.tick(0);
    assertThat(leases.nextAsk().isUrgent()).isTrue();
  }

  @Test
  void whatCostNothingOfALeaseThatIsForgottenIsReportedOtherwise() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    leases.held().unreported("L9", 0, 1);
    assertThat(leases.held().report("L9", 0, 1, desk.now)).isNull();
    desk.deliver();
    assertThat(leases.held().isForgotten("L9")).isTrue();
    assertThat(leases.held().all()).isEmpty();
  }

  @Test
  void whoIsRefusedToLookAtALeaseAsksLessAndLess() {
    LeaseBook leases = new Desk(1_000).decider.leases();
    leases.held().unreported("L9", 1, 1);
    assertThat(leases.held().report("L9", 1, 1, 0)).isNull();
    long now = 0;
    for (long pause = Desk.SECOND / 2; pause <= 4 * Desk.SECOND; pause *= 2) {
      Ask ask = leases.nextAsk();
      assertThat(ask).isInstanceOf(Ask.Look.class);
      leases.told(ask, new Told.Refused("forbidden", null), now, now);
      assertThat(leases.held().report("L9", 1, 1, 0)).isNull();
      now += pause - 1;
      leases.tick(now);
      assertThat(leases.nextAsk()).isNull();
      now++;
      leases.tick(now);
    }
    assertThat(leases.nextAsk()).isInstanceOf(Ask.Look.class);
  }

  @Test
  void aLeaseWhoseCloseIsRefusedIsClosedLater() {
    Desk desk = new Desk(1_000);
    allowed(desk.charge("2"));
    desk.report("L1", new Item("u1", 2_000_000));
    LeaseBook leases = desk.decider.leases();
    leases.held().revoke("L1");
    Ask ask = leases.nextAsk();
    assertThat(ask).isInstanceOf(Ask.Close.class);
    leases.told(ask, new Told.Refused("forbidden", null), desk.now, desk.now);
    assertThat(leases.nextAsk()).isNull();
    assertThat(leases.held().all()).hasSize(1);
    desk.pass(1);
    assertThat(desk.server.leases.get("L1").held()).isZero();
    assertThat(leases.held().all()).isEmpty();
  }

  @Test
  void aLeaseThatIsGrantedOnceNothingIsToBeDecidedAnyMoreIsClosed() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    Wait waiting =
        (Wait)
            desk.decider.reserve(Desk.request("ann", "2", null, true), "r1", desk.now, Desk.NOON);
    Ask ask = leases.nextAsk();
    leases.revokeAll();
    assertThat(leases.woken()).as("who waits does not wait for it").contains(waiting.key());
    assertThat(leases.closable(false)).isEqualTo(1);
    leases.told(ask, desk.server.answer(ask, List.of(), desk.now), desk.now, desk.now);
    assertThat(leases.closable(false)).isEqualTo(1);
    desk.deliver();
    assertThat(desk.server.leases.get("L1").held()).isZero();
    assertThat(leases.closable(false)).isZero();
  }

  @Test
  void whatNothingIsDecidedFromAnyMoreGoesBackButForWhatIsSetAside() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    String id = reservation(desk.reserve("2"));
    leases.revokeAll();
    assertThat(leases.closable(false)).as("it is on its way back").isEqualTo(1);
    desk.deliver();
    assertThat(leases.closable(false)).isZero();
    assertThat(desk.server.available()).isEqualTo(998 * Desk.CREDIT);
    assertThat(desk.decider.commit(id, Credits.of(2), null, desk.now))
        .isInstanceOf(Ended.Done.class);
    desk.report("L1", new Item(id, 2_000_000));
    desk.deliver();
    assertThat(desk.server.leases.get("L1").held()).isZero();
    assertThat(desk.server.charged).isEqualTo(2_000_000);
  }

  /** As where the server's clock has jumped ahead, or somebody else has closed it. */
  @Test
  void nothingGoesBackOfALeaseOfWhichTheServerHoldsNothing() {
    Desk desk = new Desk(1_000);
    LeaseBook leases = desk.decider.leases();
    reservation(desk.reserve("2"));
    allowed(desk.charge("1"));
    Ask.Settle report = leases.held().report("L1", 1_000_000, 1, desk.now);
    assertThat(report).isNotNull();
    Told.Lease over =
        new Told.Lease("L1", false, 1, 8_000_000, 1_000_000, false, Map.of(), -1, -1, 0, 1, false);
    leases.told(report, over, desk.now, desk.now);
    assertThat(leases.nextAsk()).as("there is nothing to go back").isNull();
    assertThat(leases.held().report("L1", 0, 0, desk.now)).as("more of it is reported").isNotNull();
  }

  @Test
  void aLeaseOfAnEarlierLifeOfWhichAllIsReportedIsClosed() {
    Desk before = new Desk(1_000);
    allowed(before.charge("2"));
    before.report("L1", new Item("u1", 2_000_000));
    Desk after = new Desk(before.server, "a2");
    after.decider.leases().held().unreported("L1", 0, 0);
    after.pass(1);
    assertThat(before.server.available()).isEqualTo(998 * Desk.CREDIT);
    assertThat(after.decider.leases().held().all()).isEmpty();
  }
}
