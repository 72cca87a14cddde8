@NullMarked
package dev.bursar.projections.cost;

import org.jspecify.annotations.NullMarked;
