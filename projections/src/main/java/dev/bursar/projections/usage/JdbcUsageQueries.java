package dev.bursar.projections.usage;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetPreview;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.AlertKey;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.projections.export.Exports;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads usage from {@code usage_event} and its sums, and alerts from {@code alert}. */
public final class JdbcUsageQueries implements UsageQueries {

  private static final int FETCHED_AT_ONCE = 1_000;
  private static final int EXPORTED_AT_ONCE = 1_000;

  /** For how long a page looks for events that are few among many. */
  private static final Duration LOOKS_FOR = Duration.ofSeconds(1);

  private static final String PLACE =
      """
      select case when allowed then sequence else coalesce(ended_sequence, sequence) end,
             case when allowed then index else coalesce(ended_index, index) end
      from usage_event
      where hashtextextended(reservation, 0) = hashtextextended(:reservation, 0)
        and reservation = :reservation and org = :org
      order by counted_at desc, sequence desc, index desc limit 1
      """;
  private static final String ALERTS =
      """
      select alerted_at, team, sequence, index, number, budget, member, window_start, threshold,
        used, limit_micros
      from alert where org = :org
      """;
  private static final String ALERTS_BEFORE =
      """
      and (alerted_at, team, sequence, index, number) < (:at, :team, :sequence, :index, :number)
      """;
  private static final String ALERTS_ORDER =
      """
      order by alerted_at desc, team desc, sequence desc, index desc, number desc limit :limit
      """;

  private final ReadQueries queries;
  private final ReadQueries lookups;
  private final Progress progress;
  private final ReadQueries scans;
  private final FreshReads reads;
  private final FreshReads scanning;
  private final Exports exports;
  private final int rowsMax;
  private final Retention retention;
  private final InstantSource clock;

  /**
   * @param queries where questions are answered
   * @param scans where questions are answered that take many single events
   * @param lookups where single rows are found that a decision waits for
   * @param exports where events are read that somebody takes along
   * @param rowsMax how many rows an answer about usage may have
   * @param retention how long usage is kept
   * @param clock the node's time
   */
  public JdbcUsageQueries(
      ReadQueries queries,
      ReadQueries scans,
      ReadQueries lookups,
      Progress progress,
      Exports exports,
      int rowsMax,
      Retention retention,
      InstantSource clock) {
    this.queries = queries;
    this.scans = scans;
    this.lookups = lookups;
    this.progress = progress;
    this.exports = exports;
    this.rowsMax = rowsMax;
    this.retention = retention;
    this.clock = clock;
    this.reads = new FreshReads(queries, progress);
    this.scanning = new FreshReads(scans, progress);
  }

  @Override
  public CompletionStage<Usage> usage(String org, Question question, boolean fresh) {
    return bySums(org, fresh, (where, deadline) -> usage(where, deadline, org, question));
  }

  /** Where sums are read; if that takes many single events, where those are. */
  private <T> CompletionStage<T> bySums(
      String org, boolean fresh, BiFunction<FreshReads, Deadline, CompletionStage<T>> read) {
    Deadline ofSums = queries.deadline();
    Deadline ofEvents = scans.deadline();
    CompletionStage<Void> ready =
        fresh ? progress.caughtUp(org, ofSums) : CompletableFuture.completedFuture(null);
    return ready
        .thenCompose(done -> read.apply(reads, ofSums))
        .exceptionallyCompose(
            fault ->
                isOfManyEvents(fault)
                    ? read.apply(scanning, ofEvents)
                    : CompletableFuture.failedFuture(fault));
  }

  private CompletionStage<Usage> usage(
      FreshReads where, Deadline deadline, String org, Question question) {
    return where.read(
        deadline,
        org,
        handle ->
            UsageRows.of(handle, org, question, kept(handle, org), rowsMax, where == scanning),
        Usage::new);
  }

  private static boolean isOfManyEvents(Throwable fault) {
    Throwable cause = fault;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof TakesEvents;
  }

  private Kept kept(Handle handle, @Nullable String org) {
    return new Kept(handle, org, retention, clock.instant());
  }

  @Override
  public CompletionStage<EventPage> events(
      String org, EventFilter filter, UsageEvent.@Nullable Key after, int limit, boolean fresh) {
    return reads.read(
        org,
        fresh,
        handle ->
            new EventPages(handle, org, filter, limit, LOOKS_FOR).page(after, kept(handle, org)),
        (found, freshness) -> new EventPage(found.events(), found.next(), freshness));
  }

  @Override
  public CompletionStage<?> demandEvents(@Nullable String org, Instant from, Instant to) {
    return queries.run(
        handle -> {
          Kept kept = kept(handle, org);
          kept.demandDays(new Span(from, to));
          Instant summed = kept.daysWithin(from);
          if (summed.isBefore(to)) {
            kept.demandEvents(List.of(new Span(summed, to)));
          }
          return summed;
        });
  }

  @Override
  public CompletionStage<Export<UsageEvent>> export(String org, EventFilter filter, boolean fresh) {
    return exports.begin(
        org,
        fresh,
        new EventParts(org, filter, handle -> kept(handle, org), EXPORTED_AT_ONCE, LOOKS_FOR));
  }

  @Override
  public CompletionStage<Optional<Place>> decision(String org, String reservation) {
    Function<Handle, Optional<Place>> read =
        handle ->
            handle
                .createQuery(PLACE)
                .bind("org", org)
                .bind("reservation", reservation)
                .map((rs, context) -> new Place(rs.getLong(1), rs.getInt(2)))
                .findOne();
    Deadline deadline = queries.deadline();
    return lookups
        .run(deadline, read)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : progress
                        .caughtUp(org, deadline)
                        .thenCompose(done -> lookups.run(deadline, read)));
  }

  @Override
  public CompletionStage<List<OpeningCount>> usedBefore(
      String org, Budget budget, Window window, Place before) {
    return bySums(
        org, true, (where, deadline) -> usedBefore(where, deadline, org, budget, window, before));
  }

  private CompletionStage<List<OpeningCount>> usedBefore(
      FreshReads where, Deadline deadline, String org, Budget budget, Window window, Place before) {
    return where.read(
        deadline,
        org,
        handle ->
            new UsedBefore(handle, org, budget, window, before)
                .counts(kept(handle, org), rowsMax, where == scanning),
        (found, freshness) -> found);
  }

  @Override
  public CompletionStage<Map<String, Credits>> used(
      String org, Budget budget, Collection<String> reservations) {
    CountedBy counted = new CountedBy(budget);
    String sql =
        "select d.reservation, "
            + counted.used()
            + " from usage_event d where "
            + counted.condition()
            + " and d.outcome is not null and d.reservation = any(:reservations)"
            + " and hashtextextended(d.reservation, 0) in"
            + " (select hashtextextended(r, 0) from unnest(:reservations) r)";
    return reads.read(
        org,
        true,
        handle ->
            counted
                .bind(handle.createQuery(sql), org)
                .bindArray("reservations", String.class, List.copyOf(reservations))
                .map((rs, context) -> Map.entry(rs.getString(1), credits(rs, 2)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        (found, freshness) -> found);
  }

  @Override
  public CompletionStage<Previewed> preview(String org, Budget budget, Instant from, Instant to) {
    CountedBy counted = new CountedBy(budget);
    String sql =
        "select d.counted_at, d.ended_at, d.user_id, d.credit_type, coalesce(d.charged, 0), "
            + counted.asked()
            + ", "
            + counted.used()
            + " from usage_event d where "
            + counted.condition()
            + " and d.allowed and d.counted_at >= :from and d.counted_at < :to"
            + " order by d.counted_at, d.sequence, d.index";
    return scanning.read(
        org,
        handle -> {
          BudgetPreview preview = new BudgetPreview(budget);
          counted
              .bind(handle.createQuery(sql), org)
              .bind("from", utc(from))
              .bind("to", utc(to))
              .setFetchSize(FETCHED_AT_ONCE)
              .map((rs, context) -> past(rs))
              .forEach(preview::take);
          return preview.result();
        },
        Previewed::new);
  }

  private static BudgetPreview.Past past(ResultSet rs) throws SQLException {
    OffsetDateTime ended = rs.getObject(2, OffsetDateTime.class);
    return new BudgetPreview.Past(
        rs.getObject(1, OffsetDateTime.class).toInstant(),
        ended == null ? null : ended.toInstant(),
        rs.getString(3),
        rs.getString(4),
        new Credits(rs.getLong(5)),
        credits(rs, 6),
        credits(rs, 7));
  }

  @Override
  public CompletionStage<AlertPage> alerts(String org, @Nullable AlertKey before, int limit) {
    return reads.read(
        org,
        handle -> {
          Query query =
              handle
                  .createQuery(ALERTS + (before == null ? "" : ALERTS_BEFORE) + ALERTS_ORDER)
                  .bind("org", org)
                  .bind("limit", limit + 1);
          if (before != null) {
            query
                .bind("at", utc(before.at()))
                .bind("team", before.team())
                .bind("sequence", before.sequence())
                .bind("index", before.index())
                .bind("number", before.number());
          }
          return query.map((rs, context) -> alert(rs)).list();
        },
        (found, freshness) ->
            new AlertPage(
                List.copyOf(found.subList(0, Math.min(limit, found.size()))),
                found.size() > limit,
                freshness));
  }

  private static Alert alert(ResultSet rs) throws SQLException {
    return new Alert(
        new AlertKey(
            rs.getObject(1, OffsetDateTime.class).toInstant(),
            rs.getString(2),
            rs.getLong(3),
            rs.getInt(4),
            rs.getInt(5)),
        new ThresholdAlert(
            rs.getString(6),
            rs.getString(7),
            rs.getObject(8, OffsetDateTime.class).toInstant(),
            rs.getInt(9),
            new Credits(rs.getLong(10)),
            new Credits(rs.getLong(11)),
            null));
  }

  /** A sum in millionths; more than can be counted is as much as can be counted. */
  private static Credits credits(ResultSet rs, int column) throws SQLException {
    BigDecimal sum = rs.getBigDecimal(column);
    return sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0
        ? new Credits(Long.MAX_VALUE)
        : new Credits(sum.longValue());
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
