package dev.bursar.domain.org;

import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.org.PlanGrantChange.Kind;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which credits an org's wallet is to have by its plan and add-ons: compares what was given with
 * what the settings and the catalog say now. A subscription that begins gives whole intervals; what
 * changes in the middle of one counts for the rest of it.
 */
final class PlanRules {

  /** Longer names are not in the names of grants, which are bounded. */
  private static final int NAMES_BYTES_MAX = 200;

  private final Org org;

  PlanRules(Org org) {
    this.org = org;
  }

  /** What has to change by now; null if nothing has to. */
  @Nullable OrgEvent review(OrgSettings settings, Catalog catalog, Instant now) {
    PlanGrants grants = org.planGrants();
    boolean subscribed = settings.status(now).goesOn();
    if (!subscribed && grants.areNone()) {
      return null;
    }
    Instant known = subscribed ? grants.subscribedAt() : grants.settledFor();
    Instant since = known == null ? now : known;
    Review review = new Review(settings, now, since);
    if (subscribed) {
      review.compare(wanted(settings, catalog));
    } else {
      review.endAll();
    }
    return review.changes.isEmpty() && !(subscribed && grants.areNew())
        ? null
        : new OrgEvent.PlanGrantsSettled(now, since, review.changes);
  }

  private record Wanted(String source, PlanGrant terms) {}

  /** What the catalog gives, by its key; an add-on that is listed twice is one. */
  private static Map<String, Wanted> wanted(OrgSettings settings, Catalog catalog) {
    Map<String, Wanted> wanted = new TreeMap<>();
    PricingPlan plan = settings.plan() == null ? null : catalog.plans().get(settings.plan());
    if (plan != null) {
      add(ofPlan(plan.id()), plan.grants().values(), wanted);
      for (String each : settings.addOns()) {
        AddOn addOn = catalog.addOns().get(each);
        if (addOn != null) {
          add(ofAddOn(each), addOn.grants().values(), wanted);
        }
      }
    }
    return wanted;
  }

  private static void add(String source, Collection<PlanGrant> grants, Map<String, Wanted> wanted) {
    for (PlanGrant each : grants) {
      wanted.put(PlanGrants.key(source, each.id()), new Wanted(source, each));
    }
  }

  private static String ofPlan(@Nullable String plan) {
    return "plan:" + plan;
  }

  private static String ofAddOn(String addOn) {
    return "add_on:" + addOn;
  }

  private static boolean isOver(GivenGrant grant, Instant now) {
    return OrgSettings.isOver(grant.until(), now);
  }

  /** One comparison. */
  private final class Review {
    private final PlanGrants grants = org.planGrants();
    private final OrgSettings settings;
    private final Instant now;

    /** Where the intervals of what is given now are counted from. */
    private final Instant anchor;

    private final @Nullable Instant until;
    private final List<PlanGrantChange> changes = new ArrayList<>();
    private long number = grants.number();

    Review(OrgSettings settings, Instant now, Instant since) {
      this.settings = settings;
      this.now = now;
      this.anchor = settings.startsAt() == null ? since : settings.startsAt();
      Instant trial = settings.trialEndsAt();
      Instant end = settings.endsAt();
      this.until = trial == null || (end != null && end.isBefore(trial)) ? end : trial;
    }

    /** What ends by itself is left to the wallet. */
    void endAll() {
      for (GivenGrant each : grants.given().values()) {
        if (!isOver(each, now)) {
          change(Kind.END, each);
        }
      }
      for (GivenGrant each : grants.left().values()) {
        if (!each.isGone(now)) {
          change(Kind.END, each);
        }
      }
    }

    void compare(Map<String, Wanted> wanted) {
      Set<String> again = new HashSet<>();
      Set<String> kept = new HashSet<>();
      if (grants.areNew()) {
        endAll();
      } else {
        grants.given().forEach((key, each) -> compare(key, each, wanted.get(key), kept, again));
        grants.left().values().forEach(this::shorten);
      }
      wanted.forEach(
          (key, each) -> {
            boolean anew = again.contains(key);
            if (!kept.contains(key) && (anew || !wasGivenOnce(key, each.terms))) {
              give(each, anew || grants.areNew() || anchor.isAfter(now));
            }
          });
    }

    /** Whether it is given once, and was; what had its time is given again by another. */
    private boolean wasGivenOnce(String key, PlanGrant terms) {
      if (terms.recurrence() != null) {
        return false;
      }
      GivenGrant last = grants.given().get(key);
      return grants.wasTakenBack(key)
          || (grants.areNew()
              ? last != null && !last.from().isAfter(now) && !isOver(last, now)
              : grants.wasGivenOnce(key));
    }

    private void compare(
        String key,
        GivenGrant given,
        @Nullable Wanted wanted,
        Set<String> kept,
        Set<String> again) {
      boolean begun = !given.from().isAfter(now);
      boolean later = !begun || (given.recurs() && anchor.isAfter(now));
      if (!given.anchor().equals(anchor) && later) {
        change(Kind.END, given);
        again.add(key);
      } else if (!stays(given, wanted, begun)) {
        change(begun ? Kind.LEAVE : Kind.END, begun ? given.leftAt(now) : given);
      } else {
        kept.add(key);
        if (until == null ? given.until() != null : !until.equals(given.until())) {
          boolean never = !begun && OrgSettings.isOver(until, given.from());
          change(never ? Kind.END : Kind.MOVE_END, never ? given : given.until(until));
        }
      }
    }

    /** What is left of what is not given any more ends with the subscription at the latest. */
    private void shorten(GivenGrant left) {
      if (until != null && left.until() != null && until.isBefore(left.until())) {
        change(Kind.MOVE_END, left.until(until));
      }
    }

    /**
     * What was given once stays for as long as the org has what it came with, and what recurs for
     * as long as it gives the same: nobody is to lose by a change of how it is used.
     */
    private boolean stays(GivenGrant given, @Nullable Wanted wanted, boolean begun) {
      if (wanted != null
          && (wanted.terms.equals(given.terms())
              || (begun && givesTheSame(wanted.terms, given.terms())))) {
        return true;
      }
      boolean recurs = wanted != null && wanted.terms.recurrence() != null;
      return !given.recurs() && !recurs && has(given.source());
    }

    private static boolean givesTheSame(PlanGrant one, PlanGrant other) {
      return one.recurrence() != null
          && other.recurrence() != null
          && one.recurrence().interval() == other.recurrence().interval()
          && one.creditType().equals(other.creditType())
          && one.amount().equals(other.amount());
    }

    private boolean has(String source) {
      return source.equals(ofPlan(settings.plan()))
          || settings.addOns().stream().anyMatch(each -> source.equals(ofAddOn(each)));
    }

    /**
     * Gives a grant.
     *
     * @param whole whether its running interval gives all of its amount; else that is in proportion
     *     to the rest of the interval
     */
    private void give(Wanted wanted, boolean whole) {
      PlanGrant terms = wanted.terms;
      Instant from = whole ? anchor : now;
      Credits first = terms.amount();
      if (terms.recurrence() != null && !whole) {
        Recurrence recurrence =
            new Recurrence(terms.recurrence(), anchor, until, terms.amount(), null, terms.id(), 1);
        first = recurrence.restOf(now, now);
        if (first.isZero()) {
          first = terms.amount();
          from = recurrence.nextAfter(now);
        }
      }
      if (until == null || until.isAfter(from)) {
        change(
            Kind.GIVE,
            new GivenGrant(name(wanted), wanted.source, terms, anchor, from, first, until));
      }
    }

    /** No other grant has it, since no other change has the number. */
    private String name(Wanted wanted) {
      String source = wanted.source.substring(wanted.source.indexOf(':') + 1);
      String names = source + ":" + wanted.terms.id() + ":";
      boolean fits = names.getBytes(StandardCharsets.UTF_8).length <= NAMES_BYTES_MAX;
      return Grant.OF_PLANS + (fits ? names : "") + (number + 1);
    }

    private void change(Kind kind, GivenGrant grant) {
      number++;
      changes.add(new PlanGrantChange(number, kind, grant, now));
    }
  }
}
