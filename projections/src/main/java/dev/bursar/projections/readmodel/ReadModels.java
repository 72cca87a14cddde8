package dev.bursar.projections.readmodel;

import dev.bursar.projections.usage.UsageSettings;
import dev.bursar.projections.usage.UsageWriter;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;

/**
 * All read models that there are.
 *
 * @param usage how usage is kept and summed up
 * @param clock the node's time
 */
public record ReadModels(UsageSettings usage, InstantSource clock) {

  /** One of each, in the order in which they are written; for one slice range. */
  public List<ReadModel> all() {
    return List.of(
        new LedgerModel(),
        new WalletsModel(),
        new OrgsModel(),
        new UsageModel(new UsageWriter(usage, clock)),
        new AlertsModel(),
        new AuditModel());
  }

  /**
   * Those of these names, in the order in which they are written.
   *
   * @throws IllegalArgumentException if there is none of a name
   */
  public List<ReadModel> named(Collection<String> names) {
    List<ReadModel> all = all();
    List<String> known = all.stream().map(ReadModel::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s is not a read model; %s are.".formatted(name, String.join(", ", known)));
      }
    }
    return all.stream().filter(model -> names.contains(model.name())).toList();
  }
}
