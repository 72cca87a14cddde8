@NullMarked
package dev.bursar.benchmarks.usage;

import org.jspecify.annotations.NullMarked;
