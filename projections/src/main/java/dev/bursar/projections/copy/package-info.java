/** Many rows at once into a table. */
@NullMarked
package dev.bursar.projections.copy;

import org.jspecify.annotations.NullMarked;
