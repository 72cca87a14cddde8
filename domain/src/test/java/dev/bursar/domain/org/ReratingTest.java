package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Rerating.Charge;
import dev.bursar.domain.org.Rerating.Decider;
import dev.bursar.domain.org.Rerating.Moment;
import dev.bursar.domain.org.Rerating.Since;
import dev.bursar.domain.org.Rerating.Totals;
import dev.bursar.domain.org.Rerating.Used;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What usage would have cost, and what of it would have been denied. */
final class ReratingTest {

  private static final Instant TOMORROW = NOON.plus(Duration.ofDays(1));

  private static final Catalog CATALOG =
      new Catalog(
          Map.of("c", new CreditType("c", "C", 6)),
          Set.of("tokens"),
          Map.of(),
          new PriceList(
              List.of(
                  new Rate(null, "m", "c", Map.of("tokens", BigDecimal.TWO)),
                  new Rate(null, "m", TOMORROW, new Price("c", Map.of("tokens", BigDecimal.TEN))))),
          Map.of(
              "pro",
              new PricingPlan(
                  "pro",
                  "Pro",
                  null,
                  Map.of(
                      "chat",
                      new Entitlement.Allowance("tokens", Credits.of(10), WindowKind.DAY, null)),
                  Map.of(),
                  Map.of(),
                  OveragePolicy.RECORD,
                  FailMode.DENY)),
          Map.of(),
          Map.of(),
          Map.of());

  private static final OrgSettings ACME = new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of());
  private static final OrgSettings WITHOUT_PLAN =
      new OrgSettings("Acme", ZoneOffset.UTC, null, List.of());

  private static Since since(Instant at, OrgSettings settings) {
    return new Since(new Moment(at, new Place(1, 0)), settings);
  }

  private static final Map<String, List<Since>> ORGS =
      Map.of(
          "acme", List.of(since(Instant.EPOCH, ACME)),
          "beta", List.of(since(Instant.EPOCH, WITHOUT_PLAN)));

  /** Rows of the journal, in the order in which tests make them. */
  private static long row = 1;

  private static Moment moment(Instant at) {
    return new Moment(at, new Place(++row, 0));
  }

  /** Charged at once, a credit for a unit. */
  private static Used used(String org, String feature, Instant at, String model, long tokens) {
    return charged(work(Decider.ORG, at, feature, model, tokens), tokens, org);
  }

  private static Used charged(Used work, long amount, String org) {
    Credits credits = Credits.of(amount);
    Charge charge =
        new Charge(work.asked().usage(), credits, credits, moment(work.recorded().at()), false);
    return with(work, org, charge);
  }

  private static Used with(Used work, String org, Charge charge) {
    return new Used(
        org,
        null,
        work.feature(),
        work.model(),
        work.decider(),
        work.counted(),
        work.recorded(),
        work.asked(),
        work.creditType(),
        charge);
  }

  /** Of acme, in the feature chat, and the model m, if it is charged like this. */
  private static Used with(Used work, Charge charge) {
    return with(work, "acme", charge);
  }

  private static Used work(Decider decider, Instant at, String feature, String model, long tokens) {
    return new Used(
        "acme",
        null,
        feature,
        model,
        decider,
        CountedWork.of(at, at),
        moment(at),
        new Quantities(Credits.of(tokens), Map.of("tokens", tokens)),
        "c",
        new Charge(Map.of(), Credits.ZERO, Credits.ZERO, moment(at), false));
  }

  private static Used held(Instant at, long tokens) {
    return work(Decider.ORG, at, "chat", "m", tokens);
  }

  private static Charge units(long tokens, Instant at) {
    Credits credits = Credits.of(tokens);
    return new Charge(Map.of("tokens", tokens), credits, credits, moment(at), false);
  }

  private static Charge late(long tokens, Instant at) {
    Credits credits = Credits.of(tokens);
    return new Charge(Map.of("tokens", tokens), credits, credits, moment(at), true);
  }

  private static Totals totals(Instant pricedAt, Used... all) {
    return totals(ORGS, pricedAt, all);
  }

  private static Totals totals(Map<String, List<Since>> orgs, Instant pricedAt, Used... all) {
    Rerating rerating = new Rerating(CATALOG, orgs, pricedAt);
    for (Used each : all) {
      rerating.add(each);
    }
    assertThat(rerating.events()).isEqualTo(all.length);
    return Rerating.sum(rerating.orgs());
  }

  private static Map<String, Credits> credits(long amount) {
    return Map.of("c", Credits.of(amount));
  }

  @Test
  void usageIsPricedByTheRateOfItsTimeOrOfAnother() {
    Used today = used("beta", null, NOON, "m", 3);
    assertThat(totals(null, today).after()).isEqualTo(credits(6));
    assertThat(totals(TOMORROW, today).after()).isEqualTo(credits(30));
    assertThat(totals(null, used("beta", null, TOMORROW, "m", 3)).change()).isEqualTo(credits(27));
  }

  @Test
  void whatWouldHaveBeenDeniedCostsNothingAndMakesNobodyAWinner() {
    Totals totals =
        totals(null, used("beta", null, NOON, "x", 5), used("acme", "draw", NOON, "m", 7));
    assertThat(totals.denied())
        .isEqualTo(Map.of(DenialCode.NO_RATE, 1L, DenialCode.NOT_ENTITLED, 1L));
    assertThat(totals.before()).isEqualTo(credits(12));
    assertThat(totals.deniedBefore()).isEqualTo(credits(12));
    assertThat(totals.after()).isEmpty();
    assertThat(totals.change()).isEmpty();
  }

  /** A rate of the wrong size is what one looks for this way; it ends nothing. */
  @Test
  void whatWouldCostMoreThanAnybodyCanBeChargedIsDeniedAndSumsStayAtTheirBound() {
    Totals one = totals(null, used("beta", null, NOON, "m", Long.MAX_VALUE / 1_000_000));
    assertThat(one.denied()).isEqualTo(Map.of(DenialCode.NO_RATE, 1L));
    assertThat(one.after()).isEmpty();

    Used[] many = new Used[20];
    Arrays.fill(many, used("beta", null, TOMORROW, "m", 100_000_000_000L));
    Totals all = totals(null, many);
    assertThat(all.denied()).isEmpty();
    assertThat(all.after()).isEqualTo(Map.of("c", new Credits(Long.MAX_VALUE)));
    assertThat(Objects.requireNonNull(all.change().get("c")).isPositive()).isTrue();
  }

  @Test
  void limitsOfThePlanCountWindowByWindowAndOrgByOrg() {
    Totals totals =
        totals(
            null,
            used("acme", "chat", NOON, "m", 8),
            used("acme", "chat", NOON, "m", 3),
            used("acme", "chat", NOON, "m", 2),
            used("acme", "chat", TOMORROW, "m", 10),
            used("beta", "chat", TOMORROW, "m", 100));
    assertThat(totals.denied()).isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
    assertThat(totals.after()).isEqualTo(credits(16 + 4 + 100 + 1_000));
    assertThat(totals.deniedBefore()).isEqualTo(credits(3));
  }

  @Test
  void anAmountStaysAsItIs() {
    Used amount =
        new Used(
            "beta",
            null,
            null,
            null,
            Decider.ORG,
            CountedWork.of(NOON, NOON),
            moment(NOON),
            new Quantities(Credits.of(9), Map.of()),
            "other",
            new Charge(Map.of(), Credits.of(4), Credits.of(4), moment(NOON), false));
    assertThat(totals(null, amount).after()).isEqualTo(Map.of("other", Credits.of(4)));
    assertThat(totals(null, amount).change()).isEmpty();
  }

  @Test
  void soDoesOneThatTheCommitOfUnitsNamed() {
    Charge named = new Charge(Map.of(), Credits.of(5), Credits.of(5), moment(NOON), false);
    Totals totals = totals(null, with(held(NOON, 7), named));
    assertThat(totals.after()).isEqualTo(credits(5));
    assertThat(totals(null, with(work(Decider.ORG, NOON, "chat", "x", 7), named)).denied())
        .as("it could not have been reserved")
        .isEqualTo(Map.of(DenialCode.NO_RATE, 1L));
  }

  @Test
  void whatTheWalletLackedIsStillNotCharged() {
    Charge capped =
        new Charge(Map.of("tokens", 9L), Credits.of(6), Credits.of(9), moment(NOON), false);
    assertThat(totals(null, with(held(NOON, 1), capped)).after())
        .as("18 are as far out of reach")
        .isEqualTo(credits(6));
    Charge less =
        new Charge(Map.of("tokens", 9L), Credits.of(40), Credits.of(45), moment(NOON), false);
    assertThat(totals(null, with(held(NOON, 1), less)).after()).isEqualTo(credits(18));
  }

  @Test
  void whatWasReportedCanNotHaveBeenDeniedButWhatALeaseWasForCan() {
    Used reported = charged(work(Decider.NOBODY, NOON, "draw", "m", 20), 20, "acme");
    assertThat(totals(null, reported).denied()).isEmpty();
    Used much = charged(work(Decider.NOBODY, NOON, "chat", "m", 20), 20, "acme");
    assertThat(totals(null, much, charged(held(NOON, 1), 1, "acme")).denied())
        .as("it counts, and denies what comes after it")
        .isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
    Used leased = charged(work(Decider.LEASE, NOON, "draw", "m", 1), 1, "acme");
    assertThat(totals(null, leased).denied()).isEqualTo(Map.of(DenialCode.NOT_ENTITLED, 1L));
  }

  @Test
  void ofALeaseIsDeniedWhatALimitHasNothingLeftFor() {
    Used more = charged(work(Decider.LEASE, NOON, "chat", "m", 12), 12, "acme");
    assertThat(totals(null, more).denied()).as("more than it was estimated at").isEmpty();
    assertThat(totals(null, more, more).denied()).isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
    Used reported = charged(work(Decider.NOBODY, NOON, "chat", "m", 12), 12, "acme");
    assertThat(totals(null, reported, more).denied()).as("it had been leased before").isEmpty();
    Used settled = with(work(Decider.LEASE, NOON, "chat", "m", 3), late(3, NOON));
    assertThat(totals(null, more, settled).denied()).as("when its lease was over").isEmpty();
  }

  @Test
  void whatRanBeforeAPlanWasHadIsNotOfIt() {
    OrgSettings later =
        new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of(), null, TOMORROW, null, null);
    Map<String, List<Since>> orgs =
        Map.of("acme", List.of(since(Instant.EPOCH, WITHOUT_PLAN), since(TOMORROW, later)));
    Totals totals =
        totals(
            orgs,
            null,
            used("acme", "draw", NOON, "m", 1),
            used("acme", "chat", NOON, "m", 100),
            used("acme", "draw", TOMORROW, "m", 1));
    assertThat(totals.denied()).isEqualTo(Map.of(DenialCode.NOT_ENTITLED, 1L));
    assertThat(new Rerating(CATALOG, orgs, null).orgs()).isEmpty();
  }

  @Test
  void aRequestIsDecidedByWhatItAskedForAndCountsAsWhatItCameTo() {
    Used above = with(held(NOON, 5), units(12, NOON));
    assertThat(totals(null, above).denied()).isEmpty();
    assertThat(totals(null, above, charged(held(NOON, 1), 1, "acme")).denied())
        .isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
    Used below = with(held(NOON, 10), units(2, NOON));
    assertThat(totals(null, below, charged(held(NOON, 8), 8, "acme")).denied()).isEmpty();
  }

  @Test
  void itHoldsWhatItAskedForUntilItWasCharged() {
    Instant after = NOON.plusSeconds(60);
    Used above = with(held(NOON, 5), units(12, after));
    Used meanwhile = charged(held(NOON.plusSeconds(30), 5), 5, "acme");
    assertThat(totals(null, above, meanwhile).denied()).isEmpty();
    Used then = charged(held(after, 5), 5, "acme");
    assertThat(totals(null, above, then).denied())
        .isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
    Used expired = with(held(NOON, 10), late(10, after));
    assertThat(totals(null, expired, meanwhile).denied()).as("it may have expired").isEmpty();
  }

  @Test
  void whatWasReportedLaterCountsFromThenOn() {
    Instant after = NOON.plusSeconds(60);
    Used reported = reported(NOON, after, 10);
    Used before = charged(held(NOON.plusSeconds(30), 1), 1, "acme");
    Used then = charged(held(after, 1), 1, "acme");
    assertThat(totals(null, reported, before).denied()).isEmpty();
    assertThat(totals(null, reported, then).denied())
        .isEqualTo(Map.of(DenialCode.BUDGET_EXCEEDED, 1L));
  }

  /** As the org counted it, which knew nothing of it before. */
  @Test
  void whatWasReportedCountsInThePlanThatWasHadWhenItCame() {
    Instant cancelled = NOON.plusSeconds(30);
    Instant again = NOON.plusSeconds(90);
    Map<String, List<Since>> orgs =
        Map.of(
            "acme",
            List.of(
                since(Instant.EPOCH, ACME), since(cancelled, WITHOUT_PLAN), since(again, ACME)));
    Used reported = reported(NOON, NOON.plusSeconds(60), 10);
    Used then = charged(held(again.plusSeconds(1), 1), 1, "acme");
    assertThat(totals(orgs, null, reported, then).denied()).isEmpty();
  }

  private static Used reported(Instant ranAt, Instant knownAt, long tokens) {
    Used ran = work(Decider.NOBODY, ranAt, "chat", "m", tokens);
    return new Used(
        "acme",
        null,
        "chat",
        "m",
        Decider.NOBODY,
        ran.counted(),
        moment(knownAt),
        ran.asked(),
        "c",
        units(tokens, knownAt));
  }
}
