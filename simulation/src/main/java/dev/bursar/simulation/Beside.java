package dev.bursar.simulation;

import java.util.SplittableRandom;

/** What some histories have beside clients and faults, and can be told without. */
public enum Beside {
  /** Who decides from leases, as it runs in production. */
  SIDECARS(3),
  /** Who holds leases by itself. */
  HOLDERS(6),
  /** Who sets budgets while others work. */
  BUDGETERS(3),
  /** Plans of the busy org, and what becomes of them. */
  PLANS(4),
  /** Limits of the busy org that are others for some time. */
  OVERRIDES(4),
  /** Budgets of some features and models, and of longer windows. */
  FURTHER_BUDGETS(5),
  /**
   * Who corrects what was charged and taken away, and a wallet that has nearly all there can be.
   */
  CORRECTORS(5),
  /** Who closes leases with what is not taken. */
  LESSEES(15),
  /** Limits that each user has, so that no lease may be for all of them: in most histories. */
  LIMITS_OF_USERS(5),
  /** Days that pass in its midst. */
  DAYS(1),
  /** Another sidecar beside the first. */
  ANOTHER_SIDECAR(3),
  /** Who only looks. */
  VIEWERS(4),
  /** Who freezes and lifts that, and changes limits for some time, or takes that back. */
  GOVERNORS(4),
  /** Limits that come with those plans. */
  PLAN_LIMITS(2),
  /** Time zones that their org is put with. */
  TIME_ZONES(2),
  /** Half a day or more that passes in its midst: less than a day. */
  HOURS(8);

  private static final int LEASED_ONE_IN = 3;
  private static final long LOTS = 0x5eed_0f_1075L;

  private final int oneIn;

  Beside(int oneIn) {
    this.oneIn = oneIn;
  }

  /**
   * Whether the history of a seed has this: each by a lot of its own, so that any of them meet.
   * Other limits are few where somebody leases, since then little is leased. Whether days pass, who
   * runs a history draws.
   */
  boolean isIn(long seed) {
    return switch (this) {
      case DAYS -> true;
      case ANOTHER_SIDECAR -> SIDECARS.isDrawn(seed) && isDrawn(seed);
      case LIMITS_OF_USERS -> !isDrawn(seed);
      case OVERRIDES, FURTHER_BUDGETS ->
          isDrawn(seed) && (!hasLeases(seed) || lot(seed, LEASED_ONE_IN) == 0);
      default -> isDrawn(seed);
    };
  }

  private static boolean hasLeases(long seed) {
    return SIDECARS.isDrawn(seed) || HOLDERS.isDrawn(seed);
  }

  private boolean isDrawn(long seed) {
    return lot(seed, oneIn) == 0;
  }

  private int lot(long seed, int bound) {
    return new SplittableRandom(seed ^ ((LOTS << ordinal()) + bound)).nextInt(bound);
  }
}
