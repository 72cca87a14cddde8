/** Every decision with what became of it, and questions about many of them. */
@NullMarked
package dev.bursar.projections.usage;

import org.jspecify.annotations.NullMarked;
