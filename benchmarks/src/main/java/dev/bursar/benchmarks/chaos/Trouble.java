package dev.bursar.benchmarks.chaos;

import java.util.Locale;

/** What is done to the node and to its database. */
public enum Trouble {
  /** The node is killed with {@code kill -9}, and started again. */
  NODE_KILLED,
  /** The node stands still for some seconds. */
  NODE_PAUSED,
  /** PostgreSQL is killed with {@code kill -9}, and started again. */
  POSTGRES_KILLED,
  /** Every connection to PostgreSQL is cut. */
  CONNECTIONS_CUT,
  /** A commit is done, and the node does not hear of it. */
  COMMIT_UNHEARD,
  /** Nothing comes through to PostgreSQL for some seconds, and nothing is refused. */
  NETWORK_SILENT;

  /** For people. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
