/** What makes a call happen once, and what its outcome means in HTTP. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.operation;
