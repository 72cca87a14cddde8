/** Traces of LLM calls: read from a file or made up, and attributed to made-up customers. */
@NullMarked
package dev.bursar.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
