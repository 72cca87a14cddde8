package dev.bursar.projections.readmodel;

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
}
