@NullMarked
package dev.bursar.benchmarks.history;

import org.jspecify.annotations.NullMarked;
