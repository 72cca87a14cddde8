/** What work has cost, from the ledger's read tables. */
@NullMarked
package dev.bursar.projections.cost;

import org.jspecify.annotations.NullMarked;
