package dev.bursar.projections.usage;

import dev.bursar.domain.usage.Unanswerable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What is still kept of an org's usage, or of everybody's. Where something has passed, what is kept
 * for longer tells whether there was anything: sums by day of hours and events, the ledger of days.
 */
final class Kept {

  private static final String ANY_USAGE =
      "select exists (select 1 from usage_day where day = any(:days)%s)";
  private static final String ANY_CHARGE =
      """
      select exists (
        select 1 from ledger_day where day >= :from and day < :to
          and type in ('consume', 'late_usage', 'debt')%s)
      """;
  private static final String OF_ORG = " and org = :org";

  private final Handle handle;
  private final @Nullable String org;
  private final Retention retention;
  private final Instant now;

  /**
   * @param org whose; null for everybody's
   * @param now what has passed by then may still be there, in part
   */
  Kept(Handle handle, @Nullable String org, Retention retention, Instant now) {
    this.handle = handle;
    this.org = org;
    this.retention = retention;
    this.now = now;
  }

  /**
   * From when on all of a table is kept; empty if it has nothing. A partition that has passed may
   * be made again for what is still open of it, and holds nothing else.
   */
  private Optional<Instant> since(PartitionedTable table) {
    Instant kept = retention.keptSince(table, now).atStartOfDay(ZoneOffset.UTC).toInstant();
    return Partitions.since(handle, table).map(first -> first.isBefore(kept) ? kept : first);
  }

  /** A time, or from when on sums by day are kept, whichever is later. */
  Instant daysWithin(Instant from) {
    return since(PartitionedTable.USAGE_DAY).filter(since -> since.isAfter(from)).orElse(from);
  }

  /**
   * Sees to it that there is nothing in a span of time of which no sums are kept at all.
   *
   * @throws Unanswerable if there was
   */
  void demandDays(Span span) {
    Optional<Instant> since = since(PartitionedTable.USAGE_DAY);
    if (since.isPresent() && span.from().isBefore(since.get())) {
      Instant end = span.to().isBefore(since.get()) ? span.to() : since.get();
      boolean any =
          query(ANY_CHARGE)
              .bind("from", day(span.from()))
              .bind("to", day(end))
              .mapTo(Boolean.class)
              .one();
      if (any) {
        throw passed("Usage", since.get(), "");
      }
    }
  }

  /**
   * Sees to it that sums by hour are kept of all of these that had any.
   *
   * @throws Unanswerable if some are not
   */
  void demandHours(Collection<Span> spans) {
    demand(PartitionedTable.USAGE_HOUR, spans, "Usage by UTC hour");
  }

  /**
   * Sees to it that events are kept of all of these that had any.
   *
   * @throws Unanswerable if some are not
   */
  void demandEvents(Collection<Span> spans) {
    demand(PartitionedTable.USAGE_EVENT, spans, "What this takes of single events");
  }

  private void demand(PartitionedTable table, Collection<Span> spans, String what) {
    if (spans.isEmpty()) {
      return;
    }
    Instant since = since(table).orElse(Instant.MAX);
    TreeSet<LocalDate> days = new TreeSet<>();
    for (Span span : spans) {
      if (span.from().isBefore(since)) {
        Instant end = span.to().isBefore(since) ? span.to() : since;
        day(span.from()).datesUntil(day(end.minusNanos(1)).plusDays(1)).forEach(days::add);
      }
    }
    if (days.isEmpty()) {
      return;
    }
    boolean any =
        query(ANY_USAGE).bindArray("days", LocalDate.class, days).mapTo(Boolean.class).one();
    if (any) {
      Optional<Instant> byDay = since(PartitionedTable.USAGE_DAY);
      throw passed(
          what,
          since,
          byDay
              .map(
                  " Of whole UTC days there are sums since %s, of all that is asked for but users and sessions."
                      ::formatted)
              .orElse(""));
    }
  }

  private Query query(String sql) {
    return org == null
        ? handle.createQuery(sql.formatted(""))
        : handle.createQuery(sql.formatted(OF_ORG)).bind("org", org);
  }

  private static Unanswerable passed(String what, Instant since, String more) {
    return new Unanswerable(
        Unanswerable.Reason.NOT_KEPT,
        (since.equals(Instant.MAX)
                ? "%s is no longer kept of that time.".formatted(what)
                : "%s is kept since %s.".formatted(what, since))
            + more);
  }

  private static LocalDate day(Instant at) {
    return at.atZone(ZoneOffset.UTC).toLocalDate();
  }
}
