/** Reads of what is too long for one answer, part by part, apart from all other reads. */
@NullMarked
package dev.bursar.projections.export;

import org.jspecify.annotations.NullMarked;
