@NullMarked
package dev.bursar.projections.export;

import org.jspecify.annotations.NullMarked;
