/** Decides in memory what a server has leased, for as long as it was leased. */
@NullMarked
package dev.bursar.sidecar;

import org.jspecify.annotations.NullMarked;
