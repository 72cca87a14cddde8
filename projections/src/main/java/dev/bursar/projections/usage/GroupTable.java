package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bursar.projections.copy.JsonColumns;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Writes the table {@code usage_group}, and remembers what is known to stand in it. */
final class GroupTable {

  private static final String INSERT =
      """
      insert into usage_group (
        id, org, team, departments, product, cost_center, agent, feature, model, wallet, credit_type)
      select id, org, team, array(select jsonb_array_elements_text(cast(departments as jsonb))),
        product, cost_center, agent, feature, model, wallet, credit_type
      from unnest(:ids, cast(:orgs as text[]), cast(:teams as text[]),
        cast(:departments as text[]), cast(:products as text[]), cast(:costCenters as text[]),
        cast(:agents as text[]), cast(:features as text[]), cast(:models as text[]),
        cast(:wallets as text[]), cast(:creditTypes as text[])
      ) as n (id, org, team, departments, product, cost_center, agent, feature, model, wallet,
        credit_type)
      on conflict do nothing
      """;

  private final Cache<Group, UUID> known;

  /**
   * @param rememberedMax how many are remembered
   */
  GroupTable(long rememberedMax) {
    this.known = Caffeine.newBuilder().maximumSize(rememberedMax).executor(Runnable::run).build();
  }

  void forget() {
    known.invalidateAll();
  }

  /** The names of these; each stands in the table then. */
  Map<Group, UUID> ids(Handle handle, Collection<Group> groups) {
    Map<Group, UUID> ids = new LinkedHashMap<>();
    // Sorted, so that nobody deadlocks.
    Map<UUID, Group> missing = new TreeMap<>();
    for (Group group : groups) {
      UUID id = known.getIfPresent(group);
      if (id == null) {
        id = group.id();
        missing.put(id, group);
      }
      ids.put(group, id);
    }
    if (!missing.isEmpty()) {
      insert(handle, missing);
      missing.forEach((id, group) -> known.put(group, id));
    }
    return ids;
  }

  private static void insert(Handle handle, Map<UUID, Group> missing) {
    try (Update insert = handle.createUpdate(INSERT)) {
      insert.bindArray("ids", UUID.class, List.copyOf(missing.keySet()));
      texts(insert, "orgs", missing, Group::org);
      texts(insert, "teams", missing, Group::team);
      texts(insert, "departments", missing, group -> JsonColumns.list(group.departments()));
      texts(insert, "products", missing, Group::product);
      texts(insert, "costCenters", missing, Group::costCenter);
      texts(insert, "agents", missing, Group::agent);
      texts(insert, "features", missing, Group::feature);
      texts(insert, "models", missing, Group::model);
      texts(insert, "wallets", missing, Group::wallet);
      texts(insert, "creditTypes", missing, Group::creditType);
      insert.execute();
    }
  }

  private static void texts(
      Update insert, String name, Map<UUID, Group> of, Function<Group, @Nullable String> column) {
    array(insert, name, String.class, of.values(), column);
  }
}
