package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.WalletWords.CREDITS;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.bursar.domain.Given;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hold from which somebody else decides. Leases expire at 100 and are settled by 160. */
final class LeaseTest {

  private static final long EXPIRES = 100;
  private static final long SETTLE = 60;

  private final Wallet main = newWallet();

  @AfterEach
  void theInvariantsHold() {
    assertThat(Invariants.in(main)).isEmpty();
  }

  private static Attribution who(String team, String user, String feature) {
    return new Attribution(
        "lease",
        "key1",
        new Subject("acme", team, user, null, null, null),
        feature,
        null,
        null,
        "K1",
        Map.of(),
        new byte[16]);
  }

  private static WalletCommand.HoldCredits lease(String name, String amount) {
    return lease(name, amount, who(null, null, null));
  }

  private static WalletCommand.HoldCredits lease(String name, String amount, Attribution who) {
    return new WalletCommand.HoldCredits(
        name,
        CREDITS,
        credits(amount),
        null,
        SETTLE,
        OveragePolicy.RECORD,
        false,
        true,
        who,
        Origin.of(at(0)),
        Lease.granted("sidecar-1", at(EXPIRES), credits(amount)));
  }

  private static WalletCommand.ChargeUsage use(String lease, long epoch, String id, String amount) {
    return use(lease, epoch, id, amount, who("analytics", "ann", "chat"));
  }

  private static WalletCommand.ChargeUsage use(
      String lease, long epoch, String id, String amount, Attribution who) {
    return new WalletCommand.ChargeUsage(
        id,
        CREDITS,
        credits(amount),
        OveragePolicy.RECORD,
        new Reported(lease, id, at(5), epoch),
        at(6),
        true,
        who,
        Origin.of(at(0)));
  }

  private static WalletCommand.SettleLease settle(String lease, long epoch, String handBack) {
    return new WalletCommand.SettleLease(
        lease, epoch, null, null, SETTLE, credits(handBack), "key1", "K2");
  }

  private static WalletCommand.SettleLease add(String lease, long epoch, String added, long until) {
    return new WalletCommand.SettleLease(
        lease, epoch, added, at(until), SETTLE, credits("0"), "key1", "K2");
  }

  private static WalletCommand.CloseLease close(String lease, long epoch) {
    return new WalletCommand.CloseLease(lease, epoch, "key1", "K3");
  }

  private Given<WalletCommand, WalletEvent, WalletReply> withLease(String amount) {
    return wallet(main, grant("a", "6"), grant("b", "94")).after(at(1), lease("l", amount));
  }

  private Hold open(String lease) {
    return main.holds().get(lease);
  }

  private static Lease terms(Given.Then<WalletEvent, WalletReply> then) {
    return then.reply(WalletReply.LeaseSettled.class).terms();
  }

  /** Grants are of 1; {@code held} is held as a whole, and {@code later} begins at 50. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # the grants;       at, of model, it can name its feature: has it to?
          any,                2,  -,        true,  false
          any;chat,           2,  -,        true,  true
          any;chat,           2,  -,        false, false
          chat,               2,  -,        true,  true
          any;big,            2,  -,        true,  false
          any;chat big,       2,  -,        true,  false
          any;chat big,       2,  small,    true,  false
          any;chat big,       2,  big,      true,  true
          any;chat later,     2,  -,        true,  false
          any;chat later,     50, -,        true,  true
          any;chat held,      2,  -,        true,  false
          """)
  void whoCanNameItsFeatureHasToWhereCreditsAreForSomeOnly(
      String grants, long at, String model, boolean canName, boolean tooWide) {
    var given = wallet(main);
    for (String each : grants.split(";")) {
      Set<String> features = each.startsWith("chat") ? Set.of("chat") : Set.of();
      Set<String> models = each.endsWith("big") ? Set.of("big") : Set.of();
      int priority = features.isEmpty() ? 50 : 10;
      WalletWords.Wording grant = grant(each, "1").priority(priority).only(features, models);
      if (each.endsWith("later")) {
        grant = grant.from(at(50));
      }
      given.after(at(0), grant.add());
      if (each.endsWith("held")) {
        given.after(at(1), lease("l", "1", who("analytics", "ann", "chat")));
      }
    }
    var then =
        given.when(
            new WalletCommand.CheckCredits(CREDITS, credits("0"), null, model, canName), at(at));
    if (!tooWide) {
      then.reply(WalletReply.WouldHold.class);
    } else if (then.outcome() instanceof Outcome.Refused<WalletReply>(Refusal refusal)) {
      assertThat(refusal.code()).isEqualTo(Code.LEASE_TOO_WIDE);
      assertThat(refusal.field()).isEqualTo("feature");
    } else {
      fail("it is %s", then.outcome());
    }
  }

  @Test
  void creditsForOneFeatureCountAsLongAsThereAreAny() {
    WalletCommand check = new WalletCommand.CheckCredits(CREDITS, credits("1"), null, null, true);
    var given =
        wallet(
            main,
            grant("any", "9"),
            grant("chat", "1").priority(10).only(Set.of("chat"), Set.of()),
            grant("both", "1").priority(10).only(Set.of("chat", "search"), Set.of()));
    given.after(at(1), voiding("both"));
    given.when(check, at(2)).thenRefused(Code.LEASE_TOO_WIDE, "feature");
    given.after(at(3), lease("l", "1", who("analytics", "ann", "chat")));
    given.after(at(4), use("l", 1, "u1", "1"));
    given.when(check, at(5)).reply(WalletReply.WouldHold.class);
  }

  @Test
  void nothingLessThanNothingIsHeld() {
    WalletCommand.HoldCredits one = lease("m", "1");
    withLease("5")
        .when(
            new WalletCommand.HoldCredits(
                "m",
                CREDITS,
                credits("1").negated(),
                null,
                SETTLE,
                OveragePolicy.RECORD,
                false,
                true,
                one.attribution(),
                Origin.of(at(0)),
                null),
            at(2))
        .thenRefused(Code.INVALID, "amount");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # held, granted, reported; what does not hold
          4,      5,       0,        I3
          4,      5,       6,        I9
          """)
  void aLeaseWhoseFiguresDoNotAgreeIsFound(
      String held, String granted, String reported, String invariant) {
    Wallet wrong = newWallet();
    var given = wallet(wrong, grant("a", "10"));
    Hold hold =
        new Hold(
            "l",
            CREDITS,
            credits(held),
            List.of(new Draw("a", credits(held))),
            null,
            at(1),
            at(EXPIRES + SETTLE),
            OveragePolicy.RECORD,
            true,
            who(null, null, null),
            Lease.granted("s", at(EXPIRES), credits(granted)).reporting(credits(reported)));
    given.given(new WalletEvent.CreditsHeld(at(1), hold, wrong.balances().iterator().next()));
    assertThat(Invariants.in(wrong)).extracting(Violation::invariant).contains(invariant);
  }

  @Test
  void whatIsLeasedNobodyElseCanSpend() {
    var given = withLease("95");
    assertThat(figures(main)).isEqualTo("balance 100, held 95, debt 0");
    var no = given.when(hold("r", "6"), at(2)).reply(WalletReply.NotHeld.class);
    assertThat(no.denials().getFirst().code()).isEqualTo(DenialCode.INSUFFICIENT_CREDITS);
    assertThat(open("l").expiresAt()).isEqualTo(at(EXPIRES + SETTLE));
  }

  @Test
  void howMuchOfItTheLeaseCoveredIsTold() {
    var used = withLease("10").when(use("l", 1, "u1", "15"), at(6));
    assertThat(used.event(WalletEvent.UsageCharged.class).closure())
        .isEqualTo(
            Closure.of("u1", credits("15"), Closure.Kind.COMMITTED).drawnFrom("l", credits("10")));
  }

  @Test
  void reportedUsageIsDrawnFromTheLeaseAndFromNothingElse() {
    var given = withLease("10");
    var used = given.when(use("l", 1, "u1", "7"), at(6));
    assertThat(entries(used)).containsExactly("consume a -6", "consume b -1");
    assertThat(figures(main)).isEqualTo("balance 93, held 3, debt 0");
    assertThat(open("l").lease().reported()).isEqualTo(credits("7"));
    assertThat(used.event(WalletEvent.UsageCharged.class).closure())
        .isEqualTo(Closure.of("u1", credits("7"), Closure.Kind.COMMITTED).drawnFrom("l"));
  }

  @Test
  void whatExceedsTheLeaseIsDrawnFromTheRestAndThenOwed() {
    var given = withLease("10").after(at(2), hold("r", "85"));
    var used = given.when(use("l", 1, "u1", "20"), at(6));
    assertThat(entries(used)).containsExactly("consume a -6", "consume b -9", "debt 5");
    assertThat(open("l").lease().reported()).isEqualTo(credits("10"));
    assertThat(figures(main)).isEqualTo("balance 85, held 85, debt 5");
  }

  @Test
  void aUseIsAppliedOnce() {
    var given = withLease("10").after(at(6), use("l", 1, "u1", "4"));
    assertThat(given.when(use("l", 1, "u1", "4"), at(7)).events()).isEmpty();
    assertThat(open("l").lease().reported()).isEqualTo(credits("4"));
  }

  @Test
  void eachReportSettlesItAnewAndAnOlderEpochIsRefused() {
    var given = withLease("10");
    assertThat(terms(given.when(settle("l", 1, "0"), at(6))).epoch()).isEqualTo(2);
    given.when(settle("l", 1, "0"), at(7)).thenRefused(Code.LEASE_EPOCH_STALE, "epoch");
    given.when(close("l", 1), at(7)).thenRefused(Code.LEASE_EPOCH_STALE, "epoch");
    given.when(settle("l", 3, "0"), at(7)).thenRefused(Code.LEASE_EPOCH_STALE, "epoch");
    assertThat(given.when(settle("l", 1, "0"), at(7)).outcome())
        .isInstanceOf(Outcome.Refused.class);
    assertThat(given.when(settle("l", 3, "0"), at(7)).outcome())
        .as("the journal may have newer rows")
        .isInstanceOf(Outcome.Absent.class);
    assertThat(terms(given.when(settle("l", 2, "0"), at(8))).epoch()).isEqualTo(3);
  }

  @Test
  void oneThatComesAfterItsExpiryLivesUntilItIsToBeSettled() {
    var given = wallet(main, grant("a", "10")).after(at(EXPIRES + 500), lease("l", "4"));
    assertThat(open("l").expiresAt()).isEqualTo(at(EXPIRES + 500 + SETTLE));
    assertThat(entries(given.when(use("l", 1, "u1", "1"), at(EXPIRES + 501))))
        .containsExactly("consume a -1");
  }

  @Test
  void whoeverKnowsAnOlderEpochUsesNothingOfTheLease() {
    var given = withLease("10").after(at(6), settle("l", 1, "4"));
    var zombie = given.when(use("l", 1, "u1", "2"), at(7));
    assertThat(entries(zombie)).containsExactly("consume b -2");
    assertThat(zombie.event(WalletEvent.UsageCharged.class).covered()).isNull();
    assertThat(open("l").lease().reported()).isEqualTo(credits("0"));
  }

  @Test
  void whatIsHandedBackOthersMaySpend() {
    var given = withLease("10").after(at(6), use("l", 1, "u1", "3"));
    var settled = given.when(settle("l", 1, "5"), at(7));
    assertThat(terms(settled).granted()).isEqualTo(credits("5"));
    assertThat(terms(settled).left()).isEqualTo(credits("2"));
    assertThat(figures(main)).isEqualTo("balance 97, held 2, debt 0");
    assertThat(settled.event(WalletEvent.LeaseSettled.class).closure())
        .isEqualTo(Closure.shrunk("l", credits("5")));
    assertThat(terms(given.when(settle("l", 2, "50"), at(8))).left()).isEqualTo(credits("0"));
    assertThat(figures(main)).isEqualTo("balance 97, held 0, debt 0");
  }

  @Test
  void whatWasHeldForItIsAddedAndProlongsIt() {
    var given = withLease("10").after(at(6), hold("x", "20"));
    var settled = given.when(add("l", 1, "x", 200), at(7));
    assertThat(terms(settled).granted()).isEqualTo(credits("30"));
    assertThat(terms(settled).expiresAt()).isEqualTo(at(200));
    assertThat(open("l").expiresAt()).isEqualTo(at(200 + SETTLE));
    assertThat(main.holds()).containsOnlyKeys("l");
    assertThat(figures(main)).isEqualTo("balance 100, held 30, debt 0");
    assertThat(settled.event(WalletEvent.LeaseSettled.class).closure())
        .isEqualTo(Closure.added("x", "l"));
    given.when(release("x"), at(8)).thenRefused(Code.RESERVATION_FINALIZED);
    assertThat(entries(given.when(use("l", 2, "u1", "12"), at(8))))
        .containsExactly("consume a -6", "consume b -6");
  }

  @Test
  void creditsOfAnotherTypeAreNeitherUsedNorAdded() {
    var given = withLease("10");
    WalletCommand.ChargeUsage asked = use("l", 1, "u1", "4");
    var images =
        new WalletCommand.ChargeUsage(
            asked.reservation(),
            "image",
            asked.amount(),
            asked.overagePolicy(),
            asked.reported(),
            asked.reportedAt(),
            asked.teamHolds(),
            asked.attribution(),
            asked.origin());
    assertThat(entries(given.when(images, at(6)))).containsExactly("debt 4");
    assertThat(open("l").lease().left()).isEqualTo(credits("10"));
    WalletCommand.HoldCredits more = hold("x", "5");
    given.after(
        at(7),
        new WalletCommand.Adjust("image", credits("9"), "i", who(null, null, null)),
        new WalletCommand.HoldCredits(
            more.reservation(),
            "image",
            more.amount(),
            more.price(),
            more.ttlSeconds(),
            more.overagePolicy(),
            more.commit(),
            more.teamHolds(),
            more.attribution(),
            more.origin()));
    assertThat(main.holds()).containsOnlyKeys("l", "x");
    given.when(add("l", 1, "x", 200), at(8)).thenRefused(Code.LEASE_ENDED);
  }

  private static WalletCommand.HoldCredits ofTeam(
      WalletCommand.HoldCredits hold, boolean teamHolds) {
    return new WalletCommand.HoldCredits(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.price(),
        hold.ttlSeconds(),
        hold.overagePolicy(),
        hold.commit(),
        teamHolds,
        hold.attribution(),
        hold.origin(),
        hold.lease());
  }

  /** A limit of the team was set in between. */
  @Test
  void aTeamThatHoldsOnlyWhatWasAddedIsToldHowTheLeaseEnds() {
    var given =
        wallet(main, grant("a", "100"))
            .after(at(1), ofTeam(lease("l", "10"), false), ofTeam(hold("x", "20"), true))
            .after(at(2), add("l", 1, "x", 200));
    var closed = given.when(close("l", 2), at(3));
    assertThat(closed.event(WalletEvent.Released.class).teamHolds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # revoked, asked at; may be added to?
          false,     99,     true
          false,     100,    false
          true,      50,     false
          """)
  void onlyALeaseThatMayBeDecidedFromIsAddedTo(boolean revoked, long now, boolean added) {
    var given = withLease("10").after(at(now - 1), hold("x", "20"));
    if (revoked) {
      given.after(at(now), new WalletCommand.RevokeLease("l", "key1"));
    }
    var then = given.when(add("l", 1, "x", 200), at(now));
    if (added) {
      assertThat(terms(then).epoch()).isEqualTo(2);
    } else {
      then.thenRefused(Code.LEASE_ENDED);
      assertThat(main.holds()).containsOnlyKeys("l", "x");
    }
  }

  @Test
  void itIsGivenBackWhenItIsClosed() {
    var given = withLease("10").after(at(6), use("l", 1, "u1", "3"));
    var closed = given.when(close("l", 1), at(7));
    assertThat(closed.reply(WalletReply.Ended.class).released()).isEqualTo(credits("7"));
    assertThat(closed.event(WalletEvent.Released.class).closure())
        .isEqualTo(Closure.givenBack("l").drawnFrom("l"));
    assertThat(figures(main)).isEqualTo("balance 97, held 0, debt 0");
    given.when(settle("l", 1, "0"), at(8)).thenRefused(Code.RESERVATION_FINALIZED);
  }

  @Test
  void whenItExpiresItIsHeldUntilItIsToBeSettled() {
    var given = withLease("10");
    assertThat(given.when(new WalletCommand.Wake(), at(EXPIRES + SETTLE - 1)).events()).isEmpty();
    assertThat(figures(main)).isEqualTo("balance 100, held 10, debt 0");
    var woken = given.when(new WalletCommand.Wake(), at(EXPIRES + SETTLE));
    assertThat(woken.event(WalletEvent.Released.class).cause())
        .isEqualTo(WalletEvent.Cause.EXPIRED);
    assertThat(figures(main)).isEqualTo("balance 100, held 0, debt 0");
  }

  @Test
  void aReportBetweenExpiryAndSettleByIsInTime() {
    var used = withLease("10").when(use("l", 1, "u1", "7"), at(EXPIRES + SETTLE - 1));
    assertThat(entries(used)).containsExactly("consume a -6", "consume b -1");
  }

  @Test
  void aReportAfterThatIsLateUsageAndOwedIfNeedBe() {
    var given = withLease("10").after(at(EXPIRES + SETTLE), hold("r", "96"));
    var late = given.when(use("l", 1, "u1", "7"), at(EXPIRES + SETTLE + 1));
    assertThat(entries(late)).containsExactly("late_usage b -4", "debt 3");
    assertThat(given.when(use("l", 1, "u1", "7"), at(EXPIRES + SETTLE + 2)).events()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # the lease is for team, user, feature; the work names; covered?
          -,     -,    -,     sales, ann, chat,  true
          sales, -,    -,     sales, ann, chat,  true
          sales, -,    -,     other, ann, chat,  false
          sales, ann,  -,     sales, bob, chat,  false
          sales, ann,  -,     sales, -,   chat,  false
          -,     -,    chat,  sales, ann, draw,  false
          -,     -,    chat,  sales, ann, -,     false
          """)
  void itCoversWorkThatNamesAllThatItNames(
      String team,
      String user,
      String feature,
      String workTeam,
      String workUser,
      String workFeature,
      boolean covered) {
    var given =
        wallet(main, grant("a", "100")).after(at(1), lease("l", "10", who(team, user, feature)));
    var used =
        given
            .when(use("l", 1, "u1", "1", who(workTeam, workUser, workFeature)), at(6))
            .event(WalletEvent.UsageCharged.class);
    assertThat(used.covered()).isEqualTo(covered ? credits("1") : null);
  }

  @Test
  void itCanNotBeEndedAsAReservation() {
    var given = withLease("10");
    given.when(commit("l", "1"), at(2)).thenRefused(Code.RESERVATION_LEASED);
    given.when(release("l"), at(2)).thenRefused(Code.RESERVATION_LEASED);
    given.when(new WalletCommand.Extend("l", 10), at(2)).thenRefused(Code.RESERVATION_LEASED);
    given.after(at(EXPIRES + SETTLE), new WalletCommand.Wake());
    given.when(commit("l", "1"), at(EXPIRES + SETTLE)).thenRefused(Code.RESERVATION_LEASED);
  }

  @Test
  void whatGoesBackToAGrantThatWasVoidedIsVoided() {
    var given = withLease("10").after(at(2), voiding("a"));
    assertThat(entries(given.when(settle("l", 1, "5"), at(3)))).containsExactly("void a -1");
    assertThat(entries(given.when(close("l", 2), at(4)))).containsExactly("void a -5");
  }

  /** A thousand holders, who come and go, on a balance of ten. */
  @Test
  void togetherTheyNeverHaveMoreThanThereIs() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      Wallet shared = newWallet();
      var given = wallet(shared, grant("a", "4"), grant("b", "6"));
      List<String> open = new ArrayList<>();
      int denied = 0;
      for (int i = 0; i < 1_000; i++) {
        String name = "l" + i;
        String amount = String.valueOf(1 + random.nextInt(3));
        if (!open.isEmpty() && random.nextInt(4) == 0) {
          String one = open.remove(random.nextInt(open.size()));
          if (random.nextBoolean()) {
            given.when(use(one, 1, "u" + i, "0.1"), at(2));
          }
          given.when(close(one, 1), at(2));
        }
        if (given.when(lease(name, amount), at(2)).events().isEmpty()) {
          denied++;
        } else {
          open.add(name);
        }
        assertThat(Invariants.in(shared)).as("seed %d", seed).isEmpty();
        assertThat(figures(shared)).as("seed %d", seed).endsWith("debt 0");
      }
      assertThat(denied).isPositive();
    }
  }

  @Test
  void whatALeaseGivesBackPaysDebtFirst() {
    var given =
        wallet(main, grant("a", "10"))
            .after(at(1), lease("l", "6"), hold("r", "4"), commit("r", "9"));
    assertThat(figures(main)).isEqualTo("balance 6, held 6, debt 5");
    assertThat(entries(given.when(settle("l", 1, "2"), at(2)))).containsExactly("debt_repaid a -2");
    assertThat(figures(main)).isEqualTo("balance 4, held 4, debt 3");
    assertThat(entries(given.when(new WalletCommand.CloseLease("l", 2, "key1", "K4"), at(3))))
        .containsExactly("debt_repaid a -3");
    assertThat(figures(main)).isEqualTo("balance 1, held 0, debt 0");
  }
}
