package dev.bursar.benchmarks.chaos;

import java.util.Locale;

/** What is done to the node, to its database, and to those who call it. */
public enum Trouble {
  /** The node is killed with {@code kill -9}, and started again. */
  NODE_KILLED,
  /** The node is asked to end, as before an update, ends in good order, and is started again. */
  NODE_RESTARTED,
  /** The node stands still for a while. */
  NODE_PAUSED,
  /** PostgreSQL is killed with {@code kill -9}, and started again. */
  POSTGRES_KILLED,
  /** Every connection to PostgreSQL is cut. */
  CONNECTIONS_CUT,
  /** Somebody has the journal locked, until one who wants to write to it has to give up. */
  JOURNAL_LOCKED,
  /** Rows of the journal are committed, and the node does not hear of it. */
  COMMIT_UNHEARD,
  /** Nothing comes through to PostgreSQL for a while, and nothing is refused. */
  NETWORK_SILENT,
  /** Every connection of those who call is cut. */
  CALLERS_CUT,
  /** The node answers, and those who called don't hear it. */
  ANSWERS_UNHEARD;

  /** For people. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
