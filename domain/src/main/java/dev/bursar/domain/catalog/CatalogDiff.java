package dev.bursar.domain.catalog;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one catalog has otherwise than another, and for how many orgs.
 *
 * @param changes by section, then by name
 * @param orgs how many orgs are affected by at least one
 * @param orgsInAll how many orgs there are
 */
public record CatalogDiff(List<Change> changes, long orgs, long orgsInAll) {

  /** What became of a thing. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /** The parts of a catalog, by their names in its text. */
  public enum Section {
    CREDIT_TYPES,
    METERS,
    FEATURES,
    RATES,
    PLANS,
    ADD_ONS,
    TOP_UP_PACKS,
    CAMPAIGNS
  }

  /**
   * A thing that is there in one only, or otherwise.
   *
   * @param id its name; of a rate, what it is for and from when on
   * @param fields what is otherwise
   * @param orgs how many orgs it concerns
   */
  public record Change(Section section, String id, Kind kind, List<Field> fields, long orgs) {}

  /**
   * A part of a thing.
   *
   * @param name its path within the thing
   * @param before null if it was not there
   * @param after null if it is not there any more
   */
  public record Field(String name, @Nullable String before, @Nullable String after) {}

  /**
   * How many orgs have the same plan and add-ons.
   *
   * @param org the org, if a campaign names it, of which there is one; else null
   * @param plan null for none
   */
  public record Subscribed(
      @Nullable String org, @Nullable String plan, Set<String> addOns, long orgs) {}

  /** The orgs that are named in either: each is to be counted by itself. */
  public static Set<String> named(Catalog before, Catalog after) {
    Set<String> named = new TreeSet<>();
    for (Catalog each : List.of(before, after)) {
      each.campaigns().values().forEach(campaign -> named.addAll(campaign.orgs()));
    }
    return named;
  }

  /** What {@code after} has otherwise than {@code before}, for these orgs. */
  public static CatalogDiff of(Catalog before, Catalog after, List<Subscribed> subscribed) {
    return new Comparison(before, after, subscribed).diff();
  }

  /** What is no plan's concerns all orgs; they are not looked at one by one for each rate. */
  private static final BiPredicate<String, Subscribed> EVERYBODY = (id, orgs) -> true;

  /** One comparison. */
  private static final class Comparison {

    private final Catalog before;
    private final Catalog after;
    private final List<Subscribed> subscribed;
    private final List<Change> changes = new ArrayList<>();

    private final long orgsInAll;

    /** Which of {@link #subscribed} are affected. */
    private final BitSet affected = new BitSet();

    Comparison(Catalog before, Catalog after, List<Subscribed> subscribed) {
      this.before = before;
      this.after = after;
      this.subscribed = subscribed;
      this.orgsInAll = subscribed.stream().mapToLong(Subscribed::orgs).sum();
    }

    CatalogDiff diff() {
      compare(Section.CREDIT_TYPES, Catalog::creditTypes, CatalogTexts::of, EVERYBODY);
      Function<Catalog, Map<String, String>> meters =
          catalog -> {
            Map<String, String> byName = new TreeMap<>();
            catalog.meters().forEach(meter -> byName.put(meter, meter));
            return byName;
          };
      compare(Section.METERS, meters, meter -> Map.of(), EVERYBODY);
      compare(Section.FEATURES, Catalog::features, CatalogTexts::of, this::has);
      compare(Section.RATES, CatalogTexts::rates, CatalogTexts::of, EVERYBODY);
      compare(
          Section.PLANS,
          Catalog::plans,
          CatalogTexts::of,
          (id, orgs) -> Objects.equals(orgs.plan(), id));
      compare(
          Section.ADD_ONS,
          Catalog::addOns,
          CatalogTexts::of,
          (id, orgs) -> orgs.addOns().contains(id));
      compare(Section.TOP_UP_PACKS, Catalog::topUpPacks, CatalogTexts::of, EVERYBODY);
      compare(Section.CAMPAIGNS, Catalog::campaigns, CatalogTexts::of, this::isMeant);
      return new CatalogDiff(
          List.copyOf(changes),
          affected.stream().mapToLong(each -> subscribed.get(each).orgs()).sum(),
          orgsInAll);
    }

    private <T> void compare(
        Section section,
        Function<Catalog, Map<String, T>> things,
        Function<T, Map<String, String>> texts,
        BiPredicate<String, Subscribed> concerns) {
      Map<String, T> old = things.apply(before);
      Map<String, T> now = things.apply(after);
      Set<String> ids = new TreeSet<>(old.keySet());
      ids.addAll(now.keySet());
      for (String id : ids) {
        T was = old.get(id);
        T is = now.get(id);
        if (!Objects.equals(was, is)) {
          List<Field> fields =
              fields(
                  was == null ? Map.of() : texts.apply(was),
                  is == null ? Map.of() : texts.apply(is));
          if (was == null || is == null || !fields.isEmpty()) {
            Kind kind = was == null ? Kind.ADDED : is == null ? Kind.REMOVED : Kind.CHANGED;
            changes.add(new Change(section, id, kind, fields, orgs(id, concerns)));
          }
        }
      }
    }

    private static List<Field> fields(Map<String, String> was, Map<String, String> is) {
      Set<String> names = new TreeSet<>(was.keySet());
      names.addAll(is.keySet());
      List<Field> fields = new ArrayList<>();
      for (String name : names) {
        if (!Objects.equals(was.get(name), is.get(name))) {
          fields.add(new Field(name, was.get(name), is.get(name)));
        }
      }
      return List.copyOf(fields);
    }

    private long orgs(String id, BiPredicate<String, Subscribed> concerns) {
      if (concerns == EVERYBODY) {
        affected.set(0, subscribed.size());
        return orgsInAll;
      }
      long orgs = 0;
      for (int i = 0; i < subscribed.size(); i++) {
        if (concerns.test(id, subscribed.get(i))) {
          affected.set(i);
          orgs += subscribed.get(i).orgs();
        }
      }
      return orgs;
    }

    /** Whether a plan or an add-on says anything of the feature, before or after. */
    private boolean has(String feature, Subscribed orgs) {
      return has(before, feature, orgs) || has(after, feature, orgs);
    }

    private static boolean has(Catalog catalog, String feature, Subscribed orgs) {
      PricingPlan plan = orgs.plan() == null ? null : catalog.plans().get(orgs.plan());
      return (plan != null && plan.entitlement(feature) != null)
          || orgs.addOns().stream()
              .map(catalog.addOns()::get)
              .anyMatch(addOn -> addOn != null && addOn.entitlements().containsKey(feature));
    }

    /** Those of its plans, and of the orgs that it names. */
    private boolean isMeant(String campaign, Subscribed orgs) {
      return isMeant(before.campaigns().get(campaign), orgs)
          || isMeant(after.campaigns().get(campaign), orgs);
    }

    private static boolean isMeant(@Nullable Campaign campaign, Subscribed orgs) {
      return campaign != null
          && (campaign.orgs().isEmpty()
              || (orgs.org() != null && campaign.orgs().contains(orgs.org())))
          && (campaign.plans().isEmpty()
              || (orgs.plan() != null && campaign.plans().contains(orgs.plan())));
    }
  }
}
