@NullMarked
package dev.bursar.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;
