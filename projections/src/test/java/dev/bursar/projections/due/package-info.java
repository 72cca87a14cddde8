@NullMarked
package dev.bursar.projections.due;

import org.jspecify.annotations.NullMarked;
