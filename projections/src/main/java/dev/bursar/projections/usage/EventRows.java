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
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Single rows of {@code usage_event}, the newest first. */
final class EventRows {

  /** All columns of an event. */
  static final String COLUMNS =
      """
      d.org, d.counted_at, d.sequence, d.index, d.recorded_at, d.reservation, d.allowed, d.denials,
      d.outcome, d.ended_at, d.ended_sequence, d.ended_index, d.team, d.user_id, d.product,
      d.cost_center, d.agent, d.departments, d.feature, d.model, d.session, d.wallet, d.actor,
      d.credit_type, d.amount, d.charged, d.usage, d.used, d.trace_id, d.source, d.event_id,
      d.happened_at, d.metadata, d.cost
      """;

  private static final String FROM =
      " and (d.counted_at, d.sequence, d.index) >= (:fromAt, :fromSequence, :fromIndex)";
  private static final String BEFORE =
      " and (d.counted_at, d.sequence, d.index) < (:beforeAt, :beforeSequence, :beforeIndex)";
  private static final String ORDER =
      " order by d.counted_at desc, d.sequence desc, d.index desc limit :limit";

  private EventRows() {}

  /**
   * The query of so many events at most, from a place on, before another.
   *
   * @param explain goes in front of it, such as {@code explain}
   */
  static Query query(
      Handle handle,
      String explain,
      String org,
      EventFilter filter,
      UsageEvent.Key from,
      UsageEvent.Key before,
      int limit) {
    StringBuilder sql =
        new StringBuilder(explain)
            .append("select ")
            .append(COLUMNS)
            .append(" from usage_event d where d.org = :org and (d.allowed or d.denials <> '{}')")
            .append(range(from, before))
            .append(Dimensions.conditions(filter.filter()));
    if (filter.decision() != null) {
      sql.append(" and ").append(condition(filter.decision()));
    }
    if (filter.outcome() != null) {
      sql.append(" and ").append(condition(filter.outcome()));
    }
    Query query = handle.createQuery(sql.append(ORDER).toString());
    return in(Dimensions.bind(query, filter.filter()), from, before)
        .bind("org", org)
        .bind("limit", limit);
  }

  /**
   * The further conditions of rows from a place on, before another, each beginning with {@code
   * and}. Times alone tell which partitions there may be any in.
   */
  static String range(UsageEvent.Key from, UsageEvent.Key before) {
    return " and d.counted_at >= :fromAt and d.counted_at < :to"
        + (isTime(from) ? "" : FROM)
        + (isTime(before) ? "" : BEFORE);
  }

  /** Binds the values of these conditions. */
  static Query in(Query query, UsageEvent.Key from, UsageEvent.Key before) {
    Instant to =
        isTime(before) ? before.countedAt() : before.countedAt().plus(1, ChronoUnit.MICROS);
    query
        .bind("fromAt", from.countedAt().atOffset(ZoneOffset.UTC))
        .bind("to", to.atOffset(ZoneOffset.UTC));
    if (!isTime(from)) {
      query.bind("fromSequence", from.place().sequence()).bind("fromIndex", from.place().index());
    }
    if (!isTime(before)) {
      query
          .bind("beforeAt", before.countedAt().atOffset(ZoneOffset.UTC))
          .bind("beforeSequence", before.place().sequence())
          .bind("beforeIndex", before.place().index());
    }
    return query;
  }

  /** Whether it is before all events of its time: rows of the journal count from 1. */
  private static boolean isTime(UsageEvent.Key key) {
    return key.place().sequence() == 0;
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
        key(rs),
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

  /** The place of the row on which the result stands. */
  static UsageEvent.Key key(ResultSet rs) throws SQLException {
    return new UsageEvent.Key(
        time(rs, "counted_at"), new Place(rs.getLong("sequence"), rs.getInt("index")));
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
