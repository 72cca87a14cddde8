/** What is decided from leases, by the terms that an org has. Pure: no clock, no I/O. */
@NullMarked
package dev.bursar.sidecar.decision;

import org.jspecify.annotations.NullMarked;
