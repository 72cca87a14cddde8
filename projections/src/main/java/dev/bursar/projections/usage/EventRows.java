package dev.bursar.projections.usage;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Decision;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Single rows of {@code usage_event}, the newest first. */
final class EventRows {

  /** All columns of an event. */
  static final String COLUMNS =
      """
      d.org, d.counted_at, d.sequence, d.index, d.recorded_at, d.reservation, d.allowed, d.denials,
      d.outcome, d.ended_at, d.ended_sequence, d.ended_index, d.team, d.user_id, d.product,
      d.cost_center, d.agent, d.departments, d.feature, d.model, d.session, d.wallet, d.actor,
      d.credit_type, d.amount, d.charged, d.usage, d.used, d.trace_id, d.source, d.event_id,
      d.happened_at, d.metadata
      """;

  private static final String FROM =
      """
      from usage_event d
      where d.org = :org and d.counted_at >= :from and d.counted_at < :to
        and (d.allowed or d.denials <> '{}')
      """;
  private static final String AFTER =
      " and (d.counted_at, d.sequence, d.index) < (:afterAt, :afterSequence, :afterIndex)";
  private static final String ORDER =
      " order by d.counted_at desc, d.sequence desc, d.index desc limit :limit";

  private EventRows() {}

  /**
   * So many events at most, after that one.
   *
   * @param kept what is kept of the org's usage
   * @throws dev.bursar.domain.usage.Unanswerable if some of them are no longer kept
   */
  static List<UsageEvent> of(
      Handle handle,
      String org,
      EventFilter filter,
      UsageEvent.@Nullable Key after,
      Kept kept,
      int limit) {
    Span asked = new Span(filter.from(), filter.to());
    kept.demandDays(asked);
    UsageRows.known(handle, org)
        .map(asked::intersect)
        .filter(known -> !known.isEmpty())
        .ifPresent(known -> kept.demandEvents(List.of(known)));
    return query(handle, "", org, filter, after, limit).map((rs, context) -> event(rs)).list();
  }

  /**
   * The query itself.
   *
   * @param before goes in front of it, such as {@code explain}
   */
  static Query query(
      Handle handle,
      String before,
      String org,
      EventFilter filter,
      UsageEvent.@Nullable Key after,
      int limit) {
    StringBuilder sql =
        new StringBuilder(before)
            .append("select ")
            .append(COLUMNS)
            .append(FROM)
            .append(Dimensions.conditions(filter.filter()));
    if (filter.decision() != null) {
      sql.append(" and ").append(condition(filter.decision()));
    }
    if (filter.outcome() != null) {
      sql.append(" and ").append(condition(filter.outcome()));
    }
    if (after != null) {
      sql.append(AFTER);
    }
    Query query =
        Dimensions.bind(handle.createQuery(sql.append(ORDER).toString()), filter.filter())
            .bind("org", org)
            .bind("from", filter.from().atOffset(ZoneOffset.UTC))
            .bind("to", filter.to().atOffset(ZoneOffset.UTC))
            .bind("limit", limit);
    if (after != null) {
      query
          .bind("afterAt", after.countedAt().atOffset(ZoneOffset.UTC))
          .bind("afterSequence", after.place().sequence())
          .bind("afterIndex", after.place().index());
    }
    return query;
  }

  private static String condition(Decision decision) {
    return switch (decision) {
      case ALLOW -> "d.allowed";
      case DENY -> "not d.allowed";
    };
  }

  /** Of early rows, what was charged has ended like what was given back. */
  private static String condition(Outcome outcome) {
    return switch (outcome) {
      case OPEN -> "d.outcome is null";
      case COMMITTED -> "(d.outcome = 'committed' or (d.outcome = 'ended' and d.charged > 0))";
      case RELEASED -> "d.outcome = 'ended' and d.charged = 0";
      case LATE, EXPIRED, DENIED -> "d.outcome = '" + outcome.word() + "'";
    };
  }

  /** The event in the row on which the result stands. */
  static UsageEvent event(ResultSet rs) throws SQLException {
    EventState state = StoredEvents.state(rs);
    EventState.End end = state.end();
    Map<String, Long> asked = JsonColumns.readNumbers(rs.getString("usage"));
    String source = rs.getString("source");
    String metadata = rs.getString("metadata");
    return new UsageEvent(
        new UsageEvent.Key(
            time(rs, "counted_at"), new Place(rs.getLong("sequence"), rs.getInt("index"))),
        time(rs, "recorded_at"),
        rs.getString("reservation"),
        state.decision(),
        StoredEvents.texts(rs, "denials").stream()
            .map(word -> DenialCode.valueOf(word.toUpperCase(Locale.ROOT)))
            .toList(),
        state.outcome(),
        end == null ? null : end.at(),
        attribution(rs),
        rs.getString("credit_type"),
        new Credits(rs.getLong("amount")),
        end == null ? null : new Credits(end.charged()),
        asked,
        state.used(asked),
        metadata == null ? Map.of() : JsonColumns.readTexts(metadata),
        rs.getString("trace_id"),
        source == null
            ? null
            : new UsageEvent.Report(
                source,
                rs.getString("event_id"),
                StoredEvents.happenedAt(rs),
                state.outcome() == Outcome.LATE));
  }

  private static UsageEvent.Attribution attribution(ResultSet rs) throws SQLException {
    return new UsageEvent.Attribution(
        new Subject(
            rs.getString("org"),
            rs.getString("team"),
            rs.getString("user_id"),
            rs.getString("product"),
            rs.getString("cost_center"),
            rs.getString("agent")),
        StoredEvents.texts(rs, "departments"),
        rs.getString("feature"),
        rs.getString("model"),
        rs.getString("session"),
        rs.getString("wallet"),
        rs.getString("actor"));
  }

  private static Instant time(ResultSet rs, String column) throws SQLException {
    return rs.getObject(column, OffsetDateTime.class).toInstant();
  }
}
