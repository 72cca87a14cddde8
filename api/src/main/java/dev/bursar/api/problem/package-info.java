/** Errors as clients see them. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.problem;
