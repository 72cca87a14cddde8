@NullMarked
package dev.bursar.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
