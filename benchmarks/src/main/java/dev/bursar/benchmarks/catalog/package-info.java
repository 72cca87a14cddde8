/** What it costs to price a request, and to read a catalog, measured with JMH. */
@NullMarked
package dev.bursar.benchmarks.catalog;

import org.jspecify.annotations.NullMarked;
