package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bursar.domain.catalog.CatalogDiff.Change;
import dev.bursar.domain.catalog.CatalogDiff.Field;
import dev.bursar.domain.catalog.CatalogDiff.Kind;
import dev.bursar.domain.catalog.CatalogDiff.Section;
import dev.bursar.domain.catalog.CatalogDiff.Subscribed;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.OveragePolicy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What one catalog has otherwise than another, and for how many orgs. */
final class CatalogDiffTest {

  private static final List<Subscribed> ORGS =
      List.of(
          new Subscribed(null, "pro", Set.of(), 5),
          new Subscribed(null, "pro", Set.of("extra"), 2),
          new Subscribed(null, "team", Set.of(), 3),
          new Subscribed(null, null, Set.of(), 30));

  private static PricingPlan plan(String id, PricingPlan base, Map<String, Entitlement> says) {
    return new PricingPlan(
        id, id, base, says, Map.of(), Map.of(), OveragePolicy.RECORD, FailMode.DENY);
  }

  private static Catalog catalog(
      String perToken, boolean sso, Map<String, AddOn> addOns, String... more) {
    Feature feature = new Feature("sso", "SSO", Feature.Kind.BOOLEAN, Set.of());
    PricingPlan pro = plan("pro", null, Map.of("sso", new Entitlement.Access(sso)));
    PricingPlan team = plan("team", pro, Map.of());
    return new Catalog(
        Map.of("c", new CreditType("c", "C", 6)),
        Set.of("tokens"),
        more.length == 0
            ? Map.of("sso", feature)
            : Map.of(
                "sso",
                feature,
                more[0],
                new Feature(more[0], more[0], Feature.Kind.TEXT, Set.of())),
        new PriceList(
            List.of(new Rate(null, "m", "c", Map.of("tokens", new BigDecimal(perToken))))),
        Map.of("pro", pro, "team", team),
        addOns,
        Map.of(),
        Map.of());
  }

  private static CatalogDiff diff(Catalog before, Catalog after) {
    return CatalogDiff.of(before, after, ORGS);
  }

  @Test
  void theSameIsNoDifferenceHoweverItIsWritten() {
    assertThat(diff(catalog("0.5", true, Map.of()), catalog("0.5", true, Map.of())))
        .isEqualTo(new CatalogDiff(List.of(), 0, 40));
  }

  @Test
  void aRateConcernsAll() {
    CatalogDiff diff = diff(catalog("0.5", true, Map.of()), catalog("0.25", true, Map.of()));
    assertThat(diff)
        .isEqualTo(
            new CatalogDiff(
                List.of(
                    new Change(
                        Section.RATES,
                        "feature (any), model m, always",
                        Kind.CHANGED,
                        List.of(new Field("meters.tokens", "0.5", "0.25")),
                        40)),
                40,
                40));
  }

  /** Whoever extends a plan has what becomes of that, too. */
  @Test
  void aPlanConcernsThoseOfItsPlanAndOfThoseThatExtendIt() {
    CatalogDiff diff = diff(catalog("0.5", true, Map.of()), catalog("0.5", false, Map.of()));
    List<Field> fields = List.of(new Field("entitlements.sso", "true", "false"));
    assertThat(diff.changes())
        .containsExactly(
            new Change(Section.PLANS, "pro", Kind.CHANGED, fields, 7),
            new Change(Section.PLANS, "team", Kind.CHANGED, fields, 3));
    assertThat(diff.orgs()).isEqualTo(10);
  }

  @Test
  void anAddOnAndAFeatureConcernThoseWhoHaveThem() {
    AddOn extra =
        new AddOn(
            "extra", "Extra", Set.of(), Map.of("seats", new Entitlement.Choice("5")), Map.of());
    CatalogDiff diff =
        diff(catalog("0.5", true, Map.of()), catalog("0.5", true, Map.of("extra", extra), "seats"));
    assertThat(diff.changes())
        .extracting(Change::section, Change::id, Change::kind, Change::orgs)
        .containsExactly(
            tuple(Section.FEATURES, "seats", Kind.ADDED, 2L),
            tuple(Section.ADD_ONS, "extra", Kind.ADDED, 2L));
    assertThat(diff.orgs()).isEqualTo(2);
  }

  private static Catalog offering(List<TopUpPack> packs, List<Campaign> campaigns) {
    Catalog base = catalog("0.5", true, Map.of());
    return new Catalog(
        base.creditTypes(),
        base.meters(),
        base.features(),
        base.prices(),
        base.plans(),
        base.addOns(),
        packs.stream().collect(Collectors.toMap(TopUpPack::id, each -> each)),
        campaigns.stream().collect(Collectors.toMap(Campaign::id, each -> each)));
  }

  private static TopUpPack pack(String id, long amount, String price) {
    return new TopUpPack(
        id, id, "c", Credits.of(amount), List.of(new Money(Credits.parse(price), "EUR")), 30);
  }

  @Test
  void packsConcernAll() {
    CatalogDiff diff =
        diff(
            offering(
                List.of(pack("gone", 1, "1"), pack("same", 1, "1"), pack("was", 5, "9")),
                List.of()),
            offering(
                List.of(pack("new", 1, "1"), pack("same", 1, "1"), pack("was", 5, "8.5")),
                List.of()));
    assertThat(diff.changes())
        .extracting(Change::section, Change::id, Change::kind, Change::orgs)
        .containsExactly(
            tuple(Section.TOP_UP_PACKS, "gone", Kind.REMOVED, 40L),
            tuple(Section.TOP_UP_PACKS, "new", Kind.ADDED, 40L),
            tuple(Section.TOP_UP_PACKS, "was", Kind.CHANGED, 40L));
    assertThat(diff.changes().getLast().fields())
        .containsExactly(new Field("prices.EUR", "9", "8.5"));
  }

  private static Campaign campaign(String id, Set<String> plans, Set<String> orgs) {
    return new Campaign(
        id,
        id,
        "c",
        Credits.of(1),
        null,
        null,
        null,
        null,
        null,
        plans,
        orgs,
        null,
        Set.of(),
        Set.of());
  }

  /** Before or after: who may not have it any more is concerned, too. */
  @Test
  void aCampaignConcernsWhoeverIsMeant() {
    Catalog before = offering(List.of(), List.of(campaign("moved", Set.of("team"), Set.of())));
    Catalog after =
        offering(
            List.of(),
            List.of(
                campaign("all", Set.of(), Set.of()),
                campaign("moved", Set.of("pro"), Set.of()),
                campaign("named", Set.of(), Set.of("acme", "nobody")),
                campaign("none", Set.of("team"), Set.of("acme"))));
    assertThat(CatalogDiff.named(before, after)).containsExactly("acme", "nobody");
    List<Subscribed> orgs = new ArrayList<>(ORGS);
    orgs.add(new Subscribed("acme", "pro", Set.of(), 1));
    assertThat(CatalogDiff.of(before, after, orgs).changes())
        .extracting(Change::id, Change::kind, Change::orgs)
        .containsExactly(
            tuple("all", Kind.ADDED, 41L),
            tuple("moved", Kind.CHANGED, 11L),
            tuple("named", Kind.ADDED, 1L),
            tuple("none", Kind.ADDED, 0L));
  }
}
