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
import org.jdbi.v3.core.statement.PreparedBatch;

/** The table {@code alert}: thresholds that were reached, as the org and its teams told of them. */
public final class AlertTable {

  private static final String INSERT =
      """
      insert into alert (
        org, alerted_at, team, sequence, index, number, budget, member, window_start, threshold,
        used, limit_micros, since)
      values (
        :org, :at, :team, :sequence, :index, :number, :budget, :member, :windowStart, :threshold,
        :used, :limit, :since)
      on conflict do nothing
      """;

  private AlertTable() {}

  /** Writes what these rows tell of, all at once: a page may cross the thresholds of many. */
  public static void project(Handle handle, List<JournalRow> rows) {
    PreparedBatch batch = handle.prepareBatch(INSERT);
    for (JournalRow row : rows) {
      int index = 0;
      switch (row) {
        case JournalRow.OfOrg it -> {
          for (Recorded<OrgEvent> recorded : it.batch().recorded()) {
            if (recorded.event() instanceof OrgEvent.ReservationSettled settled) {
              add(batch, row, index, settled.at(), settled.alerts());
            }
            index++;
          }
        }
        case JournalRow.OfTeam it -> {
          for (Recorded<TeamEvent> recorded : it.batch().recorded()) {
            if (recorded.event() instanceof TeamEvent.BudgetSettled settled) {
              add(batch, row, index, settled.at(), settled.alerts());
            }
            index++;
          }
        }
        case JournalRow.OfWallet it -> {}
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  private static void add(
      PreparedBatch batch, JournalRow row, int index, Instant at, List<ThresholdAlert> alerts) {
    int number = 0;
    for (ThresholdAlert alert : alerts) {
      batch
          .bind("org", row.entity().org())
          .bind("at", at.atOffset(ZoneOffset.UTC))
          .bind("team", row.entity().name())
          .bind("sequence", row.sequence())
          .bind("index", index)
          .bind("number", number++)
          .bind("budget", alert.budget())
          .bind("member", alert.member())
          .bind("windowStart", alert.windowStart().atOffset(ZoneOffset.UTC))
          .bind("threshold", alert.threshold())
          .bind("used", alert.used().micros())
          .bind("limit", alert.limit().micros())
          .bind("since", alert.since() == null ? 0 : alert.since())
          .add();
    }
  }
}
