/** The ledger as a read table: its writer and its queries. */
@NullMarked
package dev.bursar.projections.ledger;

import org.jspecify.annotations.NullMarked;
