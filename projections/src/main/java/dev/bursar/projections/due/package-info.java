/** What falls due by itself: the table of due times, and who wakes the wallets. */
@NullMarked
package dev.bursar.projections.due;

import org.jspecify.annotations.NullMarked;
