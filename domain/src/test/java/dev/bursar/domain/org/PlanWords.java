package dev.bursar.domain.org;

import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.wallet.Recurrence;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The words in which tests talk about what plans and add-ons grant. */
final class PlanWords {

  private PlanWords() {}

  static Instant day(String day) {
    return Instant.parse("2024-" + day + "T00:00:00Z");
  }

  static PlanGrant monthly(String id, String amount) {
    return grant(id, amount, Recurrence.Interval.MONTH);
  }

  static PlanGrant once(String id, String amount) {
    return grant(id, amount, null);
  }

  static PlanGrant grant(String id, String amount, Recurrence.Interval interval) {
    return new PlanGrant(
        id,
        "c",
        Credits.parse(amount),
        interval == null ? null : new Recurrence.Terms(interval, null, Credits.ZERO, Credits.ZERO),
        20,
        Set.of(),
        Set.of("big"));
  }

  static PricingPlan plan(String id, PlanGrant... grants) {
    return new PricingPlan(
        id,
        id,
        null,
        Map.of(),
        byId(List.of(grants), PlanGrant::id),
        Map.of(),
        OveragePolicy.RECORD,
        FailMode.DENY);
  }

  static AddOn addOn(String id, PlanGrant... grants) {
    return new AddOn(id, id, Set.of(), Map.of(), byId(List.of(grants), PlanGrant::id));
  }

  static Catalog catalog(List<PricingPlan> plans, AddOn... addOns) {
    return new Catalog(
        Map.of("c", new CreditType("c", "C", 6)),
        Set.of(),
        Map.of(),
        new PriceList(List.of()),
        byId(plans, PricingPlan::id),
        byId(Arrays.asList(addOns), AddOn::id),
        Map.of(),
        Map.of());
  }

  private static <T> Map<String, T> byId(List<T> things, Function<T, String> id) {
    return things.stream().collect(Collectors.toMap(id, each -> each));
  }

  /** What an org subscribes to; times are days, or null. */
  static OrgSettings subscribed(
      String plan, List<String> addOns, Instant starts, Instant trialEnds, Instant ends) {
    return new OrgSettings("Acme", ZoneOffset.UTC, plan, addOns, null, starts, trialEnds, ends);
  }

  static OrgSettings subscribed(String plan, String... addOns) {
    return subscribed(plan, List.of(addOns), null, null, null);
  }

  static OrgCommand put(OrgSettings settings) {
    return new OrgCommand.PutOrg(settings, "test");
  }

  /** A change, as {@code give plan:pro:monthly:1 100 from 2024-01-01 until never}. */
  static String line(PlanGrantChange change) {
    GivenGrant grant = change.grant();
    return switch (change.kind()) {
      case GIVE ->
          "give %s %s from %s until %s"
              .formatted(grant.id(), grant.first(), text(grant.from()), text(grant.until()));
      case MOVE_END -> "%s ends at %s".formatted(grant.id(), text(grant.until()));
      case LEAVE -> "leave " + grant.id();
      case END -> "end " + grant.id();
    };
  }

  private static String text(Instant at) {
    return at == null ? "never" : at.toString().replace("2024-", "").replace("T00:00:00Z", "");
  }
}
