package dev.bursar.domain.usage;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetPreview;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.operation.Place;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads what was decided and used, from the read model. */
public interface UsageQueries {

  /**
   * What sums call features and models that are too many for sums of their own: all but the first
   * of an org and UTC day. Events have their own.
   */
  String OTHER = "(other)";

  /** What usage can be grouped and filtered by. */
  enum Dimension {
    DEPARTMENT,
    TEAM,
    USER,
    PRODUCT,
    COST_CENTER,
    AGENT,
    FEATURE,
    MODEL,
    SESSION,
    WALLET;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How long the stretches are that usage is summed over. */
  enum Interval {
    HOUR,
    DAY,
    WEEK,
    MONTH;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is asked.
   *
   * @param from decided at or after
   * @param to decided before
   * @param filter only what has these; a department has all that lies below it
   * @param groupBy a row for each combination of these
   * @param interval a row for each of these stretches; null for one over all
   * @param zone whose calendar the stretches follow
   */
  record Question(
      Instant from,
      Instant to,
      Map<Dimension, String> filter,
      List<Dimension> groupBy,
      @Nullable Interval interval,
      ZoneId zone) {}

  /**
   * What was used.
   *
   * @param start when the stretch began; null without an interval
   * @param group what the row is grouped by; null stands for none
   * @param creditType the credit type
   * @param credits what was charged
   * @param requests how many were allowed
   * @param denied how many were denied
   * @param meters units by meter, of what has run
   */
  record Row(
      @Nullable Instant start,
      Map<Dimension, @Nullable String> group,
      String creditType,
      BigDecimal credits,
      long requests,
      long denied,
      Map<String, BigDecimal> meters) {}

  /** The rows, by start and group. */
  record Usage(List<Row> rows, Freshness freshness) {}

  /**
   * Which single events are asked for.
   *
   * @param from counted at or after
   * @param to counted before
   * @param filter only what has these; a department has all that lies below it
   * @param decision only what was decided so; null for all
   * @param outcome only what became this; null for all
   */
  record EventFilter(
      Instant from,
      Instant to,
      Map<Dimension, String> filter,
      UsageEvent.@Nullable Decision decision,
      UsageEvent.@Nullable Outcome outcome) {}

  /**
   * The events, the newest first. If they are few among many, a page may have less than it could,
   * or none at all, and others follow.
   *
   * @param next the place after which the next page begins, be there an event or not; null if this
   *     is the last
   */
  record EventPage(List<UsageEvent> events, UsageEvent.@Nullable Key next, Freshness freshness) {}

  /** A threshold that was reached. */
  record Alert(AlertKey key, ThresholdAlert threshold) {}

  /** The alerts, the newest first. */
  record AlertPage(List<Alert> alerts, boolean hasMore, Freshness freshness) {}

  /** What limits would have done. */
  record Previewed(BudgetPreview.Result result, Freshness freshness) {}

  /**
   * What was used in an org. Decisions and what became of them count where they were decided. Fails
   * with {@link Unanswerable} if some of it is no longer kept, or the rows would be too many.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<Usage> usage(String org, Question question, boolean fresh);

  /**
   * Single events, the newest first. What was withdrawn before anybody was answered is not among
   * them. Fails with {@link Unanswerable} if some of them are no longer kept.
   *
   * @param after the place that the page before named; null for the newest. Pages that follow on
   *     each other show no event twice, and miss none, however many come in meanwhile
   * @param limit how many at most, 1 or more
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<EventPage> events(
      String org, EventFilter filter, UsageEvent.@Nullable Key after, int limit, boolean fresh);

  /**
   * Sees to it that all events of a period are kept. Fails with {@link Unanswerable} if there were
   * some that no longer are.
   *
   * @param org whose; null for everybody's
   * @param to exclusive
   */
  CompletionStage<?> demandEvents(@Nullable String org, Instant from, Instant to);

  /**
   * All such events, the newest first, for whoever takes them along. Fails as {@link #events} does,
   * and with {@link dev.bursar.domain.export.TooManyExports}.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<Export<UsageEvent>> export(String org, EventFilter filter, boolean fresh);

  /** Where in the org's journal the decision about a reservation stands. */
  CompletionStage<Optional<Place>> decision(String org, String reservation);

  /**
   * What would have counted against a budget in a window, of what had ended before a place in the
   * org's journal. Waits until all that was in the journal when it was asked can be seen.
   */
  CompletionStage<List<OpeningCount>> usedBefore(
      String org, Budget budget, Window window, Place before);

  /**
   * What these reservations come to against a budget: of each that has ended. Waits as {@link
   * #usedBefore} does.
   */
  CompletionStage<Map<String, Credits>> used(
      String org, Budget budget, Collection<String> reservations);

  /** What a budget would have done to what was decided in a stretch of time. */
  CompletionStage<Previewed> preview(String org, Budget budget, Instant from, Instant to);

  /**
   * The thresholds that were reached, the newest first.
   *
   * @param before only those before this one; null for the newest
   */
  CompletionStage<AlertPage> alerts(String org, @Nullable AlertKey before, int limit);
}
