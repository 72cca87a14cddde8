/** How fast a sidecar decides. */
@org.jspecify.annotations.NullMarked
package dev.bursar.benchmarks.sidecar;
