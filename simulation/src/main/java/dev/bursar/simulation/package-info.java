/**
 * A simulation of several nodes in one thread: the entities and their protocol as they run in
 * production, on virtual time, a network and a journal that fail in every way, and beside them a
 * naive model that recounts everything.
 */
@NullMarked
package dev.bursar.simulation;

import org.jspecify.annotations.NullMarked;
