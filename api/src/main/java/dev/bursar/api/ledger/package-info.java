/** The ledger. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.ledger;
