@NullMarked
package dev.bursar.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
