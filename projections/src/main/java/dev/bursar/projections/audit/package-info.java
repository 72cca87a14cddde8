/** Who changed what, and what somebody wants to know of. */
@NullMarked
package dev.bursar.projections.audit;

import org.jspecify.annotations.NullMarked;
