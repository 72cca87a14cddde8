package dev.bursar.projections.org;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.projections.journal.JournalRow;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table {@code org}: the orgs and their settings. */
public final class OrgTable {

  private record Put(OrgEvent.OrgPut event, long sequence) {}

  private static final String UPSERT =
      """
      insert into org (
        org, name, zone, plan, add_ons, catalog_version, starts_at, trial_ends_at, ends_at,
        last_sequence, updated_at)
      values (
        :org, :name, :zone, :plan, :addOns, :version, :startsAt, :trialEndsAt, :endsAt,
        :sequence, :at)
      on conflict (org) do update set
        name = excluded.name, zone = excluded.zone, plan = excluded.plan,
        add_ons = excluded.add_ons, catalog_version = excluded.catalog_version,
        starts_at = excluded.starts_at, trial_ends_at = excluded.trial_ends_at,
        ends_at = excluded.ends_at, last_sequence = excluded.last_sequence,
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
        .bind("version", settings.catalogVersion())
        .bind("startsAt", utc(settings.startsAt()))
        .bind("trialEndsAt", utc(settings.trialEndsAt()))
        .bind("endsAt", utc(settings.endsAt()))
        .bind("sequence", put.sequence())
        .bind("at", put.event().at().atOffset(ZoneOffset.UTC))
        .execute();
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
