package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static org.assertj.core.api.Assertions.assertThat;

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

  private static final Map<String, OrgSettings> ORGS =
      Map.of(
          "acme", new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of()),
          "beta", new OrgSettings("Beta", ZoneOffset.UTC, null, List.of()));

  private static Used used(String org, String feature, Instant at, String model, long tokens) {
    return new Used(
        org, null, at, feature, model, Map.of("tokens", tokens), "c", Credits.of(tokens));
  }

  private static Totals totals(Instant pricedAt, Used... all) {
    Rerating rerating = new Rerating(CATALOG, ORGS, pricedAt);
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
    Used amount = new Used("beta", null, NOON, null, null, Map.of(), "other", Credits.of(4));
    assertThat(totals(null, amount).after()).isEqualTo(Map.of("other", Credits.of(4)));
    assertThat(totals(null, amount).change()).isEmpty();
  }
}
