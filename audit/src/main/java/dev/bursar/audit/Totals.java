package dev.bursar.audit;

import java.math.BigDecimal;
import java.util.SortedMap;

/**
 * The figures of one credit type of one wallet in the month of an export, in credits. They are
 * those of the month's statement: entries dated in another month count for nothing but what the
 * month opens with.
 *
 * @param creditType the credit type
 * @param entries how many entries are dated in the month, 0 or more
 * @param entriesOfOtherMonths how many others stand between the export's leaves
 * @param openingBalance before the first entry of the month
 * @param openingDebt before the first entry of the month
 * @param closingBalance after the last entry of the month
 * @param closingDebt after the last entry of the month
 * @param amounts what the month's entries of each type come to, signed, by the type's name
 */
public record Totals(
    String creditType,
    long entries,
    long entriesOfOtherMonths,
    BigDecimal openingBalance,
    BigDecimal openingDebt,
    BigDecimal closingBalance,
    BigDecimal closingDebt,
    SortedMap<String, BigDecimal> amounts) {}
