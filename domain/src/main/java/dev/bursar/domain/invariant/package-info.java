/** What must hold of a wallet and its ledger, whatever has happened to them. */
@NullMarked
package dev.bursar.domain.invariant;

import org.jspecify.annotations.NullMarked;
