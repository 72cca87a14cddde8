package dev.bursar.node.entity;

import com.typesafe.config.Config;
import dev.bursar.entities.Limits;

/** Reads the bounds of entities from {@code limits.conf}. */
public final class LimitSettings {

  private LimitSettings() {}

  /** Reads the section {@code bursar.limits}. */
  public static Limits from(Config root) {
    Config config = root.getConfig("bursar.limits");
    return new Limits(
        config.getInt("waiting-max"),
        config.getInt("batch-max"),
        config.getInt("reservations-max"),
        config.getInt("operations-remembered"),
        config.getDuration("operations-remembered-for"),
        config.getDuration("grace"),
        config.getDuration("correction"),
        config.getDuration("reports-ahead-max"),
        config.getBytes("snapshot-after-bytes"),
        config.getInt("snapshot-after-sizes"),
        config.getDuration("unhurried-within"),
        config.getDuration("teams-unhurried-within"),
        config.getDuration("settled-within"),
        config.getInt("restarts-max"),
        config.getDuration("ask-timeout"));
  }
}
