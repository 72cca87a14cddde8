/** The test clock. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.time;
