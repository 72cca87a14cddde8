package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an org has to tell of its settings, and of what it has by name, at any moment. */
final class NaiveListing {

  /**
   * What there is at one moment.
   *
   * @param settings null while there is no such org
   * @param overrides by name, the last that was set last
   * @param freezes by whom they are of
   */
  record Picture(
      @Nullable OrgSettings settings,
      Map<String, Unit> units,
      Map<String, WalletOwner> wallets,
      TreeMap<String, Budget> budgets,
      LinkedHashMap<String, LimitOverride> overrides,
      Map<Scope, Freeze> freezes) {

    static final Picture NOTHING =
        new Picture(null, Map.of(), Map.of(), new TreeMap<>(), new LinkedHashMap<>(), Map.of());

    private Picture copy(@Nullable OrgSettings now) {
      return new Picture(
          now,
          new HashMap<>(units),
          new HashMap<>(wallets),
          new TreeMap<>(budgets),
          new LinkedHashMap<>(overrides),
          new HashMap<>(freezes));
    }

    /** Whether there was such an org by then, and that is what it is to tell. */
    boolean isTold(OrgReply told) {
      return settings != null
          && switch (told) {
            case OrgReply.Settings it -> it.settings().equals(settings);
            case OrgReply.Units it ->
                it.units().size() == units.size()
                    && it.units().stream().allMatch(each -> each.equals(units.get(each.id())));
            case OrgReply.Wallets it -> it.wallets().equals(wallets);
            case OrgReply.OverrideList it ->
                it.overrides().equals(List.copyOf(overrides.values()))
                    && it.freezes().size() == freezes.size()
                    && Set.copyOf(it.freezes()).equals(Set.copyOf(freezes.values()));
            case OrgReply other -> false;
          };
    }

    /** Whether that is a page of its budgets: so many of those whose names follow on this. */
    boolean isTold(OrgReply.BudgetPage told, @Nullable String after, int limit) {
      List<Budget> rest =
          budgets.values().stream()
              .filter(each -> after == null || each.id().compareTo(after) > 0)
              .toList();
      return settings != null
          && told.budgets().equals(rest.subList(0, Math.min(limit, rest.size())))
          && told.hasMore() == (rest.size() > limit);
    }

    /** What is over is told no more once something else is set. */
    private void drop(Instant at) {
      overrides.values().removeIf(each -> !at.isBefore(each.until()));
      freezes.values().removeIf(each -> each.until() != null && !at.isBefore(each.until()));
    }
  }

  private final TreeMap<Long, Picture> past = new TreeMap<>(Map.of(0L, Picture.NOTHING));

  /** The last that was decided of each reservation, from each moment on. */
  private final Map<String, TreeMap<Long, OrgEvent>> decided = new LinkedHashMap<>();

  /** Until when each open lease is out, from each moment on. */
  private final Map<String, TreeMap<Long, Instant>> until = new HashMap<>();

  /** Takes in what has happened in the org. */
  void take(OrgEvent event, long moment) {
    switch (event) {
      case OrgEvent.ReservationBegun it -> {
        decide(it.plan().reservation(), it, moment);
        isOut(it.plan().reservation(), it.plan().leaseUntil(), moment);
      }
      case OrgEvent.ReservationDenied it -> decide(it.plan().reservation(), it, moment);
      case OrgEvent.ReservationBarred it -> decide(it.reservation(), it, moment);
      case OrgEvent.ReservationTakenOver it -> {}
      case OrgEvent.ReservationSettled it when it.closure().kind() == Closure.Kind.SHRUNK -> {}
      case OrgEvent.ReservationSettled it -> {
        if (it.closure().kind() == Closure.Kind.ADDED && isOpen(it.closure().reservation())) {
          isOut(it.closure().lease(), out(it.closure().reservation(), moment), moment);
        }
        if (isOpen(it.closure().reservation())) {
          decide(it.closure().reservation(), it, moment);
        }
        // What was barred after it had ended stays so, though it is committed late.
      }
      case OrgEvent other -> govern(other, moment);
    }
  }

  /** A lease is out until then, if not for longer by what was added to it before. */
  private void isOut(@Nullable String lease, @Nullable Instant then, long moment) {
    if (lease != null && then != null && isOpen(lease)) {
      Instant before = out(lease, moment);
      until
          .computeIfAbsent(lease, l -> new TreeMap<>())
          .put(moment, before != null && before.isAfter(then) ? before : then);
    }
  }

  private @Nullable Instant out(String lease, long moment) {
    Map.Entry<Long, Instant> last = until.getOrDefault(lease, new TreeMap<>()).floorEntry(moment);
    return last == null ? null : last.getValue();
  }

  private boolean isOpen(String reservation) {
    TreeMap<Long, OrgEvent> all = decided.get(reservation);
    return all != null && all.lastEntry().getValue() instanceof OrgEvent.ReservationBegun;
  }

  private void govern(OrgEvent event, long moment) {
    Picture before = past.lastEntry().getValue();
    Picture now =
        before.copy(event instanceof OrgEvent.OrgPut it ? it.settings() : before.settings);
    switch (event) {
      case OrgEvent.UnitPut it -> now.units.put(it.unit().id(), it.unit());
      case OrgEvent.UnitRemoved it -> now.units.remove(it.unit());
      case OrgEvent.WalletPut it -> now.wallets.put(it.wallet(), it.owner());
      case OrgEvent.BudgetPut it -> now.budgets.put(it.budget().id(), it.budget());
      case OrgEvent.BudgetRemoved it -> now.budgets.remove(it.budget());
      case OrgEvent.OverridePut it -> {
        now.drop(it.at());
        now.overrides.remove(it.override().id());
        now.overrides.put(it.override().id(), it.override());
      }
      case OrgEvent.OverrideRemoved it -> now.overrides.remove(it.override());
      case OrgEvent.Frozen it -> {
        now.drop(it.at());
        now.freezes.put(it.freeze().scope(), it.freeze());
      }
      case OrgEvent.Unfrozen it -> now.freezes.remove(it.scope());
      case OrgEvent other -> {}
    }
    if (!now.equals(before)) {
      past.put(moment, now);
    }
  }

  private static boolean isLike(Plan told, Plan plan) {
    return told.reservation().equals(plan.reservation())
        && told.request().equals(plan.request())
        && told.wallet().equals(plan.wallet())
        && told.creditType().equals(plan.creditType())
        && told.amount().equals(plan.amount())
        && told.limits().equals(plan.limits())
        && told.teamLimits().equals(plan.teamLimits())
        && told.actor().equals(plan.actor())
        && told.departments().equals(plan.departments())
        && Objects.equals(told.madeAt(), plan.madeAt())
        && Objects.equals(told.countsAt(), plan.countsAt());
  }

  private void decide(String reservation, OrgEvent event, long moment) {
    decided.computeIfAbsent(reservation, r -> new TreeMap<>()).put(moment, event);
  }

  /** All that there was from a moment on. */
  List<Picture> since(long moment) {
    return List.copyOf(past.tailMap(past.floorKey(moment), true).values());
  }

  /** What there was at a moment. */
  Picture at(long moment) {
    return Objects.requireNonNull(past.floorEntry(moment)).getValue();
  }

  /** All that was ever decided of. */
  List<String> reservations() {
    return List.copyOf(decided.keySet());
  }

  /**
   * Whether that is what was decided of a reservation, at a moment.
   *
   * @param isForgotten whether it may not be known any more that it was denied, or barred
   */
  boolean isFound(String reservation, @Nullable OrgReply told, boolean isForgotten, long moment) {
    TreeMap<Long, OrgEvent> all = decided.getOrDefault(reservation, new TreeMap<>());
    Map.Entry<Long, OrgEvent> last = all.floorEntry(moment);
    return switch (last == null ? null : last.getValue()) {
      case OrgEvent.ReservationBegun it ->
          told instanceof OrgReply.Begun begun
              && isLike(begun.plan(), it.plan())
              && Objects.equals(begun.plan().leaseUntil(), out(reservation, moment));
      case OrgEvent.ReservationDenied it ->
          told == null
              ? isForgotten
              : told instanceof OrgReply.Denied denied
                  && isLike(denied.plan(), it.plan())
                  && denied.denials().equals(it.denials());
      case OrgEvent.ReservationBarred it ->
          told == null ? isForgotten : told instanceof OrgReply.Barred;
      // How it has ended is told by its wallet.
      case null, default -> told == null;
    };
  }
}
