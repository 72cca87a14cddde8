package dev.bursar.benchmarks.history;

import java.util.Locale;

/** What a client can ask for. */
public enum Kind {
  RESERVE,
  CHARGE_AT_ONCE,
  DRY_RUN,
  COMMIT,
  RELEASE,
  EXTEND,
  GRANT,
  VOID,
  ADJUST,
  REFUND,
  TRANSFER,
  BUDGET_CHANGE,
  FREEZE,
  /** What has been answered before, with its key. */
  AGAIN,
  /** Something else, with a key that has been used. */
  KEY_REUSE;

  /** For people. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
