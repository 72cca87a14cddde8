package dev.bursar.projections.usage;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.projections.journal.OrgRows;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What counts against a budget in a window, of what had ended before a place in the org's journal.
 * Credits are taken from sums, less what has ended since, which the journal's last rows tell; all
 * else from single events.
 */
final class UsedBefore {

  /** What is reported late may count now, and has used up nothing of a rate. */
  private static final String RAN_THEN = " and (d.happened_at is null or d.happened_at >= :from)";

  private static final String BEFORE =
      " and (d.ended_sequence, d.ended_index) < (:sequence, :index)";
  private static final String SINCE =
      " and (d.ended_sequence, d.ended_index) >= (:sequence, :index)"
          + " and d.reservation = any(:reservations)"
          + " and hashtextextended(d.reservation, 0) in"
          + " (select hashtextextended(r, 0) from unnest(:reservations) r)";

  /** Beyond so many rows of the journal since then, events are read. */
  private static final int ROWS_SINCE_MAX = 5_000;

  private static final int DECIMALS = 6;

  /** What sums are asked for. */
  private record Try(Span span, boolean onlySums) {}

  private final Handle handle;
  private final String org;
  private final Budget budget;
  private final Window window;
  private final Place before;
  private final CountedBy counted;

  UsedBefore(Handle handle, String org, Budget budget, Window window, Place before) {
    this.handle = handle;
    this.org = org;
    this.budget = budget;
    this.window = window;
    this.before = before;
    this.counted = new CountedBy(budget);
  }

  /**
   * By member: for a default the user, else empty.
   *
   * @param kept what is kept of the org's usage; what is not, does not count
   * @param rowsMax how many members may be summed up at once
   * @param mayScan whether it may take many single events
   * @throws TakesEvents if it may take many, and may not
   */
  List<OpeningCount> counts(Kept kept, int rowsMax, boolean mayScan) {
    Map<String, BigDecimal> used =
        bySums(kept, rowsMax, mayScan)
            .orElseGet(
                () -> {
                  if (!mayScan) {
                    throw new TakesEvents();
                  }
                  return events(BEFORE, null);
                });
    return used.entrySet().stream()
        .map(each -> new OpeningCount(each.getKey(), window.start(), credits(each.getValue())))
        .filter(count -> count.used().isPositive())
        .toList();
  }

  /** In millionths; empty if sums do not tell. */
  private Optional<Map<String, BigDecimal>> bySums(Kept kept, int rowsMax, boolean mayScan) {
    Map<Dimension, String> filter = filter();
    if (filter == null) {
      return Optional.empty();
    }
    Optional<List<String>> since =
        OrgRows.reservations(handle, org, before.sequence(), ROWS_SINCE_MAX);
    if (since.isEmpty()) {
      return Optional.empty();
    }
    boolean byUser = budget.scope().isDefault();
    List<Row> rows = sums(filter, kept, rowsMax, mayScan);
    if (rows == null) {
      return Optional.empty();
    }
    Map<String, BigDecimal> used = new HashMap<>();
    for (Row row : rows) {
      // Of a meter, only those count that asked for it.
      if (row.meters().containsKey(budget.measure())) {
        return Optional.empty();
      }
      String member = byUser ? row.group().get(Dimension.USER) : "";
      if (member != null && row.creditType().equals(budget.measure())) {
        used.merge(member, row.credits().movePointRight(DECIMALS), BigDecimal::add);
      }
    }
    events(SINCE, since.get())
        .forEach((member, later) -> used.merge(member, later.negate(), BigDecimal::add));
    return Optional.of(used);
  }

  /**
   * Sums of the window; where what its edges take is gone, those of its UTC hours, else of its UTC
   * days, as far as they are kept: rather too much than too little. Of a feature or a model, what
   * was among others on a day whose events are gone is left out. Null if they do not tell.
   */
  private @Nullable List<Row> sums(
      Map<Dimension, String> filter, Kept kept, int rowsMax, boolean mayScan) {
    Instant start = window.start();
    Instant end = window.end();
    Span days =
        new Span(kept.daysWithin(start.truncatedTo(ChronoUnit.DAYS)), endOf(ChronoUnit.DAYS, end));
    for (Try each :
        List.of(
            new Try(new Span(start, end), false),
            new Try(
                new Span(start.truncatedTo(ChronoUnit.HOURS), endOf(ChronoUnit.HOURS, end)), false),
            new Try(days, false),
            new Try(days, true))) {
      try {
        return sums(each, filter, kept, rowsMax, mayScan);
      } catch (Unanswerable e) {
        if (e.reason() != Unanswerable.Reason.NOT_KEPT) {
          return null;
        }
      }
    }
    return null;
  }

  private List<Row> sums(
      Try each, Map<Dimension, String> filter, Kept kept, int rowsMax, boolean mayScan) {
    List<Dimension> groups = budget.scope().isDefault() ? List.of(Dimension.USER) : List.of();
    return UsageRows.of(
        handle,
        org,
        new Question(each.span.from(), each.span.to(), filter, groups, null, ZoneOffset.UTC),
        kept,
        rowsMax,
        mayScan,
        each.onlySums);
  }

  private static Instant endOf(ChronoUnit unit, Instant at) {
    Instant begin = at.truncatedTo(unit);
    return begin.equals(at) ? at : begin.plus(1, unit);
  }

  /** What sums are filtered by; null if there are none of what the budget counts. */
  private @Nullable Map<Dimension, String> filter() {
    boolean byWords = !budget.features().isEmpty() || !budget.models().isEmpty();
    if (budget.window().boundsRate()
        || counted.isOwn()
        || budget.features().size() > 1
        || budget.models().size() > 1) {
      return null;
    }
    Scope scope = budget.scope();
    Map<Dimension, String> filter = new EnumMap<>(Dimension.class);
    Dimension dimension =
        switch (scope.type()) {
          case ORG, EACH_USER, EACH_MEMBER -> null;
          case TEAM -> Dimension.TEAM;
          case DEPARTMENT -> Dimension.DEPARTMENT;
          case PRODUCT -> Dimension.PRODUCT;
          case COST_CENTER -> Dimension.COST_CENTER;
          case AGENT -> Dimension.AGENT;
          case USER -> Dimension.USER;
        };
    boolean ofUsers = scope.isDefault() || dimension == Dimension.USER;
    if (ofUsers && byWords) {
      return null;
    }
    if (dimension != null && scope.id() != null) {
      filter.put(dimension, scope.id());
    }
    if (scope.team() != null) {
      filter.put(Dimension.TEAM, scope.team());
    }
    budget.features().forEach(feature -> filter.put(Dimension.FEATURE, feature));
    budget.models().forEach(model -> filter.put(Dimension.MODEL, model));
    return filter;
  }

  /** By single events, in millionths. */
  private Map<String, BigDecimal> events(String ended, @Nullable List<String> reservations) {
    Query query =
        counted
            .bind(
                handle.createQuery(
                    "select "
                        + counted.member()
                        + ", sum("
                        + counted.used()
                        + ") from usage_event d where "
                        + counted.condition()
                        + " and d.allowed and d.counted_at >= :from and d.counted_at < :to"
                        + (budget.window().boundsRate() ? RAN_THEN : "")
                        + ended
                        + " group by 1"),
                org)
            .bind("from", utc(window.start()))
            .bind("to", utc(window.end()))
            .bind("sequence", before.sequence())
            .bind("index", before.index());
    if (reservations != null) {
      query.bindArray("reservations", String.class, reservations);
    }
    Map<String, BigDecimal> used = new HashMap<>();
    query
        .map((rs, context) -> Map.entry(rs.getString(1), rs.getBigDecimal(2)))
        .forEach(each -> used.put(each.getKey(), each.getValue()));
    return used;
  }

  /** More than can be counted is as much as can be counted. */
  private static Credits credits(BigDecimal micros) {
    return micros.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0
        ? new Credits(Long.MAX_VALUE)
        : new Credits(micros.longValue());
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
