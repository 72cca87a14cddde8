/**
 * A load client for HTTP/1.1 that costs little, since it shares its cores with what it measures.
 */
@NullMarked
package dev.bursar.benchmarks.load;

import org.jspecify.annotations.NullMarked;
