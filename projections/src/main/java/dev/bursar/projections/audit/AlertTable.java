package dev.bursar.projections.audit;

import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.projections.journal.JournalRow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The table {@code alert}: thresholds that were reached, as the org and its teams told of them. */
public final class AlertTable {

  private static final String INSERT =
      """
      insert into alert (
        org, alerted_at, budget, member, window_start, threshold, used, limit_micros, since)
      values (:org, :at, :budget, :member, :windowStart, :threshold, :used, :limit, :since)
      on conflict do nothing
      """;

  private AlertTable() {}

  /** Writes what these rows tell of. */
  public static void project(Handle handle, List<JournalRow> rows) {
    for (JournalRow row : rows) {
      String org = row.entity().org();
      switch (row) {
        case JournalRow.OfOrg it -> {
          for (Recorded<OrgEvent> recorded : it.batch().recorded()) {
            if (recorded.event() instanceof OrgEvent.ReservationSettled settled) {
              write(handle, org, settled.at(), settled.alerts());
            }
          }
        }
        case JournalRow.OfTeam it -> {
          for (Recorded<TeamEvent> recorded : it.batch().recorded()) {
            if (recorded.event() instanceof TeamEvent.BudgetSettled settled) {
              write(handle, org, settled.at(), settled.alerts());
            }
          }
        }
        case JournalRow.OfWallet it -> {}
      }
    }
  }

  private static void write(Handle handle, String org, Instant at, List<ThresholdAlert> alerts) {
    for (ThresholdAlert alert : alerts) {
      handle
          .createUpdate(INSERT)
          .bind("org", org)
          .bind("at", at.atOffset(ZoneOffset.UTC))
          .bind("budget", alert.budget())
          .bind("member", alert.member())
          .bind("windowStart", alert.windowStart().atOffset(ZoneOffset.UTC))
          .bind("threshold", alert.threshold())
          .bind("used", alert.used().micros())
          .bind("limit", alert.limit().micros())
          .bind("since", alert.since() == null ? 0 : alert.since())
          .execute();
    }
  }
}
