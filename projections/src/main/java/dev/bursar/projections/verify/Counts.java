package dev.bursar.projections.verify;

/**
 * How much was looked at.
 *
 * @param orgs orgs
 * @param entities orgs, teams and wallets
 * @param rows rows of the journal, folded
 * @param rowsTotal rows of the journal when it began
 * @param events events in them
 * @param entries ledger entries, compared with the read table
 * @param balances wallets' figures, compared with the read table
 * @param budgetWindows windows of budgets, compared with what was charged and held
 * @param reservations reservations that have ended everywhere
 * @param openReservations reservations that are open
 * @param unsettledReservations reservations that the wallet has ended and that the org or the team
 *     has not been told of yet
 * @param transfersInTransit transfers that have left one wallet, and not come to the other or back
 * @param heads signed heads of ledgers, compared with the entries
 * @param usageEvents usage events, compared with the read table
 * @param lagRows rows that are not projected yet, and so not compared
 */
public record Counts(
    long orgs,
    long entities,
    long rows,
    long rowsTotal,
    long events,
    long entries,
    long balances,
    long budgetWindows,
    long reservations,
    long openReservations,
    long unsettledReservations,
    long transfersInTransit,
    long heads,
    long usageEvents,
    long lagRows) {}
