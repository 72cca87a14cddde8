package dev.bursar.api.usage;

import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.table.Column;
import dev.bursar.api.table.Column.Amount;
import dev.bursar.api.table.Column.Flag;
import dev.bursar.api.table.Column.Pairs;
import dev.bursar.api.table.Column.Text;
import dev.bursar.api.table.Column.Texts;
import dev.bursar.api.table.Column.Time;
import dev.bursar.api.table.Column.Units;
import dev.bursar.api.table.Table;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Report;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Single usage events, as answers and tables show them. */
final class EventTables {

  private static final int DECIMALS = 6;

  private EventTables() {}

  static Table<UsageEvent> of(Set<String> meters) {
    List<Column<UsageEvent>> columns =
        new ArrayList<>(
            List.of(
                new Text<>("id", event -> event.key().text()),
                new Time<>("counted_at", event -> event.key().countedAt()),
                new Time<>("recorded_at", UsageEvent::recordedAt),
                new Text<>("reservation", UsageEvent::reservation),
                new Text<>("decision", event -> event.decision().word()),
                new Texts<>("denials", EventTables::denials),
                new Text<>("outcome", event -> event.outcome().word()),
                new Time<>("ended_at", UsageEvent::endedAt),
                new Text<>("team", event -> event.attribution().subject().team()),
                new Texts<>("departments", event -> event.attribution().departments()),
                new Text<>("user", event -> event.attribution().subject().user()),
                new Text<>("product", event -> event.attribution().subject().product()),
                new Text<>("cost_center", event -> event.attribution().subject().costCenter()),
                new Text<>("agent", event -> event.attribution().subject().agent()),
                new Text<>("feature", event -> event.attribution().feature()),
                new Text<>("model", event -> event.attribution().model()),
                new Text<>("session", event -> event.attribution().session()),
                new Text<>("wallet", event -> event.attribution().wallet()),
                new Text<>("actor", event -> event.attribution().actor()),
                new Text<>("credit_type", UsageEvent::creditType),
                new Amount<>("amount", event -> decimal(event.amount())),
                new Amount<>("credits", event -> decimal(event.charged()))));
    columns.addAll(MeterColumns.of(meters, event -> wide(event.used())));
    columns.add(new Units<>("asked", EventTables::asked));
    columns.add(new Pairs<>("metadata", EventTables::metadata));
    columns.add(new Text<>("trace_id", UsageEvent::traceId));
    columns.add(new Text<>("source", event -> of(event, Report::source)));
    columns.add(new Text<>("event_id", event -> of(event, Report::id)));
    columns.add(new Time<>("time", event -> of(event, Report::happenedAt)));
    columns.add(new Flag<>("late", event -> of(event, Report::late)));
    return new Table<>(UsageEvent.class, columns, EventTables::json);
  }

  private static List<String> denials(UsageEvent event) {
    return event.denials().stream().map(DenialCode::word).toList();
  }

  private static @Nullable BigDecimal decimal(@Nullable Credits credits) {
    return credits == null ? null : BigDecimal.valueOf(credits.micros(), DECIMALS);
  }

  private static Map<String, BigDecimal> wide(Map<String, Long> units) {
    Map<String, BigDecimal> wide = new HashMap<>();
    units.forEach((meter, of) -> wide.put(meter, BigDecimal.valueOf(of)));
    return wide;
  }

  private static @Nullable Map<String, BigDecimal> asked(UsageEvent event) {
    return event.asked().isEmpty() ? null : new TreeMap<>(wide(event.asked()));
  }

  private static @Nullable Map<String, String> metadata(UsageEvent event) {
    return event.metadata().isEmpty() ? null : new TreeMap<>(event.metadata());
  }

  private static <R> @Nullable R of(UsageEvent event, Function<Report, R> part) {
    Report reported = event.reported();
    return reported == null ? null : part.apply(reported);
  }

  static void json(JsonWriter json, UsageEvent event) {
    UsageEvent.Attribution attribution = event.attribution();
    json.field("id", event.key().text())
        .field("counted_at", event.key().countedAt())
        .field("recorded_at", event.recordedAt())
        .field("reservation", event.reservation())
        .field("decision", event.decision().word())
        .texts("denials", denials(event))
        .field("outcome", event.outcome().word())
        .field("ended_at", event.endedAt());
    ReservationViews.subject(json, attribution.subject());
    json.texts("departments", attribution.departments())
        .field("feature", attribution.feature())
        .field("model", attribution.model())
        .field("session", attribution.session())
        .field("wallet", attribution.wallet())
        .field("actor", attribution.actor())
        .field("credit_type", event.creditType())
        .field("amount", event.amount())
        .field("credits", event.charged())
        .object("asked", in -> event.asked().forEach((meter, units) -> in.field(meter, units)))
        .object("meters", in -> event.used().forEach((meter, units) -> in.field(meter, units)))
        .pairs("metadata", event.metadata())
        .field("trace_id", event.traceId());
    Report reported = event.reported();
    if (reported != null) {
      json.field("source", reported.source())
          .field("event_id", reported.id())
          .field("time", reported.happenedAt())
          .field("late", reported.late());
    }
  }
}
