/** From the journal to the read tables, and the queries on them. */
@NullMarked
package dev.bursar.projections;

import org.jspecify.annotations.NullMarked;
