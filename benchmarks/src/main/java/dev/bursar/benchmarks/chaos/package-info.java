/** One real node, its real PostgreSQL, and everything that an operator fears. */
@NullMarked
package dev.bursar.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;
