@NullMarked
package dev.bursar.projections.progress;

import org.jspecify.annotations.NullMarked;
