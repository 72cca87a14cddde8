package dev.bursar.sidecar.terms;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.org.EntitlementView;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Subscription.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an org may use, and what it costs, as the server told it. Immutable. */
public final class Terms {

  private final OrgReply.Entitled entitled;
  private final Map<String, EntitlementView> features = new HashMap<>();
  private final Set<String> creditTypes;
  private final OveragePolicy overagePolicy;
  private final PriceList prices;
  private final int version;

  /**
   * @param entitled all features of the catalog
   * @param creditTypes what balances are counted in
   * @param overagePolicy what becomes of an actual cost above the estimate, unless a request says
   *     it
   * @param version the version of the catalog that has the prices, from 1; 0 if there are none
   */
  public Terms(
      OrgReply.Entitled entitled,
      Set<String> creditTypes,
      OveragePolicy overagePolicy,
      PriceList prices,
      int version) {
    this.entitled = entitled;
    this.creditTypes = Set.copyOf(creditTypes);
    this.overagePolicy = overagePolicy;
    this.prices = prices;
    this.version = version;
    entitled.features().forEach(each -> features.put(each.feature(), each));
  }

  /** What the org may use, feature by feature. */
  public OrgReply.Entitled entitled() {
    return entitled;
  }

  /** What is known of a feature; null if the catalog does not have it. */
  public @Nullable EntitlementView feature(String feature) {
    return features.get(feature);
  }

  /** What becomes of an actual cost above the estimate. */
  public OveragePolicy overagePolicy() {
    return overagePolicy;
  }

  /** What everything costs. */
  public PriceList prices() {
    return prices;
  }

  /** The version of the catalog that has the prices; 0 if there are none. */
  public int version() {
    return version;
  }

  /**
   * How much of the heap it takes, about, besides the list of prices, which orgs have in common.
   */
  public long bytes() {
    return 1_000 + 500L * entitled.features().size();
  }

  /** Whether balances are counted in it. */
  public boolean isCreditType(@Nullable String name) {
    return name != null && creditTypes.contains(name);
  }

  /** Why the org may not use a feature, or anything if none is named; null if it may. */
  public @Nullable String fault(@Nullable String feature) {
    String plan = entitled.settings().plan();
    if (plan == null) {
      return null;
    }
    if (entitled.status() == Status.SCHEDULED || entitled.status() == Status.ENDED) {
      return "the org's plan %s is not in force".formatted(plan);
    }
    if (feature == null) {
      return null;
    }
    EntitlementView view = features.get(feature);
    if (view == null) {
      return "the org's plan %s does not include the feature %s".formatted(plan, feature);
    }
    // What is left of an allowance is leased: that all of it is taken may be by the leases held
    // here.
    return view.limit() == null ? view.denied() : null;
  }

  /** What is done with requests while nobody can be asked; null if no plan says it. */
  public @Nullable FailMode failMode(@Nullable String feature) {
    EntitlementView view = feature == null ? null : features.get(feature);
    return view != null && view.failMode() != null ? view.failMode() : entitled.failMode();
  }
}
