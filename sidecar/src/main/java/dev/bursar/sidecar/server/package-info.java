/** The server that leases. */
@NullMarked
package dev.bursar.sidecar.server;

import org.jspecify.annotations.NullMarked;
