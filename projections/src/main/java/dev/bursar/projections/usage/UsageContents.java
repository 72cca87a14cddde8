package dev.bursar.projections.usage;

import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/** All that the tables of usage hold of an org, for comparing it with what they are made of. */
public final class UsageContents {

  /**
   * A row of {@code usage_event}.
   *
   * @param ended where the org's journal has how it ended; null while it is open
   * @param cost what it came to, in micros, where the journal says that; else null
   */
  public record Stored(UsageEvent event, @Nullable Place ended, @Nullable Long cost) {}

  private static final int ROWS_AT_A_TIME = 500;
  private static final String EVENTS =
      "select %s from usage_event d where d.org = :org order by d.sequence, d.index"
          .formatted(EventRows.COLUMNS);

  /** What tells groups apart, as one text. */
  private static final String NAMES =
      """
      jsonb_build_array(d.team, d.departments, d.product, d.cost_center, d.agent, d.feature,
        d.model, d.wallet, d.credit_type)::text
      """;

  /** The same of an event, as sums call it. */
  private static final SummedNames AS_SUMS =
      new SummedNames(Set.of(Dimension.FEATURE, Dimension.MODEL));

  private static final String NAMES_OF_EVENTS =
      NAMES
          .replace("d.feature", AS_SUMS.column(Dimension.FEATURE))
          .replace("d.model", AS_SUMS.column(Dimension.MODEL));

  private static final String HOURS =
      """
      select 'the sums of ' || coalesce(e.at, r.at) || ' by hour for ' || coalesce(e.name, r.name),
        r.sums, e.sums
      from (
        select date_trunc('hour', d.counted_at, 'UTC') as at, %2$s as name,
          jsonb_build_array(coalesce(sum(d.charged), 0), count(*) filter (where d.allowed),
            count(*) filter (where not d.allowed)) as sums
        from usage_event d%3$s
        where d.org = :org and d.counted_at >= :since and (d.allowed or d.denials <> '{}')
        group by 1, 2) e
      full join (
        select r.hour as at, %1$s as name,
          jsonb_build_array(r.credits, r.requests, r.denied) as sums
        from usage_hour r left join usage_group d on d.id = r.group_id
        where r.org = :org and r.hour >= :since) r on r.at = e.at and r.name = e.name
      where r.sums is distinct from e.sums
      """
          .formatted(NAMES, NAMES_OF_EVENTS, AS_SUMS.joins());
  private static final String HOUR_METERS =
      """
      select 'the units of ' || coalesce(e.at, r.at) || ' by hour for ' || coalesce(e.name, r.name),
        r.sums, e.sums
      from (
        select date_trunc('hour', d.counted_at, 'UTC') as at, %2$s || ' ' || m.key as name,
          to_jsonb(sum(m.value::numeric)) as sums
        from usage_event d%3$s
        cross join lateral jsonb_each_text(coalesce(d.used, d.usage)) m
        where d.org = :org and d.counted_at >= :since and (d.allowed or d.denials <> '{}')
          and d.outcome in ('committed', 'late')
        group by 1, 2) e
      full join (
        select r.hour as at, %1$s || ' ' || r.meter as name, to_jsonb(r.units) as sums
        from usage_hour_meter r left join usage_group d on d.id = r.group_id
        where r.org = :org and r.hour >= :since) r on r.at = e.at and r.name = e.name
      where r.sums is distinct from e.sums
      """
          .formatted(NAMES, NAMES_OF_EVENTS, AS_SUMS.joins());
  private static final String NAMES_OF_USERS =
      """
      jsonb_build_array(coalesce(d.user_id, ''), d.team, d.departments, d.credit_type)::text
      """;
  private static final String USER_DAYS =
      """
      select 'the sums of ' || coalesce(e.day, r.day) || ' by user for '
        || coalesce(e.name, r.name), r.sums, e.sums
      from (
        select cast(d.counted_at at time zone 'UTC' as date) as day, %1$s as name,
          jsonb_build_array(coalesce(sum(d.charged), 0), count(*) filter (where d.allowed),
            count(*) filter (where not d.allowed)) as sums
        from usage_event d
        where d.org = :org and d.counted_at >= :since and (d.allowed or d.denials <> '{}')
        group by 1, 2) e
      full join (
        select d.day, %1$s as name, jsonb_build_array(d.credits, d.requests, d.denied) as sums
        from usage_user_day d where d.org = :org
          and d.day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date)) r
        on r.day = e.day and r.name = e.name
      where r.sums is distinct from e.sums
      """
          .formatted(NAMES_OF_USERS);
  private static final String USER_DAY_METERS =
      """
      select 'the units of ' || coalesce(e.day, r.day) || ' by user for '
        || coalesce(e.name, r.name), r.sums, e.sums
      from (
        select cast(d.counted_at at time zone 'UTC' as date) as day,
          %1$s || ' ' || m.key as name, to_jsonb(sum(m.value::numeric)) as sums
        from usage_event d, jsonb_each_text(coalesce(d.used, d.usage)) m
        where d.org = :org and d.counted_at >= :since and (d.allowed or d.denials <> '{}')
          and d.outcome in ('committed', 'late')
        group by 1, 2) e
      full join (
        select d.day, %1$s || ' ' || m.key as name, m.value as sums
        from usage_user_day d, jsonb_each(d.meters) m where d.org = :org
          and d.day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date)) r
        on r.day = e.day and r.name = e.name
      where r.sums is distinct from e.sums
      """
          .formatted(NAMES_OF_USERS);
  private static final String WORDS =
      """
      select 'the %1$ss of ' || w.day || ' that have sums of their own', w.word, 'one of its events'
      from usage_word w
      where w.org = :org and w.kind = '%1$s' and w.word <> '(other)'
        and w.day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date)
        and not exists (
          select 1 from usage_event d
          where d.org = w.org and d.%1$s = w.word
            and cast(d.counted_at at time zone 'UTC' as date) = w.day)
      """;
  private static final String DAYS =
      """
      select 'the sums of ' || coalesce(e.day, r.day) || ' for group '
        || coalesce(e.group_id, r.group_id), r.sums, e.sums
      from (
        select cast(hour at time zone 'UTC' as date) as day, group_id,
          jsonb_build_array(sum(credits), sum(requests), sum(denied)) as sums
        from usage_hour where org = :org and hour >= :since group by 1, 2) e
      full join (
        select day, group_id, jsonb_build_array(credits, requests, denied) as sums
        from usage_day where org = :org and day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date)) r
        on r.day = e.day and r.group_id = e.group_id
      where r.sums is distinct from e.sums
      """;
  private static final String DAY_METERS =
      """
      select 'the units of ' || coalesce(e.day, r.day) || ' for group '
        || coalesce(e.group_id, r.group_id) || ' ' || coalesce(e.meter, r.meter), r.sums, e.sums
      from (
        select cast(hour at time zone 'UTC' as date) as day, group_id, meter,
          to_jsonb(sum(units)) as sums
        from usage_hour_meter where org = :org and hour >= :since group by 1, 2, 3) e
      full join (
        select day, group_id, meter, to_jsonb(units) as sums
        from usage_day_meter where org = :org and day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date)) r
        on r.day = e.day and r.group_id = e.group_id and r.meter = e.meter
      where r.sums is distinct from e.sums
      """;

  private final Handle handle;
  private final String org;
  private final Retention retention;
  private final Instant now;

  /**
   * @param handle in a transaction with {@code repeatable read}
   * @param retention what has passed it may still be there, or again, in part
   * @param now the time of the nodes, or earlier
   */
  public UsageContents(Handle handle, String org, Retention retention, Instant now) {
    this.handle = handle;
    this.org = org;
    this.retention = retention;
    this.now = now;
  }

  /** From when on single events are kept; those before may have been dropped, or not written. */
  public Instant eventsSince() {
    return since(PartitionedTable.USAGE_EVENT);
  }

  /**
   * A month that has passed is made again for what was open of it, and has nothing else: the first
   * partition says nothing then, until it is dropped once more.
   */
  private Instant since(PartitionedTable table) {
    Instant first = Partitions.since(handle, table).orElse(Instant.EPOCH);
    return later(first, retention.keptSince(table, now).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  /** All events, in the order of the org's journal. */
  public ResultIterator<Stored> events() {
    return handle
        .createQuery(EVENTS)
        .bind("org", org)
        .setFetchSize(ROWS_AT_A_TIME)
        .map((rs, context) -> stored(rs))
        .iterator();
  }

  private static Stored stored(ResultSet rs) throws SQLException {
    EventState.End end = StoredEvents.state(rs).end();
    return end == null
        ? new Stored(EventRows.event(rs), null, null)
        : new Stored(EventRows.event(rs), end.place(), end.cost());
  }

  /** The keys of what was reported, in some order. */
  public ResultIterator<byte[]> reported() {
    return handle
        .createQuery("select key from reported_usage where org = :org")
        .bind("org", org)
        .setFetchSize(ROWS_AT_A_TIME)
        .map((rs, context) -> rs.getBytes(1))
        .iterator();
  }

  /**
   * Compares the sums by hour, and those of users, with the events, and those by day with those by
   * hour, as far back as both are kept; and the names of groups with what they are.
   *
   * @param different is told of each difference
   */
  public void compareSums(Consumer<String> different) {
    Instant hours = later(eventsSince(), since(PartitionedTable.USAGE_HOUR));
    Instant days = later(since(PartitionedTable.USAGE_HOUR), since(PartitionedTable.USAGE_DAY));
    compare(HOURS, hours, different);
    compare(HOUR_METERS, hours, different);
    compare(WORDS.formatted("feature"), hours, different);
    compare(WORDS.formatted("model"), hours, different);
    Instant ofUsers = later(eventsSince(), since(PartitionedTable.USAGE_USER_DAY));
    compare(USER_DAYS, ofUsers, different);
    compare(USER_DAY_METERS, ofUsers, different);
    compare(DAYS, days, different);
    compare(DAY_METERS, days, different);
    handle
        .createQuery("select d.* from usage_group d where d.org = :org")
        .bind("org", org)
        .map(
            (rs, context) -> {
              UUID id = rs.getObject("id", UUID.class);
              Group group = StoredEvents.group(rs);
              return id.equals(group.id())
                  ? List.<String>of()
                  : List.of("group %s should be called %s".formatted(id, group.id()));
            })
        .forEach(each -> each.forEach(different));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void compare(String sql, Instant since, Consumer<String> different) {
    handle
        .createQuery(sql)
        .bind("org", org)
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .setFetchSize(ROWS_AT_A_TIME)
        .map(
            (rs, context) ->
                "%s are %s, should be %s"
                    .formatted(rs.getString(1), rs.getString(2), rs.getString(3)))
        .forEach(different);
  }
}
