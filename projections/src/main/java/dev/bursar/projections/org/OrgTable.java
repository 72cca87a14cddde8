package dev.bursar.projections.org;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.projections.journal.JournalRow;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The table {@code org}: the orgs and their settings. */
public final class OrgTable {

  private record Put(OrgEvent.OrgPut event, long sequence) {}

  private static final String UPSERT =
      """
      insert into org (org, name, zone, plan, add_ons, last_sequence, updated_at)
      values (:org, :name, :zone, :plan, :addOns, :sequence, :at)
      on conflict (org) do update set
        name = excluded.name, zone = excluded.zone, plan = excluded.plan,
        add_ons = excluded.add_ons, last_sequence = excluded.last_sequence,
        updated_at = excluded.updated_at
      """;

  private OrgTable() {}

  /** Writes the last settings that these rows hold. */
  public static void project(Handle handle, List<JournalRow> rows) {
    Map<String, Put> last = new LinkedHashMap<>();
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfOrg org) {
        for (Recorded<OrgEvent> recorded : org.batch().recorded()) {
          if (recorded.event() instanceof OrgEvent.OrgPut put) {
            last.put(org.entity().org(), new Put(put, row.sequence()));
          }
        }
      }
    }
    last.forEach((org, put) -> write(handle, org, put));
  }

  private static void write(Handle handle, String org, Put put) {
    OrgSettings settings = put.event().settings();
    handle
        .createUpdate(UPSERT)
        .bind("org", org)
        .bind("name", settings.name())
        .bind("zone", settings.zone().getId())
        .bind("plan", settings.plan())
        .bindArray("addOns", String.class, settings.addOns())
        .bind("sequence", put.sequence())
        .bind("at", put.event().at().atOffset(ZoneOffset.UTC))
        .execute();
  }
}
