/** How far the read models are, and waiting for them. */
@NullMarked
package dev.bursar.projections.progress;

import org.jspecify.annotations.NullMarked;
