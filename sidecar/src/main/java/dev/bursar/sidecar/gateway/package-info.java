/** What gateways have in common: whom a call is for, what it may cost, and who may ask. */
@NullMarked
package dev.bursar.sidecar.gateway;

import org.jspecify.annotations.NullMarked;
