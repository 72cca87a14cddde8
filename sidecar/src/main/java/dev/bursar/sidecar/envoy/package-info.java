/** Decisions for Envoy: external authorization over HTTP and gRPC, and its rate limit service. */
@NullMarked
package dev.bursar.sidecar.envoy;

import org.jspecify.annotations.NullMarked;
