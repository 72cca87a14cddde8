package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.projections.progress.CatchUpTimeout;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** Looks reported events up in {@code reported_usage}, while that is not too far behind. */
public final class JdbcReportedEvents implements ReportedEvents {

  private static final String KNOWN =
      """
      select encode(r.key, 'hex') from reported_usage r
      where r.org = :org and r.key = any(
        select decode(k, 'hex') from unnest(cast(:keys as text[])) as k)
      """;

  private final ReadQueries queries;
  private final Progress progress;
  private final InstantSource clock;
  private final Duration lagMax;

  /**
   * @param lagMax how far the read model may be behind: what is reported in that time, the org
   *     remembers by itself
   */
  public JdbcReportedEvents(
      ReadQueries queries, Progress progress, InstantSource clock, Duration lagMax) {
    this.queries = queries;
    this.progress = progress;
    this.clock = clock;
    this.lagMax = lagMax;
  }

  @Override
  public CompletionStage<List<Boolean>> onRecord(String org, List<Reported> events) {
    List<String> keys =
        events.stream().map(event -> HexFormat.of().formatHex(event.key())).toList();
    return queries.run(
        handle -> {
          // Asked before, so that what is read is at least as new.
          demandNew(org);
          Set<String> known = known(handle, org, keys);
          return keys.stream().map(known::contains).toList();
        });
  }

  private void demandNew(String org) {
    Progress.Freshness freshness = progress.of(org);
    Instant oldest = clock.instant().minus(lagMax);
    if (freshness.asOf().isBefore(oldest) || freshness.lagMs() > lagMax.toMillis()) {
      throw CatchUpTimeout.ofReports(org, freshness.asOf(), lagMax);
    }
  }

  private static Set<String> known(Handle handle, String org, List<String> keys) {
    return new HashSet<>(
        handle
            .createQuery(KNOWN)
            .bind("org", org)
            .bindArray("keys", String.class, keys)
            .mapTo(String.class)
            .list());
  }
}
