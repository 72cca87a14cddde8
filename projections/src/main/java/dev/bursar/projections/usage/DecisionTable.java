package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.projections.copy.BinaryRows;
import dev.bursar.projections.copy.JsonColumns;
import dev.bursar.projections.journal.JournalRow;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code decision}. What is decided and ends within one page is written once; what ended
 * later is changed in its place.
 */
public final class DecisionTable {

  private static final int COLUMN_COUNT = 27;
  private static final String COPY =
      """
      copy decision (
        org, sequence, index, decided_at, reservation, allowed, denials, team, user_id, product,
        cost_center, agent, departments, feature, model, session, wallet, actor, credit_type,
        amount, usage, outcome, ended_at, ended_sequence, ended_index, charged, used
      ) from stdin with (format binary)
      """;
  private static final String BEGUN =
      """
      select d.reservation from decision d
      join unnest(cast(:reservations as text[])) as e (reservation)
        on hashtextextended(d.reservation, 0) = hashtextextended(e.reservation, 0)
        and d.reservation = e.reservation
      """;
  private static final String END =
      """
      update decision d set
        outcome = e.outcome,
        allowed = d.allowed and e.denials is null,
        denials = coalesce(string_to_array(nullif(e.denials, ''), ','), d.denials),
        ended_at = timestamptz 'epoch' + e.at_micros * interval '1 microsecond',
        ended_sequence = e.sequence, ended_index = e.index, charged = e.charged,
        used = cast(e.used as jsonb)
      from unnest(
        cast(:reservations as text[]), cast(:outcomes as text[]), cast(:denials as text[]),
        :ats, :sequences, :indexes, :charged, cast(:used as text[])
      ) as e (reservation, outcome, denials, at_micros, sequence, index, charged, used)
      where hashtextextended(d.reservation, 0) = hashtextextended(e.reservation, 0)
        and d.reservation = e.reservation
      """;

  /** How a reservation ended. */
  private record End(
      String outcome,
      @Nullable List<String> denials,
      Instant at,
      long sequence,
      int index,
      long charged,
      Map<String, Long> used) {}

  /** A reservation as it was decided, and perhaps how it ended. */
  private static final class Row {
    final String org;
    final long sequence;
    final int index;
    final Instant at;
    final Plan plan;
    @Nullable End end;

    Row(String org, long sequence, int index, Instant at, Plan plan) {
      this.org = org;
      this.sequence = sequence;
      this.index = index;
      this.at = at;
      this.plan = plan;
    }
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Map<String, End> ends = new LinkedHashMap<>();

  /** What was denied, and perhaps begun in an earlier page. */
  private final Map<String, Row> denied = new LinkedHashMap<>();

  private DecisionTable() {}

  /** Writes what these rows decide and end. */
  public static void project(Handle handle, List<JournalRow> page) throws SQLException {
    DecisionTable table = new DecisionTable();
    for (JournalRow row : page) {
      if (row instanceof JournalRow.OfOrg org) {
        table.take(org);
      }
    }
    table.splitDenied(handle);
    table.insert(handle);
    table.update(handle);
  }

  private void take(JournalRow.OfOrg row) {
    int index = 0;
    for (Recorded<OrgEvent> recorded : row.batch().recorded()) {
      switch (recorded.event()) {
        case OrgEvent.ReservationBegun begun -> decided(row, index, begun.at(), begun.plan());
        case OrgEvent.ReservationDenied denied -> denied(row, index, denied);
        case OrgEvent.ReservationSettled settled -> settled(row, index, settled);
        case OrgEvent other -> {}
      }
      index++;
    }
  }

  private Row decided(JournalRow.OfOrg row, int index, Instant at, Plan plan) {
    Row decided = new Row(row.entity().org(), row.sequence(), index, at, plan);
    rows.put(plan.reservation(), decided);
    return decided;
  }

  private void denied(JournalRow.OfOrg row, int index, OrgEvent.ReservationDenied event) {
    Plan plan = event.plan();
    List<String> codes =
        event.denials().stream().map(Denial::code).map(code -> code.word()).distinct().toList();
    End end = new End("denied", codes, event.at(), row.sequence(), index, 0, Map.of());
    if (rows.get(plan.reservation()) instanceof Row begun) {
      begun.end = end;
    } else {
      denied.put(
          plan.reservation(), new Row(row.entity().org(), row.sequence(), index, event.at(), plan));
      ends.put(plan.reservation(), end);
    }
  }

  /** What was begun in an earlier page has a row that is changed; the rest is written. */
  private void splitDenied(Handle handle) {
    if (denied.isEmpty()) {
      return;
    }
    List<String> begun =
        handle
            .createQuery(BEGUN)
            .bindArray("reservations", String.class, List.copyOf(denied.keySet()))
            .mapTo(String.class)
            .list();
    begun.forEach(denied::remove);
    denied.forEach(
        (reservation, row) -> {
          row.end = ends.remove(reservation);
          rows.put(reservation, row);
        });
  }

  private void settled(JournalRow.OfOrg row, int index, OrgEvent.ReservationSettled event) {
    Closure closure = event.closure();
    End end =
        new End(
            closure.kind().name().toLowerCase(Locale.ROOT),
            null,
            event.at(),
            row.sequence(),
            index,
            closure.charged().micros(),
            closure.usage());
    if (rows.get(closure.reservation()) instanceof Row begun) {
      begun.end = end;
    } else {
      ends.put(closure.reservation(), end);
    }
  }

  private void insert(Handle handle) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    BinaryRows copy = new BinaryRows();
    rows.values().forEach(row -> write(copy, row));
    copy.copyIn(handle, COPY);
  }

  private static void write(BinaryRows copy, Row row) {
    Plan plan = row.plan;
    Subject subject = plan.request().subject();
    End end = row.end;
    List<String> denials = end == null ? null : end.denials();
    copy.row(COLUMN_COUNT);
    copy.text(row.org);
    copy.bigint(row.sequence);
    copy.integer(row.index);
    copy.timestamptz(row.at);
    copy.text(plan.reservation());
    copy.bool(denials == null);
    copy.texts(denials == null ? List.of() : denials);
    copy.text(subject.team());
    copy.text(subject.user());
    copy.text(subject.product());
    copy.text(subject.costCenter());
    copy.text(subject.agent());
    copy.texts(plan.departments());
    copy.text(plan.request().feature());
    copy.text(plan.request().model());
    copy.text(plan.request().session());
    copy.text(plan.wallet());
    copy.text(plan.actor());
    copy.text(plan.creditType());
    copy.bigint(plan.amount().micros());
    copy.jsonb(JsonColumns.numbers(plan.quantities().usage()));
    if (end == null) {
      for (int i = 0; i < 6; i++) {
        copy.absent();
      }
      return;
    }
    copy.text(end.outcome());
    copy.timestamptz(end.at());
    copy.bigint(end.sequence());
    copy.integer(end.index());
    copy.bigint(end.charged());
    if (end.used().isEmpty()) {
      copy.absent();
    } else {
      copy.jsonb(JsonColumns.numbers(end.used()));
    }
  }

  private void update(Handle handle) {
    if (ends.isEmpty()) {
      return;
    }
    Collection<End> all = ends.values();
    List<@Nullable String> denials = new ArrayList<>(all.size());
    List<@Nullable String> used = new ArrayList<>(all.size());
    for (End end : all) {
      denials.add(end.denials() == null ? null : String.join(",", end.denials()));
      used.add(end.used().isEmpty() ? null : JsonColumns.text(JsonColumns.numbers(end.used())));
    }
    handle
        .createUpdate(END)
        .bindArray("reservations", String.class, List.copyOf(ends.keySet()))
        .bindArray("outcomes", String.class, all.stream().map(End::outcome).toList())
        .bindArray("denials", String.class, denials.toArray())
        .bindArray(
            "ats",
            Long.class,
            all.stream().map(e -> ChronoUnit.MICROS.between(Instant.EPOCH, e.at())).toList())
        .bindArray("sequences", Long.class, all.stream().map(End::sequence).toList())
        .bindArray("indexes", Integer.class, all.stream().map(End::index).toList())
        .bindArray("charged", Long.class, all.stream().map(End::charged).toList())
        .bindArray("used", String.class, used.toArray())
        .execute();
  }
}
