package dev.bursar.domain.time;

import java.time.Duration;

/** What is taken for granted of the clocks of nodes. */
public final class Clocks {

  /** They are apart by less than this, with what is under way meanwhile. */
  public static final Duration APART_MAX = Duration.ofMinutes(5);

  private Clocks() {}
}
