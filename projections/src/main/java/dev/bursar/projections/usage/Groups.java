package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Which groups of an org have what is asked for. */
final class Groups {

  private Groups() {}

  /** The names of those that have all of these. */
  static List<UUID> of(Handle handle, String org, Map<Dimension, String> filter) {
    return Dimensions.bind(
            handle.createQuery(
                "select d.id from usage_group d where d.org = :org"
                    + Dimensions.conditions(filter)),
            filter)
        .bind("org", org)
        .mapTo(UUID.class)
        .list();
  }
}
