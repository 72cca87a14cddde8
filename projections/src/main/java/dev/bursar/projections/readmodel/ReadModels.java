package dev.bursar.projections.readmodel;

import java.util.Collection;
import java.util.List;

/** All read models that there are; a new set for each slice range. */
public final class ReadModels {

  private ReadModels() {}

  /** One of each, in the order in which they are written. */
  public static List<ReadModel> all() {
    return List.of(
        new LedgerModel(),
        new WalletsModel(),
        new OrgsModel(),
        new UsageModel(),
        new AlertsModel(),
        new AuditModel());
  }

  /**
   * Those of these names, in the order in which they are written.
   *
   * @throws IllegalArgumentException if there is none of a name
   */
  public static List<ReadModel> named(Collection<String> names) {
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
