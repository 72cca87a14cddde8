/** The HTTP API over the ports of the domain. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api;
