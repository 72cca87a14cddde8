package dev.bursar.projections.usage;

import static java.util.Comparator.comparing;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Adds up single events, for what no sums tell. */
final class SummedEvents {

  /**
   * All events of a time, in one scan, of which several processes may do a part: so there is
   * nothing joined to tell the stretches apart, and a meter is a column.
   */
  private static final String OF_EVENTS =
      """
      select %1$s, %2$scoalesce(sum(d.charged), 0), count(*) filter (where d.allowed),
        count(*) filter (where not d.allowed)%3$s
      from usage_event d%4$s
      where d.org = :org and d.counted_at >= :from and d.counted_at < :to and %5$s%6$s
      group by %7$s
      """;

  private static final String METER =
      """
      , sum(cast(coalesce(d.used, d.usage) ->> :meter%1$d as bigint))
        filter (where d.outcome in ('committed', 'late'))
      """;

  private static final String METERS =
      """
      select distinct meter from usage_day_meter
      where org = :org and day >= :from and day <= :to order by 1
      """;

  /**
   * Each stretch is looked up by itself, {@code offset 0} sees to that: a join reads all of a
   * month's partition, and leaves out what does not belong to them.
   */
  static final String OF_FEW_EVENTS =
      """
      from %s cross join lateral (
        select * from usage_event d
        where d.org = :org and d.counted_at >= s.f and d.counted_at < s.t offset 0) d
      """;

  /**
   * Nobody knows how many groups there are of words that come as they please: sorting all events
   * for them takes longer by far than a table of them that is larger than was thought.
   */
  private static final String FOR_SCANS =
      """
      select set_config('enable_sort', 'off', true), set_config('work_mem', '32MB', true),
        set_config('plan_cache_mode', 'force_custom_plan', true)
      """;

  /** All events of so much time are scanned; of less, they are looked up. */
  private static final Duration LONG = Duration.ofDays(1);

  /** What was withdrawn before anybody was answered was never decided. */
  private static final String DECIDED = "(d.allowed or d.denials <> '{}')";

  private final Handle handle;
  private final String org;
  private final Map<Dimension, String> filter;
  private final int groupedBy;
  private final SummedNames names;
  private final Summed summed;

  /**
   * @param groupedBy by how many dimensions they are grouped
   * @param names what they are called so that they are grouped as sums are
   * @param summed to what they are added
   */
  SummedEvents(
      Handle handle,
      String org,
      Map<Dimension, String> filter,
      int groupedBy,
      SummedNames names,
      Summed summed) {
    this.handle = handle;
    this.org = org;
    this.filter = filter;
    this.groupedBy = groupedBy;
    this.names = names;
    this.summed = summed;
  }

  /** Whether adding up events of these parts takes more than looking some up. */
  static boolean areMany(List<Coverage.Part> parts) {
    return runs(parts).stream().anyMatch(SummedEvents::isLong);
  }

  /**
   * Adds what no sums tell, of any number of events. Nothing else is to be read in the transaction
   * afterwards.
   */
  void add(List<Coverage.Part> parts) {
    List<List<Coverage.Part>> runs = runs(parts);
    List<Coverage.Part> few =
        runs.stream().filter(run -> !isLong(run)).flatMap(List::stream).toList();
    if (!few.isEmpty()) {
      addFew(few);
    }
    List<List<Coverage.Part>> many = runs.stream().filter(SummedEvents::isLong).toList();
    if (!many.isEmpty()) {
      handle.execute(FOR_SCANS);
      many.forEach(this::addAll);
    }
  }

  private static boolean isLong(List<Coverage.Part> run) {
    Span span = spanOf(run);
    return Duration.between(span.from(), span.to()).compareTo(LONG) >= 0;
  }

  /** Those that follow on each other, together. */
  private static List<List<Coverage.Part>> runs(List<Coverage.Part> parts) {
    List<List<Coverage.Part>> runs = new ArrayList<>();
    for (Coverage.Part part :
        parts.stream().sorted(comparing(each -> each.span().from())).toList()) {
      if (runs.isEmpty() || !runs.getLast().getLast().span().to().equals(part.span().from())) {
        runs.add(new ArrayList<>());
      }
      runs.getLast().add(part);
    }
    return runs;
  }

  private static Span spanOf(List<Coverage.Part> run) {
    return new Span(run.getFirst().span().from(), run.getLast().span().to());
  }

  /**
   * Adds all events of parts that follow on each other.
   *
   * @param parts in order, each beginning where the one before ends; at least one
   */
  private void addAll(List<Coverage.Part> parts) {
    Span span = spanOf(parts);
    List<String> meters = meters(span);
    Query query = ofEvents("", parts, span, meters).bind("limit", summed.limit());
    int next = groupedBy + 3;
    query
        .map((rs, context) -> Map.entry(summed.key(rs), usage(rs, next, meters)))
        .forEach(
            each ->
                summed.add(
                    each.getKey().in(parts.get(each.getKey().stretch()).stretch()),
                    each.getValue()));
    summed.demandNotTooMany();
  }

  /**
   * The query of events, in one scan.
   *
   * @param before goes in front of it, such as {@code explain}
   */
  Query ofEvents(String before, List<Coverage.Part> parts, Span span, List<String> meters) {
    // A portal that is read a few rows at a time is run by one process: no fetch size here.
    String stretch =
        parts.size() == 1 ? "0" : "width_bucket(d.counted_at, cast(:starts as timestamptz[]))";
    String sql =
        OF_EVENTS.formatted(
            stretch,
            summed.columns(names::column),
            IntStream.range(0, meters.size())
                .mapToObj(METER::formatted)
                .collect(Collectors.joining()),
            names.joins(),
            DECIDED,
            names.conditions(filter),
            summed.positions(""));
    Query query =
        Dimensions.bind(handle.createQuery(before + sql + Summed.LIMIT), filter)
            .bind("org", org)
            .bind("from", span.from().atOffset(ZoneOffset.UTC))
            .bind("to", span.to().atOffset(ZoneOffset.UTC));
    if (parts.size() > 1) {
      query.bindArray(
          "starts",
          String.class,
          parts.stream().skip(1).map(part -> part.span().from().toString()).toList());
    }
    for (int i = 0; i < meters.size(); i++) {
      query.bind("meter" + i, meters.get(i));
    }
    return query;
  }

  private List<String> meters(Span span) {
    return handle
        .createQuery(METERS)
        .bind("org", org)
        .bind("from", LocalDate.ofInstant(span.from(), ZoneOffset.UTC))
        .bind("to", LocalDate.ofInstant(span.to(), ZoneOffset.UTC))
        .mapTo(String.class)
        .list();
  }

  private static Usage usage(ResultSet rs, int first, List<String> meters) throws SQLException {
    Map<String, BigDecimal> units = new TreeMap<>();
    for (int i = 0; i < meters.size(); i++) {
      BigDecimal of = rs.getBigDecimal(first + 3 + i);
      if (of != null) {
        units.put(meters.get(i), of);
      }
    }
    return new Usage(rs.getBigDecimal(first), rs.getLong(first + 1), rs.getLong(first + 2), units);
  }

  /** Adds what small parts of a time hold. */
  private void addFew(List<Coverage.Part> parts) {
    String time = "timestamptz 'epoch' + %s * interval '1 microsecond'";
    String from =
        OF_FEW_EVENTS.formatted(Summed.PARTS.formatted(time.formatted("f"), time.formatted("t")));
    String where = " where " + DECIDED + names.conditions(filter);
    ToLongFunction<Instant> number = at -> ChronoUnit.MICROS.between(Instant.EPOCH, at);
    Query counts =
        summed.bind(
            "select s.stretch, "
                + summed.columns(names::column)
                + "coalesce(sum(d.charged), 0), count(*) filter (where d.allowed),"
                + " count(*) filter (where not d.allowed) "
                + from
                + names.joins()
                + where
                + " group by "
                + summed.positions("")
                + Summed.LIMIT,
            parts,
            number);
    Query meters =
        summed.bind(
            "select s.stretch, "
                + summed.columns(names::column)
                + "m.key, sum(m.value::numeric) "
                + from
                + names.joins()
                + " cross join lateral jsonb_each_text(coalesce(d.used, d.usage)) m"
                + where
                + " and d.outcome in ('committed', 'late') group by "
                + summed.positions(", m.key"),
            parts,
            number);
    summed.add(Dimensions.bind(counts, filter), Dimensions.bind(meters, filter));
  }
}
