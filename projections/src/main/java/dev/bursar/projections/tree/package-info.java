/** The Merkle tree over an org's ledger: its hashes, its signed heads, and the proofs from it. */
@NullMarked
package dev.bursar.projections.tree;

import org.jspecify.annotations.NullMarked;
