@NullMarked
package dev.bursar.projections.journal;

import org.jspecify.annotations.NullMarked;
