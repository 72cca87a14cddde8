package dev.bursar.projections.usage;

import dev.bursar.domain.operation.Place;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows of {@code usage_event} by their reservations. Each partition has an index of its own,
 * so only those are looked into that may have a row.
 */
final class StoredEvents {

  /**
   * A reservation lives for a day at the most, unless it is extended, and may be charged for some
   * time after.
   */
  private static final Duration MOST_END_WITHIN = Duration.ofDays(2);

  /** Less than a row's time is finer than that of the events. */
  private static final Duration ONE_MICRO = Duration.ofNanos(1_000);

  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

  /**
   * Each is looked up in the index by itself, {@code offset 0} sees to that: a table that grows by
   * thousands of rows a second has no statistics worth the name, and the planner would rather read
   * all of it once.
   */
  static final String FIND =
      """
      select d.org, d.counted_at, d.sequence, d.index, d.reservation, d.team, d.user_id, d.departments,
        d.product, d.cost_center, d.agent, d.feature, d.model, d.wallet, d.credit_type, d.source,
        d.event_id, d.happened_at, d.usage, d.allowed, d.denials, d.outcome, d.ended_at, d.ended_sequence,
        d.ended_index, d.charged, d.used, d.cost
      from unnest(cast(:reservations as text[])) as e (reservation)
      cross join lateral (
        select * from usage_event
        where hashtextextended(reservation, 0) = hashtextextended(e.reservation, 0)
          and reservation = e.reservation and counted_at >= :from and counted_at < :to
        offset 0
      ) as d
      order by d.counted_at, d.sequence, d.index
      """;

  private final Handle handle;

  StoredEvents(Handle handle) {
    this.handle = handle;
  }

  /**
   * The rows of what ended.
   *
   * @param ended reservations, and when they ended
   */
  Map<String, Tracked> ended(Map<String, Instant> ended) {
    if (ended.isEmpty()) {
      return Map.of();
    }
    Instant recent = Collections.min(ended.values()).minus(MOST_END_WITHIN);
    Map<String, Tracked> found = find(ended.keySet(), recent, LAST);
    TreeSet<String> missing = new TreeSet<>(ended.keySet());
    missing.removeAll(found.keySet());
    if (!missing.isEmpty()) {
      found.putAll(find(missing, FIRST, recent));
    }
    return found;
  }

  /** The rows of what was denied, if it was begun before. */
  Map<String, Tracked> denied(Map<String, Fresh> denied) {
    if (denied.isEmpty()) {
      return Map.of();
    }
    List<Instant> times = denied.values().stream().map(Fresh::countedAt).toList();
    return find(
        denied.keySet(),
        Collections.min(times).minus(ONE_MICRO),
        Collections.max(times).plus(ONE_MICRO));
  }

  private Map<String, Tracked> find(Collection<String> reservations, Instant from, Instant to) {
    Map<String, Tracked> found = new HashMap<>();
    handle
        .createQuery(FIND)
        .bindArray("reservations", String.class, List.copyOf(reservations))
        .bind("from", from.atOffset(ZoneOffset.UTC))
        .bind("to", to.atOffset(ZoneOffset.UTC))
        .map((rs, context) -> Map.entry(rs.getString("reservation"), row(rs)))
        .forEach(each -> found.put(each.getKey(), each.getValue()));
    return found;
  }

  private static Tracked row(ResultSet rs) throws SQLException {
    String source = rs.getString("source");
    return Tracked.stored(
        rs.getObject("counted_at", OffsetDateTime.class).toInstant(),
        new Place(rs.getLong("sequence"), rs.getInt("index")),
        group(rs),
        rs.getString("user_id"),
        JsonColumns.readNumbers(rs.getString("usage")),
        source == null
            ? null
            : new Tracked.Report(source, rs.getString("event_id"), happenedAt(rs)),
        state(rs));
  }

  /** The group of the row on which the result stands. */
  static Group group(ResultSet rs) throws SQLException {
    return new Group(
        rs.getString("org"),
        rs.getString("team"),
        texts(rs, "departments"),
        rs.getString("product"),
        rs.getString("cost_center"),
        rs.getString("agent"),
        rs.getString("feature"),
        rs.getString("model"),
        rs.getString("wallet"),
        rs.getString("credit_type"));
  }

  /** When what was reported ran, of the row on which the result stands. */
  static Instant happenedAt(ResultSet rs) throws SQLException {
    return rs.getObject("happened_at", OffsetDateTime.class).toInstant();
  }

  /** The texts in a column of the row on which the result stands. */
  static List<String> texts(ResultSet rs, String column) throws SQLException {
    return Arrays.asList((String[]) rs.getArray(column).getArray());
  }

  /** What became of the row on which the result stands. */
  static EventState state(ResultSet rs) throws SQLException {
    return new EventState(rs.getBoolean("allowed"), texts(rs, "denials"), end(rs));
  }

  private static EventState.@Nullable End end(ResultSet rs) throws SQLException {
    String outcome = rs.getString("outcome");
    if (outcome == null) {
      return null;
    }
    String used = rs.getString("used");
    return new EventState.End(
        outcome,
        rs.getObject("ended_at", OffsetDateTime.class).toInstant(),
        new Place(rs.getLong("ended_sequence"), rs.getInt("ended_index")),
        rs.getLong("charged"),
        used == null ? Map.of() : JsonColumns.readNumbers(used),
        rs.getObject("cost", Long.class));
  }
}
