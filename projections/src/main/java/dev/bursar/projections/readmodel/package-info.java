/** The projection itself: from a page of the journal to the read tables, exactly once. */
@NullMarked
package dev.bursar.projections.readmodel;

import org.jspecify.annotations.NullMarked;
