package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.projections.progress.ReadQueries;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Looks reported events up in {@code reported_usage}. */
public final class JdbcReportedEvents implements ReportedEvents {

  /** One statement: both are of the same moment, as the projection writes them. */
  private static final String KNOWN =
      """
      select
        coalesce(
          (select p.last_sequence from entity_progress p where p.persistence_id = :entity), 0),
        array(
          select encode(r.key, 'hex') from reported_usage r
          where r.org = :org and r.key = any(
            select decode(k, 'hex') from unnest(cast(:keys as text[])) as k))
      """;

  private record Stored(long through, Set<String> keys) {}

  private final ReadQueries queries;

  public JdbcReportedEvents(ReadQueries queries) {
    this.queries = queries;
  }

  @Override
  public CompletionStage<Known> onRecord(String org, List<Reported> events) {
    List<String> keys =
        events.stream().map(event -> HexFormat.of().formatHex(event.key())).toList();
    return queries.run(
        handle -> {
          Stored stored =
              handle
                  .createQuery(KNOWN)
                  .bind("entity", EntityId.org(org).toString())
                  .bind("org", org)
                  .bindArray("keys", String.class, keys)
                  .map(
                      (rs, context) ->
                          new Stored(
                              rs.getLong(1),
                              new HashSet<>(Arrays.asList((String[]) rs.getArray(2).getArray()))))
                  .one();
          return new Known(keys.stream().map(stored.keys()::contains).toList(), stored.through());
        });
  }
}
