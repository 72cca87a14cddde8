/**
 * What is leased, what is to be leased, and what the server is asked for. Pure: no clock, no I/O.
 */
@NullMarked
package dev.bursar.sidecar.lease;

import org.jspecify.annotations.NullMarked;
