package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cap on what a scope may use in a window.
 *
 * @param id its name within the org
 * @param scope what it caps
 * @param measure what it counts: a credit type, a meter, or one of {@link Quantities}' own
 * @param window how long the limit counts
 * @param limit the most that may be used in a window, 0 or more, in the measure's own unit
 * @param mode what happens at the limit
 * @param features the features it counts; empty means all
 * @param models the models it counts; empty means all
 * @param thresholds percentages of the limit at which somebody wants to know, ascending
 * @param zone the time zone whose calendar its windows follow
 * @param anchorDay the day on which a window begins, see {@link WindowKind#containing}
 * @param since the row of the org's journal from which on it is counted, which tells its counts
 *     from those of an earlier budget of its name; null in early rows, and before it is drafted
 */
public record Budget(
    String id,
    Scope scope,
    String measure,
    WindowKind window,
    Credits limit,
    Mode mode,
    Set<String> features,
    Set<String> models,
    List<Integer> thresholds,
    ZoneId zone,
    int anchorDay,
    @Nullable Long since) {

  /** What the names of limits begin with that come from a plan. */
  public static final String OF_PLAN = "plan:";

  /** What the names of those begin with that a plan or an add-on allows of a feature. */
  public static final String OF_ALLOWANCE = OF_PLAN + "feature:";

  /** The thresholds of a budget that names none. */
  public static final List<Integer> THRESHOLDS_DEFAULT = List.of(50, 75, 90, 100);

  /** The highest threshold, in percent. */
  public static final int THRESHOLD_MAX = 1_000;

  /** A budget that is not counted yet. */
  public Budget(
      String id,
      Scope scope,
      String measure,
      WindowKind window,
      Credits limit,
      Mode mode,
      Set<String> features,
      Set<String> models,
      List<Integer> thresholds,
      ZoneId zone,
      int anchorDay) {
    this(
        id,
        scope,
        measure,
        window,
        limit,
        mode,
        features,
        models,
        thresholds,
        zone,
        anchorDay,
        null);
  }

  /** Whether it comes from a plan, and is none that the org has set. */
  public boolean isOfPlan() {
    return id.startsWith(OF_PLAN);
  }

  /** Whether it is what a plan or an add-on allows of a feature. */
  public boolean isAllowance() {
    return id.startsWith(OF_ALLOWANCE);
  }

  /** What happens at the limit. */
  public enum Mode {
    /** Requests beyond it are denied. */
    HARD,
    /** Requests beyond it are allowed, and somebody is told. */
    SOFT,
    /** Requests beyond it are allowed, and what would have been denied is recorded. */
    SHADOW
  }

  /** Whether work of this credit type, in these quantities, of this feature and model counts. */
  public boolean counts(
      String creditType, Quantities quantities, @Nullable String feature, @Nullable String model) {
    return countsMeasure(creditType, quantities)
        && (features.isEmpty() || (feature != null && features.contains(feature)))
        && (models.isEmpty() || (model != null && models.contains(model)));
  }

  /** Whether it counts work of this credit type, in these quantities, of some feature and model. */
  boolean countsMeasure(String creditType, Quantities quantities) {
    return measure.equals(creditType) || quantities.has(measure);
  }

  /** Whether its filters admit some work of this feature and model; null stands for any. */
  public boolean mayAdmit(@Nullable String feature, @Nullable String model) {
    return (features.isEmpty() || feature == null || features.contains(feature))
        && (models.isEmpty() || model == null || models.contains(model));
  }

  /** The same budget with another limit. */
  public Budget withLimit(Credits other) {
    return with(other, mode, since);
  }

  /** The same budget with another mode. */
  public Budget withMode(Mode other) {
    return with(limit, other, since);
  }

  /** The same budget, which denies nothing and alerts nobody. */
  public Budget countingOnly() {
    return new Budget(
        id,
        scope,
        measure,
        window,
        limit,
        Mode.SHADOW,
        features,
        models,
        List.of(),
        zone,
        anchorDay,
        since);
  }

  /** The same budget, counted from there on. */
  public Budget since(@Nullable Long row) {
    return with(limit, mode, row);
  }

  private Budget with(Credits otherLimit, Mode otherMode, @Nullable Long otherSince) {
    return new Budget(
        id,
        scope,
        measure,
        window,
        otherLimit,
        otherMode,
        features,
        models,
        thresholds,
        zone,
        anchorDay,
        otherSince);
  }

  /** Whether the other counts the very same, whatever its limit. */
  public boolean countsLike(Budget other) {
    return scope.equals(other.scope)
        && measure.equals(other.measure)
        && window == other.window
        && features.equals(other.features)
        && models.equals(other.models)
        && zone.equals(other.zone)
        && anchorDay == other.anchorDay;
  }

  /** The window that contains an instant. */
  public Window windowAt(Instant at) {
    return window.containing(at, zone, anchorDay);
  }
}
