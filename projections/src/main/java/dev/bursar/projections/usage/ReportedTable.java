package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Reported;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Writes the table {@code reported_usage}: what has been reported and charged, for good. */
final class ReportedTable {

  private static final String INSERT =
      """
      insert into reported_usage (org, key)
      select org, decode(key, 'hex')
      from unnest(cast(:orgs as text[]), cast(:keys as text[])) as n (org, key)
      order by org, key
      on conflict do nothing
      """;

  private ReportedTable() {}

  static void insert(Handle handle, Collection<Tracked> rows) {
    List<String> orgs = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (Tracked row : rows) {
      Tracked.Report charged = row.charged();
      if (charged != null) {
        orgs.add(row.org);
        keys.add(HexFormat.of().formatHex(Reported.key(charged.source(), charged.id())));
      }
    }
    if (!orgs.isEmpty()) {
      handle
          .createUpdate(INSERT)
          .bindArray("orgs", String.class, orgs)
          .bindArray("keys", String.class, keys)
          .execute();
    }
  }
}
