package dev.bursar.projections.usage;

import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Decision;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Pages of an org's events, the newest first. Where few events have what is asked for and no index
 * finds them, the sums by hour tell in which hours there are any, and only those are looked
 * through; of one user or session, all of theirs. If that takes long, the page is short, and the
 * next one goes on.
 */
final class EventPages {

  /**
   * A page.
   *
   * @param next the place after which the next page begins, be there an event or not; null if this
   *     is the last
   */
  record Page(List<UsageEvent> events, UsageEvent.@Nullable Key next) {}

  /** Of each of these by itself, an index finds the events. */
  private static final Set<Dimension> INDEXED =
      EnumSet.of(Dimension.TEAM, Dimension.USER, Dimension.SESSION);

  /** Of these there are no sums by hour, and seldom many events. */
  private static final Set<Dimension> OF_ONE = EnumSet.of(Dimension.USER, Dimension.SESSION);

  /** So many events are looked through before anybody asks in which hours to look. */
  private static final int NEWEST = 5_000;

  /** So many are looked through by one statement. */
  private static final int AT_ONCE = 50_000;

  private static final String HOURS =
      """
      select r.hour from usage_hour r
      where r.org = :org and r.hour >= :from and r.hour <= :to%s and %s > 0
      group by 1 order by 1 desc
      """;

  /** Found in the index alone, as good as; those of one user or session take the table, too. */
  private static final String NTH =
      """
      select d.counted_at, d.sequence, d.index from usage_event d
      where d.org = :org%s
      order by d.counted_at desc, d.sequence desc, d.index desc offset :skipped limit 1
      """;

  private final Handle handle;
  private final String org;
  private final EventFilter filter;
  private final int limit;
  private final Duration looksFor;
  private final long sinceNanos = System.nanoTime();
  private final List<UsageEvent> found = new ArrayList<>();

  /**
   * @param limit events of a page, 1 or more
   * @param looksFor how long it looks for them, about
   */
  EventPages(Handle handle, String org, EventFilter filter, int limit, Duration looksFor) {
    this.handle = handle;
    this.org = org;
    this.filter = filter;
    this.limit = limit;
    this.looksFor = looksFor;
  }

  /**
   * A page.
   *
   * @param after the place after which it begins; null for the newest
   * @param kept what is kept of the org's usage
   * @throws dev.bursar.domain.usage.Unanswerable if some of the events are no longer kept
   */
  Page page(UsageEvent.@Nullable Key after, Kept kept) {
    Span asked = new Span(filter.from(), filter.to());
    kept.demandDays(asked);
    UsageRows.known(handle, org)
        .map(asked::intersect)
        .filter(known -> !known.isEmpty())
        .ifPresent(known -> kept.demandEvents(List.of(known)));
    UsageEvent.Key from = start(filter.from());
    UsageEvent.Key before = after == null ? start(filter.to()) : after;
    UsageEvent.Key next = null;
    if (isIndexed()) {
      take(from, before);
    } else if (ofOne().isEmpty()) {
      next = search(from, before);
    } else {
      next = walk(from, before);
    }
    return found.size() > limit
        ? new Page(List.copyOf(found.subList(0, limit)), found.get(limit - 1).key())
        : new Page(List.copyOf(found), next);
  }

  /** Before all events of a time: rows of the journal count from 1. */
  private static UsageEvent.Key start(Instant at) {
    return new UsageEvent.Key(at, new Place(0, 0));
  }

  /** Whether an index has what is asked for, and nothing else. */
  private boolean isIndexed() {
    return filter.decision() == null
        && filter.outcome() == null
        && filter.filter().size() <= 1
        && INDEXED.containsAll(filter.filter().keySet());
  }

  /** The user or session that is asked for, or both. */
  private Map<Dimension, String> ofOne() {
    Map<Dimension, String> one = new EnumMap<>(Dimension.class);
    one.putAll(filter.filter());
    one.keySet().retainAll(OF_ONE);
    return one;
  }

  /** Takes what there is, one more than a page at the most; whether that is reached. */
  private boolean take(UsageEvent.Key from, UsageEvent.Key before) {
    EventRows.query(handle, "", org, filter, from, before, limit + 1 - found.size())
        .map((rs, context) -> EventRows.event(rs))
        .forEach(found::add);
    return found.size() > limit;
  }

  /**
   * Looks through all events of a user or session, who may be a busy one; the place from which on
   * it has not looked, null if there is none.
   */
  private UsageEvent.@Nullable Key walk(UsageEvent.Key from, UsageEvent.Key before) {
    UsageEvent.Key at = before;
    int count = NEWEST;
    do {
      UsageEvent.Key some = nth(from, at, count);
      if (take(some == null ? from : some, at)) {
        return null;
      }
      at = some;
      count = AT_ONCE;
    } while (at != null && !isLate());
    return at;
  }

  private boolean isLate() {
    return System.nanoTime() - sinceNanos > looksFor.toNanos();
  }

  /** Takes what there is; the place from which on it has not looked, null if there is none. */
  private UsageEvent.@Nullable Key search(UsageEvent.Key from, UsageEvent.Key before) {
    UsageEvent.Key newest = nth(from, before, NEWEST);
    if (take(newest == null ? from : newest, before) || newest == null) {
      return null;
    }
    UsageEvent.Key at = newest;
    for (Instant hour : hours(from.countedAt(), newest.countedAt())) {
      UsageEvent.Key start = later(from, start(hour));
      at = earlier(at, start(hour.plus(1, ChronoUnit.HOURS)));
      while (at != null) {
        if (isLate()) {
          return at;
        }
        UsageEvent.Key some = nth(start, at, AT_ONCE);
        if (take(some == null ? start : some, at)) {
          return null;
        }
        at = some;
      }
      at = start;
    }
    return null;
  }

  /**
   * The event so many before a place, that one counted, of the user or session that is asked for;
   * null if there are fewer.
   */
  private UsageEvent.@Nullable Key nth(UsageEvent.Key from, UsageEvent.Key before, int count) {
    return nth("", from, before, count)
        .map((rs, context) -> EventRows.key(rs))
        .findOne()
        .orElse(null);
  }

  /**
   * The query of it.
   *
   * @param explain goes in front of it, such as {@code explain}
   */
  Query nth(String explain, UsageEvent.Key from, UsageEvent.Key before, int count) {
    Map<Dimension, String> one = ofOne();
    String sql =
        explain + NTH.formatted(EventRows.range(from, before) + Dimensions.conditions(one));
    return EventRows.in(Dimensions.bind(handle.createQuery(sql), one), from, before)
        .bind("org", org)
        .bind("skipped", count - 1);
  }

  /** The hours in which there is, or may be, something of what is asked for, the last first. */
  private List<Instant> hours(Instant from, Instant to) {
    List<UUID> groups =
        filter.filter().isEmpty() ? null : Groups.ofOrPerhaps(handle, org, filter.filter());
    return hours("", from, to, groups)
        .mapTo(OffsetDateTime.class)
        .map(OffsetDateTime::toInstant)
        .list();
  }

  /**
   * The query of them.
   *
   * @param explain goes in front of it, such as {@code explain}
   * @param groups those that have it; null for all
   */
  Query hours(String explain, Instant from, Instant to, @Nullable List<UUID> groups) {
    Query query =
        handle
            .createQuery(
                explain
                    + HOURS.formatted(
                        groups == null ? "" : " and r.group_id = any(:groups)", counts()))
            .bind("org", org)
            .bind("from", from.truncatedTo(ChronoUnit.HOURS).atOffset(ZoneOffset.UTC))
            .bind("to", to.atOffset(ZoneOffset.UTC));
    return groups == null ? query : query.bindArray("groups", UUID.class, groups);
  }

  /** What an hour has of events that were decided as is asked for. */
  private String counts() {
    if (filter.decision() == Decision.DENY || filter.outcome() == Outcome.DENIED) {
      return "r.denied";
    }
    return filter.decision() == null && filter.outcome() == null
        ? "r.requests + r.denied"
        : "r.requests";
  }

  private static UsageEvent.Key later(UsageEvent.Key one, UsageEvent.Key other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private static UsageEvent.Key earlier(UsageEvent.Key one, UsageEvent.Key other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
