@NullMarked
package dev.bursar.projections;

import org.jspecify.annotations.NullMarked;
