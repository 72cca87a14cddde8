package dev.bursar.audit;

import java.math.BigDecimal;
import java.util.SortedMap;

/**
 * The figures of one credit type of one wallet over an export, in credits.
 *
 * @param creditType the credit type
 * @param entries how many entries, 1 or more
 * @param openingBalance before the first of them
 * @param openingDebt before the first of them
 * @param closingBalance after the last of them
 * @param closingDebt after the last of them
 * @param amounts what the entries of each type come to, signed, by the type's name
 */
public record Totals(
    String creditType,
    long entries,
    BigDecimal openingBalance,
    BigDecimal openingDebt,
    BigDecimal closingBalance,
    BigDecimal closingDebt,
    SortedMap<String, BigDecimal> amounts) {}
