package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.projections.usage.Summed.Key;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Answers questions about usage: from sums where they are enough, else from single events. */
final class UsageRows {

  private static final int DECIMALS = 6;
  private static final String BOUNDS = "select min(day), max(day) from usage_day where org = :org";

  /** As many as it takes a second or two to look up. */
  private static final long FEW = 100_000;

  private static final String EVENTS_OF_USER =
      """
      select coalesce(sum(d.requests + d.denied), 0)
      from generate_series(cast(:from as date), cast(:to as date), interval '1 day') s
      cross join lateral (
        select * from usage_user_day d
        where d.org = :org and d.day = cast(s as date) and d.user_id = :user offset 0) d
      """;

  private static final Comparator<@Nullable String> ABSENT_LAST =
      Comparator.nullsLast(Comparator.naturalOrder());

  /** Of users, sums are kept by what they are asked for by. */
  private static final Set<Dimension> SUMMED_BY_USER =
      EnumSet.of(Dimension.USER, Dimension.TEAM, Dimension.DEPARTMENT);

  private UsageRows() {}

  /**
   * The answer.
   *
   * @param kept what is kept of the org's usage
   * @param rowsMax how many rows it may have
   * @param mayScan whether it may take many single events
   * @throws TakesEvents if it takes many single events, and may not
   * @throws dev.bursar.domain.usage.Unanswerable if it would have more, or some of what it takes is
   *     no longer kept
   */
  static List<Row> of(
      Handle handle, String org, Question question, Kept kept, int rowsMax, boolean mayScan) {
    return of(handle, org, question, kept, rowsMax, mayScan, false);
  }

  /**
   * The same.
   *
   * @param onlySums of days on which what is asked for by name may be among others, only what sums
   *     have under its name: events of that need not be kept
   */
  static List<Row> of(
      Handle handle,
      String org,
      Question question,
      Kept kept,
      int rowsMax,
      boolean mayScan,
      boolean onlySums) {
    Span asked = new Span(question.from(), question.to());
    kept.demandDays(asked);
    Optional<Span> known = known(handle, org);
    if (known.isEmpty()) {
      return List.of();
    }
    Span span = asked.intersect(known.get());
    List<Span> stretches =
        question.interval() == null
            ? List.of(span)
            : new Stretches(question.interval(), question.zone()).in(span);
    List<Span> parts = stretches.stream().map(span::intersect).toList();
    Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
    dimensions.addAll(question.groupBy());
    dimensions.addAll(question.filter().keySet());
    Others others = Others.of(handle, org, question, span);
    Summed summed = new Summed(handle, org, question.filter(), question.groupBy(), rowsMax);
    SummedEvents events =
        new SummedEvents(
            handle, org, question.filter(), question.groupBy().size(), others.names(), summed);
    Coverage coverage;
    boolean ofUsers = false;
    if (dimensions.stream().allMatch(UsageRows::isSummed)) {
      coverage = Coverage.bySums(parts, onlySums ? Set.of() : others.unclear());
      kept.demandEvents(spans(coverage.events()));
      kept.demandHours(spans(coverage.hours()));
    } else {
      // Sums by user are kept for as long as events.
      kept.demandEvents(parts.stream().filter(part -> !part.isEmpty()).toList());
      ofUsers = SUMMED_BY_USER.containsAll(dimensions);
      coverage = ofUsers ? Coverage.byDays(parts) : Coverage.byEvents(parts);
    }
    if (!mayScan
        && SummedEvents.areMany(coverage.events())
        && !isOfFew(handle, org, question, span)) {
      throw new TakesEvents();
    }
    if (ofUsers) {
      summed.addDaysOfUsers(coverage.days());
    } else {
      summed.addDays(coverage.days());
      summed.addHours(coverage.hours());
    }
    events.add(coverage.events());
    return summed.sums().entrySet().stream()
        .filter(each -> each.getValue().requests() + each.getValue().denied() > 0)
        .sorted(Map.Entry.comparingByKey(UsageRows::compare))
        .map(each -> row(question, stretches, each.getKey(), each.getValue()))
        .toList();
  }

  /** Whether it is about one session, or a user who is not a busy one: an index finds those. */
  private static boolean isOfFew(Handle handle, String org, Question question, Span span) {
    String user = question.filter().get(Dimension.USER);
    return question.filter().containsKey(Dimension.SESSION)
        || (user != null && eventsOf(handle, org, user, span) <= FEW);
  }

  private static long eventsOf(Handle handle, String org, String user, Span span) {
    return handle
        .createQuery(EVENTS_OF_USER)
        .bind("org", org)
        .bind("user", user)
        .bind("from", LocalDate.ofInstant(span.from(), ZoneOffset.UTC))
        .bind("to", LocalDate.ofInstant(span.to(), ZoneOffset.UTC))
        .mapTo(Long.class)
        .one();
  }

  private static List<Span> spans(List<Coverage.Part> parts) {
    return parts.stream().map(Coverage.Part::span).toList();
  }

  /** From the first day to the last that anything is known of. */
  static Optional<Span> known(Handle handle, String org) {
    return handle
        .createQuery(BOUNDS)
        .bind("org", org)
        .map((rs, context) -> Optional.ofNullable(span(rs)))
        .one();
  }

  private static @Nullable Span span(ResultSet rs) throws SQLException {
    LocalDate first = rs.getObject(1, LocalDate.class);
    return first == null
        ? null
        : new Span(start(first), start(rs.getObject(2, LocalDate.class).plusDays(1)));
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** There are too many users and sessions for sums of each, with all else that they are for. */
  private static boolean isSummed(Dimension dimension) {
    return switch (dimension) {
      case USER, SESSION -> false;
      case DEPARTMENT, TEAM, PRODUCT, COST_CENTER, AGENT, FEATURE, MODEL, WALLET -> true;
    };
  }

  private static int compare(Key one, Key other) {
    int order = Integer.compare(one.stretch(), other.stretch());
    for (int i = 0; order == 0 && i < one.group().size(); i++) {
      order = ABSENT_LAST.compare(one.group().get(i), other.group().get(i));
    }
    return order == 0 ? one.creditType().compareTo(other.creditType()) : order;
  }

  private static Row row(Question question, List<Span> stretches, Key key, Usage usage) {
    Map<Dimension, @Nullable String> group = new LinkedHashMap<>();
    for (int i = 0; i < question.groupBy().size(); i++) {
      group.put(question.groupBy().get(i), key.group().get(i));
    }
    return new Row(
        question.interval() == null ? null : stretches.get(key.stretch()).from(),
        group,
        key.creditType(),
        usage.credits().movePointLeft(DECIMALS),
        usage.requests(),
        usage.denied(),
        usage.meters());
  }
}
