/** What whoever started a long command sees meanwhile. */
@NullMarked
package dev.bursar.benchmarks.console;

import org.jspecify.annotations.NullMarked;
