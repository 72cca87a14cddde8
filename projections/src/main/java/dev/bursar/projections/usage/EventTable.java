package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.projections.copy.BinaryRows;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Writes the table {@code usage_event}. */
final class EventTable {

  private static final int COLUMN_COUNT = 34;
  private static final int COLUMNS_OF_END = 7;
  private static final String COPY =
      """
      copy usage_event (
        org, counted_at, sequence, index, recorded_at, reservation, allowed, denials, team, user_id,
        product, cost_center, agent, departments, feature, model, session, wallet, actor, trace_id,
        source, event_id, happened_at, metadata, credit_type, amount, usage, outcome, ended_at, ended_sequence,
        ended_index, charged, used, cost
      ) from stdin with (format binary)
      """;
  private static final String UPDATE =
      """
      update usage_event d set
        allowed = e.allowed, denials = string_to_array(e.denials, ','), outcome = e.outcome,
        ended_at = timestamptz 'epoch' + e.ended_micros * interval '1 microsecond',
        ended_sequence = e.ended_sequence, ended_index = e.ended_index, charged = e.charged,
        used = cast(e.used as jsonb), cost = e.cost
      from unnest(
        cast(:orgs as text[]), :ats, :sequences, :indexes, :allowed, cast(:denials as text[]),
        cast(:outcomes as text[]), :endedAts, :endedSequences, :endedIndexes, :charged,
        cast(:used as text[]), :costs
      ) as e (org, at_micros, sequence, index, allowed, denials, outcome, ended_micros,
        ended_sequence, ended_index, charged, used, cost)
      where d.org = e.org
        and d.counted_at = timestamptz 'epoch' + e.at_micros * interval '1 microsecond'
        and d.sequence = e.sequence and d.index = e.index
        and d.counted_at between :from and :to
      """;

  private EventTable() {}

  static void insert(Handle handle, List<Tracked> fresh) throws SQLException {
    BinaryRows copy = new BinaryRows();
    boolean any = false;
    for (Tracked each : fresh) {
      if (each.fresh != null) {
        write(copy, each, each.fresh);
        any = true;
      }
    }
    if (any) {
      copy.copyIn(handle, COPY);
    }
  }

  private static void write(BinaryRows copy, Tracked row, Fresh fresh) {
    Plan plan = fresh.plan();
    ReserveRequest request = plan.request();
    Subject subject = request.subject();
    Tracked.Report report = row.report;
    copy.row(COLUMN_COUNT);
    copy.text(row.org);
    copy.timestamptz(row.countedAt);
    copy.bigint(row.place.sequence());
    copy.integer(row.place.index());
    copy.timestamptz(fresh.recordedAt());
    copy.text(plan.reservation());
    copy.bool(row.state.allowed());
    copy.texts(row.state.denials());
    copy.text(subject.team());
    copy.text(subject.user());
    copy.text(subject.product());
    copy.text(subject.costCenter());
    copy.text(subject.agent());
    copy.texts(plan.departments());
    copy.text(request.feature());
    copy.text(request.model());
    copy.text(request.session());
    copy.text(plan.wallet());
    copy.text(plan.actor());
    copy.text(request.traceId());
    copy.text(report == null ? null : report.source());
    copy.text(report == null ? null : report.id());
    if (report == null) {
      copy.absent();
    } else {
      copy.timestamptz(report.happenedAt());
    }
    if (request.metadata().isEmpty()) {
      copy.absent();
    } else {
      copy.jsonb(JsonColumns.texts(request.metadata()));
    }
    copy.text(plan.creditType());
    copy.bigint(plan.amount().micros());
    copy.jsonb(JsonColumns.numbers(row.asked));
    write(copy, row.state.end());
  }

  private static void write(BinaryRows copy, EventState.@Nullable End end) {
    if (end == null) {
      for (int i = 0; i < COLUMNS_OF_END; i++) {
        copy.absent();
      }
      return;
    }
    copy.text(end.outcome());
    copy.timestamptz(end.at());
    copy.bigint(end.place().sequence());
    copy.integer(end.place().index());
    copy.bigint(end.charged());
    if (end.used().isEmpty()) {
      copy.absent();
    } else {
      copy.jsonb(JsonColumns.numbers(end.used()));
    }
    if (end.cost() == null) {
      copy.absent();
    } else {
      copy.bigint(end.cost());
    }
  }

  /** Writes what became of rows that stand in the table. */
  static void update(Handle handle, List<Tracked> changed) {
    if (changed.isEmpty()) {
      return;
    }
    List<Instant> times = changed.stream().map(each -> each.countedAt).toList();
    try (Update update = handle.createUpdate(UPDATE)) {
      update
          .bind("from", Collections.min(times).atOffset(ZoneOffset.UTC))
          .bind("to", Collections.max(times).atOffset(ZoneOffset.UTC));
      array(update, "orgs", String.class, changed, each -> each.org);
      array(update, "ats", Long.class, changed, each -> micros(each.countedAt));
      array(update, "sequences", Long.class, changed, each -> each.place.sequence());
      array(update, "indexes", Integer.class, changed, each -> each.place.index());
      array(update, "allowed", Boolean.class, changed, each -> each.state.allowed());
      array(update, "denials", String.class, changed, EventTable::denials);
      array(update, "outcomes", String.class, changed, of(EventState.End::outcome));
      array(update, "endedAts", Long.class, changed, of(end -> micros(end.at())));
      array(update, "endedSequences", Long.class, changed, of(end -> end.place().sequence()));
      array(update, "endedIndexes", Integer.class, changed, of(end -> end.place().index()));
      array(update, "charged", Long.class, changed, of(EventState.End::charged));
      array(
          update,
          "used",
          String.class,
          changed,
          of(end -> end.used().isEmpty() ? null : text(end.used())));
      array(update, "costs", Long.class, changed, of(EventState.End::cost));
      update.execute();
    }
  }

  private static String denials(Tracked row) {
    return String.join(",", row.state.denials());
  }

  private static String text(Map<String, Long> numbers) {
    return JsonColumns.text(JsonColumns.numbers(numbers));
  }

  private static <T> Function<Tracked, @Nullable T> of(
      Function<EventState.End, @Nullable T> column) {
    return row -> {
      EventState.End end = row.state.end();
      return end == null ? null : column.apply(end);
    };
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }
}
