/** Reservations. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.enforcement;
