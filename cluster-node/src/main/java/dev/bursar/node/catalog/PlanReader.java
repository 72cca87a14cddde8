package dev.bursar.node.catalog;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.node.yaml.YamlPart;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads plans and add-ons. */
final class PlanReader {

  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "name",
          "extends",
          "entitlements",
          "grants",
          "budgets",
          "overage_policy",
          "fail_mode");
  private static final int THRESHOLDS_MAX = 20;
  private static final int DAYS_OF_WEEK = 7;
  private static final int DAYS_OF_MONTH_MAX = 31;

  /** A plan as it is written down, before it is known what it extends. */
  private record Written(
      String id,
      String name,
      @Nullable YamlPart base,
      Map<String, Entitlement> entitlements,
      Map<String, PlanGrant> grants,
      Map<String, PlanBudget> budgets,
      @Nullable OveragePolicy overagePolicy,
      @Nullable FailMode failMode) {

    void baseFault(String fault) {
      if (base != null) {
        base.fault(fault);
      }
    }

    PricingPlan extending(@Nullable PricingPlan plan) {
      return new PricingPlan(
          id,
          name,
          plan,
          entitlements,
          grants,
          budgets,
          overagePolicy != null
              ? overagePolicy
              : plan != null ? plan.overagePolicy() : OveragePolicy.RECORD,
          failMode != null ? failMode : plan != null ? plan.failMode() : FailMode.DENY);
    }
  }

  private final Declared declared;
  private final Entitlements entitlements;
  private final GrantReader grants;

  PlanReader(Declared declared) {
    this.declared = declared;
    this.entitlements = new Entitlements(declared);
    this.grants = new GrantReader(declared);
  }

  /** All plans; what they are called can be named from here on. */
  Map<String, PricingPlan> plans(List<YamlPart> parts) {
    Map<String, Written> written = new LinkedHashMap<>();
    for (YamlPart part : parts) {
      Written plan = plan(part);
      declared.plans.add(plan.id());
      written.putIfAbsent(plan.id(), plan);
    }
    Map<String, PricingPlan> plans = new LinkedHashMap<>();
    written.values().forEach(plan -> resolve(plan, written, plans));
    return plans;
  }

  private Written plan(YamlPart part) {
    YamlPart.Fields plan = part.fields(FIELDS);
    YamlPart overage = plan.find("overage_policy");
    YamlPart fail = plan.find("fail_mode");
    return new Written(
        Declared.id(declared.plans, plan),
        plan.text("name"),
        plan.find("extends"),
        entitlements.read(plan.find("entitlements")),
        grants.read(plan.find("grants")),
        budgets(plan.find("budgets")),
        overage == null ? null : Scalars.word(overage, OveragePolicy.values()),
        fail == null ? null : Scalars.word(fail, FailMode.values()));
  }

  /** Follows a plan to the first that extends none, or is known; then makes all of them. */
  private void resolve(Written plan, Map<String, Written> written, Map<String, PricingPlan> plans) {
    Deque<Written> chain = new ArrayDeque<>();
    Set<String> names = new LinkedHashSet<>();
    Written next = plan;
    while (next != null && !plans.containsKey(next.id())) {
      if (!names.add(next.id())) {
        chain
            .getFirst()
            .baseFault("goes in a circle: %s → %s".formatted(String.join(" → ", names), next.id()));
        break;
      }
      chain.push(next);
      next = base(next, written);
    }
    while (!chain.isEmpty()) {
      Written each = chain.pop();
      PricingPlan base = each.base() == null ? null : plans.get(each.base().text());
      PricingPlan made = each.extending(base);
      if (length(made) > PricingPlan.CHAIN_MAX) {
        each.baseFault(
            "more than %d plans extend each other in a row".formatted(PricingPlan.CHAIN_MAX));
        made = each.extending(null);
      }
      plans.put(each.id(), made);
    }
  }

  private @Nullable Written base(Written plan, Map<String, Written> written) {
    YamlPart part = plan.base();
    if (part == null) {
      return null;
    }
    Written base = written.get(part.text());
    if (base == null && !part.text().isEmpty()) {
      declared.undeclared(part, part.text(), "plans", written.keySet());
    }
    return base;
  }

  private static int length(PricingPlan plan) {
    int length = 0;
    for (PricingPlan each = plan; each != null; each = each.base()) {
      length++;
    }
    return length;
  }

  private Map<String, PlanBudget> budgets(@Nullable YamlPart part) {
    return part == null
        ? Map.of()
        : Map.copyOf(Declared.byId(part.items(), this::budget, PlanBudget::id));
  }

  private PlanBudget budget(YamlPart part, Set<String> inUse) {
    YamlPart.Fields budget =
        part.fields(
            Set.of(
                "id",
                "scope",
                "measure",
                "window",
                "limit",
                "mode",
                "filters",
                "thresholds",
                "anchor_day"));
    String id = Declared.id(inUse, budget);
    String measure = budget.text("measure");
    YamlPart measured = budget.find("measure");
    if (measured != null && !measure.isEmpty() && !declared.isMeasure(measure)) {
      measured.fault(
          measure + " is no credit type, no meter, and neither requests nor open_reservations");
    }
    WindowKind window =
        budget
            .required("window")
            .map(word -> Scalars.word(word, WindowKind.values()))
            .orElse(WindowKind.LIFETIME);
    if (measure.equals(Quantities.OPEN_RESERVATIONS) && window != WindowKind.LIFETIME) {
      budget
          .required("window")
          .ifPresent(
              word ->
                  word.faultSince(
                      "is %s; of open_reservations it has to be lifetime: what is open at one time has no window"
                          .formatted(word.text())));
    }
    Declared.Only only = declared.only(budget.find("filters"));
    return new PlanBudget(
        id,
        scope(budget),
        measure,
        window,
        declared.limit(budget, measure),
        Scalars.word(budget.find("mode"), Budget.Mode.values(), Budget.Mode.HARD),
        only.features(),
        only.models(),
        thresholds(budget.find("thresholds")),
        Scalars.whole(
            budget.find("anchor_day"),
            1,
            window == WindowKind.WEEK ? DAYS_OF_WEEK : DAYS_OF_MONTH_MAX,
            1));
  }

  /** A plan does not know the units of those who subscribe to it. */
  private static Scope scope(YamlPart.Fields budget) {
    String type =
        budget.required("scope").map(part -> part.fields(Set.of("type")).text("type")).orElse("");
    boolean eachUser = type.equals("each_user");
    if (!type.isEmpty() && !eachUser && !type.equals("org")) {
      budget
          .required("scope")
          .ifPresent(part -> part.fault(type + " is unknown; known are [org, each_user]"));
    }
    return new Scope(eachUser ? Scope.Type.EACH_USER : Scope.Type.ORG, null, null);
  }

  private static List<Integer> thresholds(@Nullable YamlPart part) {
    if (part == null) {
      return Budget.THRESHOLDS_DEFAULT;
    }
    Set<Integer> percent = new TreeSet<>();
    for (YamlPart item : part.items()) {
      percent.add(Scalars.whole(item, 1, Budget.THRESHOLD_MAX, 1));
    }
    if (percent.size() > THRESHOLDS_MAX) {
      part.fault("has %d; at most %d are accepted".formatted(percent.size(), THRESHOLDS_MAX));
    }
    return List.copyOf(percent);
  }

  /** All add-ons; plans are known by now. */
  Map<String, AddOn> addOns(List<YamlPart> parts) {
    return Declared.byId(parts, this::addOn, AddOn::id);
  }

  private AddOn addOn(YamlPart part, Set<String> inUse) {
    YamlPart.Fields fields = part.fields(Set.of("id", "name", "plans", "entitlements", "grants"));
    return new AddOn(
        Declared.id(inUse, fields),
        fields.text("name"),
        Scalars.names(fields.find("plans"), declared::plan),
        entitlements.read(fields.find("entitlements")),
        grants.read(fields.find("grants")));
  }
}
