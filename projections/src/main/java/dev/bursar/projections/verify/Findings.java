package dev.bursar.projections.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What a verification has counted and found so far. */
final class Findings {

  private static final int DISCREPANCIES_MAX = 1_000;
  private static final int ROWS_BETWEEN_REPORTS = 500;

  private final Consumer<Counts> listener;
  private final List<Discrepancy> discrepancies = new ArrayList<>();
  private final long rowsTotal;
  private final boolean atRest;
  private long found;
  private long rows;
  long orgs;
  long entities;
  long events;
  long entries;
  long balances;
  long budgetWindows;
  long reservations;
  long openReservations;
  long unsettledReservations;
  long transfersInTransit;
  long heads;
  long usageEvents;
  long lagRows;

  Findings(long rowsTotal, boolean atRest, Consumer<Counts> listener) {
    this.rowsTotal = rowsTotal;
    this.atRest = atRest;
    this.listener = listener;
  }

  void add(Discrepancy.Kind kind, Object where, String detail) {
    found++;
    if (discrepancies.size() < DISCREPANCIES_MAX) {
      discrepancies.add(new Discrepancy(kind, where.toString(), firstLine(detail)));
    }
  }

  /** Something that may be under way, unless everything is at rest. */
  void underWay(Discrepancy.Kind kind, Object where, String detail) {
    if (atRest) {
      add(kind, where, detail);
    }
  }

  /** What libraries say goes on for lines. */
  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  void row(int eventsInIt) {
    rows++;
    events += eventsInIt;
    if (rows % ROWS_BETWEEN_REPORTS == 0) {
      listener.accept(counts());
    }
  }

  Report report() {
    listener.accept(counts());
    return new Report(counts(), List.copyOf(discrepancies), found);
  }

  private Counts counts() {
    return new Counts(
        orgs,
        entities,
        rows,
        rowsTotal,
        events,
        entries,
        balances,
        budgetWindows,
        reservations,
        openReservations,
        unsettledReservations,
        transfersInTransit,
        heads,
        usageEvents,
        lagRows);
  }
}
