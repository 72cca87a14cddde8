@NullMarked
package dev.bursar.benchmarks.inhouse;

import org.jspecify.annotations.NullMarked;
