@NullMarked
package dev.bursar.benchmarks.load;

import org.jspecify.annotations.NullMarked;
