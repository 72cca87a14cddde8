@NullMarked
package dev.bursar.benchmarks.replay;

import org.jspecify.annotations.NullMarked;
