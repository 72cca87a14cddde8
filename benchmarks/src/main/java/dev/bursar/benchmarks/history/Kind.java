package dev.bursar.benchmarks.history;

import dev.bursar.simulation.history.Call;
import java.util.Locale;

/** What a client can ask for. */
public enum Kind {
  RESERVE,
  CHARGE_AT_ONCE,
  DRY_RUN,
  REPORT,
  COMMIT,
  RELEASE,
  EXTEND,
  GRANT,
  RECURRING_GRANT,
  VOID,
  ADJUST,
  REFUND,
  TRANSFER,
  BUDGET_CHANGE,
  FREEZE,
  TEAM_MOVE,
  /** What has been answered before, with its key. */
  AGAIN,
  /** Work that has been reported before. */
  REPORT_AGAIN,
  /** Something else, with a key that has been used. */
  KEY_REUSE,
  /** One of several ends of a reservation, all with one key. */
  CONTESTED_END;

  /** What a call is that is made for the first time. */
  static Kind of(Call call) {
    return switch (call) {
      case Call.Reserve it when it.request().dryRun() -> DRY_RUN;
      case Call.Reserve it -> it.request().commit() ? CHARGE_AT_ONCE : RESERVE;
      case Call.Report it -> REPORT;
      case Call.Commit it -> COMMIT;
      case Call.Release it -> RELEASE;
      case Call.Extend it -> EXTEND;
      case Call.AddGrant it -> it.recurrence() == null ? GRANT : RECURRING_GRANT;
      case Call.VoidGrant it -> VOID;
      case Call.Adjust it -> ADJUST;
      case Call.Refund it -> REFUND;
      case Call.Transfer it -> TRANSFER;
      case Call.PutBudget it -> BUDGET_CHANGE;
      case Call.FreezeScope it -> FREEZE;
      case Call.PutUnit it -> TEAM_MOVE;
    };
  }

  /** For people. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
