package dev.bursar.simulation;

/** What some histories have beside clients and faults, and can be told without. */
public enum Beside {
  /** Who decides from leases, as it runs in production. */
  SIDECARS,
  /** Who holds leases by itself. */
  HOLDERS,
  /** Who sets budgets while others work. */
  BUDGETERS,
  /** Plans of the busy org, and what becomes of them. */
  PLANS,
  /** Days that pass in its midst. */
  DAYS
}
