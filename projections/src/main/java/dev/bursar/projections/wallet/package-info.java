/** The wallets' figures as a read table. */
@NullMarked
package dev.bursar.projections.wallet;

import org.jspecify.annotations.NullMarked;
