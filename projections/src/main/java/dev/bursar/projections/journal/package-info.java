/** Reading the journal in its final order, slice by slice. */
@NullMarked
package dev.bursar.projections.journal;

import org.jspecify.annotations.NullMarked;
