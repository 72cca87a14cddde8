/** Strict reading and plain writing of JSON. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.json;
